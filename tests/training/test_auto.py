"""`auto` finds what is there, keeps to its time, and is the same each time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from beholder.bundle import parts as bundle_parts
from beholder.bundle.promote import current, folder_of, names
from beholder.errors import DataError, SettingsError, UsageError, WorkspaceError
from beholder.evaluation.ask import plain_items
from beholder.evaluation.evaluate import evaluate
from beholder.evaluation.protocols import PROTOCOLS, basket_share, split
from beholder.models.itemknn import ItemKNN
from beholder.progress import SILENT
from beholder.store import ItemRecord, Store
from beholder.testing.model_checks import empty_dataset
from beholder.training.auto import fit_auto
from beholder.training.budget import Clock, seconds
from beholder.training.grid import MEMBERS
from beholder.training.judge import ndcg_per_case
from beholder.training.parts_of import parts_of
from beholder.training.plan import Plan
from beholder.training.train import train_workspace
from beholder.training.tuner import DECAY, Tuner
from beholder.training.validation import validation
from beholder.workspace import Workspace
from planted import World, dataset_of, make_world, workspace_of

TWO = ("session", "visual-knn")
LIGHT = ("itemknn", "session", "words", "visual-knn")


@pytest.mark.parametrize("protocol", ["leave-last-out", "cold-items"])
def test_auto_beats_popularity_with_certainty(protocol: str) -> None:
    many = dataset_of(make_world(n_users=320))
    found = evaluate(many, protocol, seed=1, budget=60, models=LIGHT)
    rows = {row.model: row for row in found.rows}
    assert rows["popularity"].p < 0.01
    _, low, _ = rows["popularity"].against
    assert low > 1.1
    assert rows["auto"].low <= rows["auto"].ndcg10 <= rows["auto"].high
    assert found.cases == len(rows["auto"].per_user["ndcg@10"])
    assert ("itemknn" in rows) == (protocol != "cold-items")


@pytest.mark.parametrize("seed", [5, 6])
def test_where_there_is_no_taste_auto_is_not_called_better(seed: int) -> None:
    noise = dataset_of(make_world(fit=0.0, seed=seed))
    found = evaluate(noise, "leave-last-out", seed=1, budget=20, models=("itemknn", "visual-knn"))
    rows = {row.model: row for row in found.rows}
    better = rows["auto"].ndcg10 > rows["popularity"].ndcg10
    assert not (better and rows["popularity"].p < 0.05)


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def saved(dataset, folder: Path, seed: int) -> dict[str, bytes]:
    fitted = fit_auto(dataset, seed=seed, budget=600, progress=SILENT, only=TWO)
    folder.mkdir()
    bundle_parts.save(parts_of(fitted, dataset, plain_items(dataset.n_items), 0), folder)
    return files_of(folder)


def test_the_same_seed_gives_the_same_bytes_and_another_one_others(
    world: World, tmp_path: Path
) -> None:
    first = saved(dataset_of(world), tmp_path / "first", seed=4)
    again = saved(dataset_of(world), tmp_path / "again", seed=4)
    other = saved(dataset_of(world), tmp_path / "other", seed=5)
    assert first.keys() == again.keys()
    assert [name for name in first if first[name] != again[name]] == []
    assert first["blend.json"] != other["blend.json"]


def test_somebody_who_was_erased_leaves_no_trace_in_a_new_bundle(
    world: World, tmp_path: Path
) -> None:
    """Erase, then train: byte for byte as if the person had never been there."""
    without = World(
        world.taste,
        world.new,
        world.looks,
        world.texts,
        world.likes,
        *(array[world.users != 0] for array in (world.users, world.items, world.times)),
    )
    never, erased = (
        workspace_of(one, tmp_path / name) for one, name in ((without, "never"), (world, "was"))
    )
    with Store.open(erased) as store:
        store.erase(world.user_id(0))
    found = []
    for workspace in (never, erased):
        train_workspace(workspace, budget="600s", models=TWO)
        files = files_of(folder_of(workspace, current(workspace)))
        found.append({name: data for name, data in files.items() if name != "manifest.json"})
    assert [name for name in found[0] if found[0][name] != found[1].get(name)] == []


def test_a_tuner_keeps_the_best_of_the_settings_it_tried(world: World) -> None:
    held = validation(dataset_of(world), seed=1)
    plan = Plan(Clock(3600))
    tuner = Tuner(held, plan)
    tuned, reached = None, []
    for settings in MEMBERS["itemknn"].trials:
        tuned = tuner.next("itemknn", tuned)
        rows = ItemKNN.fit(held.train, settings).rows
        reached.append(ndcg_per_case(rows, DECAY, held.tune, ~held.cold).mean())
        assert tuned.tried == len(reached)
        assert tuned.ndcg == pytest.approx(max(reached))
        assert tuned.settings == MEMBERS["itemknn"].trials[int(np.argmax(reached))]
    assert plan.cost("itemknn") > 0
    assert plan.cost("asking") > 0


def test_with_a_budget_that_is_gone_there_is_still_a_blend(world: World) -> None:
    handed = []
    fitted = fit_auto(dataset_of(world), seed=1, budget=1e-9, progress=SILENT, first=handed.append)
    assert len(handed) == 1
    assert fitted is handed[0]  # nothing is done twice
    assert fitted.blend.rows.nnz > 0
    assert any("did not fit into the budget" in note for note in fitted.notes)
    assert any("first blend is the last one" in note for note in fitted.notes)
    heavy = {name for name, member in MEMBERS.items() if member.heavy}
    assert not {row["model"] for row in fitted.table} & heavy
    assert all(row["tried"] == 1 for row in fitted.table if row["model"] in LIGHT)


def test_only_the_named_members_are_considered(world: World) -> None:
    fitted = fit_auto(dataset_of(world), seed=1, budget=60, progress=SILENT, only=iter(["itemknn"]))
    assert {row["model"] for row in fitted.table} == {"itemknn", "placement"}


def test_variants_weigh_among_new_items_alone_unless_there_is_nothing_else(world: World) -> None:
    dataset = replace(dataset_of(world), groups=world.taste.astype(np.int32))
    both = fit_auto(dataset, seed=1, budget=60, progress=SILENT, only=["itemknn", "variants"])
    warm = {row["model"]: row["warm"] for row in both.table}
    assert warm["itemknn"] > 0
    assert warm["variants"] == 0
    alone = fit_auto(dataset, seed=1, budget=60, progress=SILENT, only=["variants"])
    assert {row["model"]: row["warm"] for row in alone.table}["variants"] > 0


def test_members_that_cannot_learn_from_the_data_are_refused(world: World) -> None:
    nothing = dataset_of(world).without_pictures().without_texts()
    with pytest.raises(UsageError, match="words, visual-knn cannot learn"):
        fit_auto(nothing, seed=1, budget=9, progress=SILENT, only=["visual-knn", "words"])


def test_a_costly_member_alone_is_fitted_even_without_time(world: World) -> None:
    fitted = fit_auto(dataset_of(world), seed=1, budget=1e-9, progress=SILENT, only=["ease"])
    assert fitted.table[0]["model"] == "ease"
    assert fitted.table[0]["tried"] == 1


@pytest.mark.parametrize("people", [0, 3])
def test_with_hardly_any_behaviour_content_and_popularity_answer(people: int) -> None:
    few = make_world(n_users=max(people, 1), seed=2)
    mask = few.users < people
    few = World(
        few.taste, few.new, few.looks, few.texts, few.likes,
        few.users[mask], few.items[mask], few.times[mask],
    )  # fmt: skip
    dataset = dataset_of(few)
    fitted = fit_auto(dataset, seed=1, budget=60, progress=SILENT, only=LIGHT)
    assert np.isfinite(fitted.blend.rows.data).all()
    liked = 9
    scores = fitted.blend.rows.todense()[liked]
    same = few.taste == few.taste[liked]
    assert scores[same].mean() > 2 * max(scores[~same].mean(), 0)
    assert any("too few people" in note for note in fitted.notes)


def test_one_item_and_nobody_can_be_trained() -> None:
    fitted = fit_auto(empty_dataset(1), seed=1, budget=60, progress=SILENT)
    assert fitted.blend.n_items == 1
    parts_of(fitted, empty_dataset(1), plain_items(1), 0)


# -- over a workspace -----------------------------------------------------------------------


def test_training_promotes_a_first_bundle_and_then_a_better_one(
    world: World, tmp_path: Path
) -> None:
    workspace = workspace_of(world, tmp_path / "one")
    trained = train_workspace(workspace, budget="600s", models=["itemknn", "words"], seed=3)
    assert current(workspace) == trained.bundle
    assert len(names(workspace)) == 2
    train_workspace(workspace, budget="600s", models=["itemknn", "words"], seed=3)
    assert len(names(workspace)) == 3  # where something is served, a first draft is not
    assert (trained.n_items, trained.n_users) == (240, 160)
    assert trained.first_after <= trained.seconds


def test_an_unknown_model_is_refused_with_the_known_ones(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match=r"no model 'eas'.*session-ease"):
        train_workspace(workspace, models=["eas"])


def test_a_workspace_without_items_cannot_be_trained(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "empty", "")
    with Store.open(workspace, create=True) as store:
        with pytest.raises(WorkspaceError, match="beholder import"):
            train_workspace(workspace, budget="1s")
        store.put_items([ItemRecord("a", "A"), ItemRecord("b", "B")])
        for item in ("a", "b"):
            store.hide(item, True)
        with pytest.raises(WorkspaceError, match="hidden"):
            train_workspace(workspace, budget="1s")


# -- words for time and questions -----------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"), [("90s", 90), ("10m", 600), ("1.5h", 5400), (" 2m ", 120)]
)
def test_a_budget_is_read(text: str, expected: float) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "10", "m", "-5m", "0s", "10 minutes", "1d"])
def test_a_budget_that_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="90s, 10m or 1h"):
        seconds(text)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_protocol_with_too_few_people_is_refused_with_their_number(protocol: str) -> None:
    with pytest.raises(DataError, match=r"\d+ users to ask, 50 are needed"):
        split(dataset_of(make_world(n_users=30)), protocol, seed=1)


def test_an_unknown_protocol_is_refused_with_the_known_ones(world: World) -> None:
    with pytest.raises(UsageError, match="leave-last-out"):
        split(dataset_of(world), "leave-first-out", seed=1)


def test_the_share_of_targets_bought_together_is_counted(world: World) -> None:
    dataset = dataset_of(world)  # events come in pairs of one moment
    assert basket_share(dataset, split(dataset, "leave-last-out", 1)) > 0.85
    assert basket_share(dataset, split(dataset, "next-basket", 1)) == 0
