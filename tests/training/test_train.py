"""From a workspace to a promoted bundle; the same decisions give the same bundle."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from files import files_of

from beholder.bundle.choice import Choice
from beholder.bundle.parts import recipe
from beholder.bundle.promote import current, folder_of, names
from beholder.cli.main import beholder
from beholder.engine.opening import open_engine
from beholder.errors import ManyEndError, UsageError, WorkspaceError
from beholder.progress import Silent
from beholder.store import ItemRecord, Store
from beholder.store import store as stores
from beholder.training.train import train_workspace
from beholder.workspace import Workspace
from lost_pairs import keep_the_newest
from planted import World, make_world, workspace_of

TWO = ("session", "visual-knn")


class Said(Silent):
    """Progress that keeps what it was told."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


def made_of(workspace: Workspace, name: str) -> dict[str, str]:
    """Return the SHA-256 of every file of a bundle but the manifest, where times stand."""
    files = files_of(folder_of(workspace, name))
    assert files.pop("manifest.json")
    return {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}


def choice_of(workspace: Workspace, name: str) -> Choice:
    return recipe(folder_of(workspace, name)).choice


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
        found.append(made_of(workspace, current(workspace)))
    assert [name for name in found[0] if found[0][name] != found[1].get(name)] == []


class Erasing(Said):
    """Erases somebody as soon as the events are read and the first bundle is written."""

    def __init__(self, workspace: Workspace, user: str) -> None:
        super().__init__()
        self.workspace, self.user = workspace, user

    def note(self, text: str) -> None:
        if not self.notes:
            with Store.open(self.workspace) as store:
                self.marked = store.erase(self.user).bundles
        super().note(text)


def test_a_bundle_is_marked_where_somebody_was_erased_while_it_was_trained(
    world: World, tmp_path: Path
) -> None:
    workspace = workspace_of(world, tmp_path / "one")
    said = Erasing(workspace, world.user_id(0))
    trained = train_workspace(workspace, budget="600s", models=["itemknn", "words"], progress=said)
    first, last = names(workspace)
    assert said.marked == [first], "the last one was not there yet"
    assert trained.bundle == last
    assert workspace.mark_of(last).exists()
    assert "somebody was erased while this was trained, and the bundle is marked: train again" in (
        trained.notes
    )
    again = train_workspace(workspace, budget="600s", models=["itemknn", "words"])
    assert not workspace.mark_of(again.bundle).exists()
    assert [note for note in again.notes if "erased" in note] == []


def test_what_lost_most_of_its_people_is_not_served_unless_it_is_said(
    world: World, tmp_path: Path
) -> None:
    workspace = workspace_of(world, tmp_path / "one")
    served = train_workspace(workspace, budget="600s", models=["itemknn"]).bundle
    with Store.open(workspace) as store:
        for user in range(100):
            store.erase(world.user_id(user))
    trained = train_workspace(workspace, budget="600s", models=["itemknn"])
    assert trained.refused == f"60 people are left of 160 that {served} knows"
    assert current(workspace) == served
    anyway = train_workspace(workspace, budget="600s", models=["itemknn"], promote_anyway=True)
    assert anyway.refused is None
    assert current(workspace) == anyway.bundle


def test_what_lost_most_of_its_pairs_is_not_served_though_its_people_are_there(
    world: World, tmp_path: Path
) -> None:
    workspace = workspace_of(world, tmp_path / "one")
    served = train_workspace(workspace, budget="600s", models=["itemknn"])
    with Store.open(workspace) as store:
        keep_the_newest(store)
    trained = train_workspace(workspace, budget="600s", models=["itemknn"])
    assert trained.n_users == served.n_users
    assert trained.refused is not None
    assert "160 pairs of person and item are left of" in trained.refused
    assert current(workspace) == served.bundle


def test_a_clock_far_ahead_stops_training_before_it_deletes(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = workspace_of(world, tmp_path / "one")
    ahead = stores.now() + 200 * 86_400_000
    monkeypatch.setattr(stores, "now", lambda: ahead)
    with pytest.raises(ManyEndError, match="would be deleted"):
        train_workspace(workspace, budget="600s", models=["itemknn"])
    assert names(workspace) == []
    with Store.open(workspace) as store:
        assert len(store.training_events()) == len(world.users)


def test_training_promotes_a_first_bundle_and_then_a_better_one(
    world: World, tmp_path: Path
) -> None:
    workspace = workspace_of(world, tmp_path / "one")
    said = Said()
    two = ["itemknn", "words"]
    trained = train_workspace(workspace, budget="600s", models=two, seed=3, progress=said)
    assert current(workspace) == trained.bundle
    assert len(names(workspace)) == 2
    assert [note for note in said.notes if "served" in note] == [], "no server runs here"
    assert f"first bundle {names(workspace)[0]} is written" in said.notes[0]
    train_workspace(workspace, budget="600s", models=["itemknn", "words"], seed=3)
    assert len(names(workspace)) == 3  # where something is served, a first draft is not
    assert (trained.n_items, trained.n_users) == (240, 160)
    assert trained.first_after <= trained.seconds


def test_an_unknown_model_is_refused_with_the_known_ones(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match=r"no model 'eas'.*session-ease"):
        train_workspace(workspace, models=["eas"])


def test_an_unknown_encoder_of_a_known_model_is_refused(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match=r"no member 'visual-knn:shape'.*visual-knn:colour"):
        train_workspace(workspace, models=["visual-knn:shape"])


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


# -- one member alone -----------------------------------------------------------------------


def test_popularity_alone_is_trained_and_served(world: World, tmp_path: Path) -> None:
    workspace = workspace_of(world, tmp_path / "one")
    done = CliRunner().invoke(beholder, ["train", str(workspace.root), "--model", "popularity"])
    assert done.exit_code == 0
    assert "popularity alone, as asked" in done.output
    with open_engine(workspace.root) as engine:
        name = world.user_id(3)
        answer = engine.recommend(name, k=20)
        own = {world.item_id(int(i)) for i in world.items[world.users == 3]}
        assert not own & set(answer.ids)
        view = engine.now_showing
        counts = [view.popularity[view.position_of_id[item]] for item in answer.ids]
        assert counts == sorted(counts, reverse=True)
        explained = engine.explain(answer.ids[0], name)
        assert explained.shares == ()
        assert explained.base == pytest.approx(explained.score)


def test_a_factor_model_alone_is_served_and_explained(tmp_path: Path) -> None:
    world = make_world(n_users=400)  # of fewer it learns less than popularity says
    workspace = workspace_of(world, tmp_path / "one")
    trained = train_workspace(workspace, budget="600s", models=["ials"])
    assert [one.member for one in trained.members if one.warm > 0] == ["ials"]
    fits = []
    with open_engine(workspace.root) as engine:
        assert len(engine.parts.blend.vectors) == 1
        for user in range(0, 60, 3):
            name = world.user_id(user)
            answer = engine.recommend(name, k=10)
            assert answer.level == "personal"
            positions = [int(item[-4:]) for item in answer.ids]
            fits += [world.taste[p] in world.likes[user] for p in positions]
            scores = engine.score(answer.ids, name)
            for item in answer.items[:3]:
                assert scores[item.id] == pytest.approx(item.score, abs=1e-5)
                explained = engine.explain(item.id, name)
                whole = explained.base + sum(share.share for share in explained.shares)
                assert whole == pytest.approx(explained.score, abs=1e-4)
                assert explained.score == pytest.approx(item.score, abs=1e-4)
                assert not explained.exact  # a fold-in is no sum
                assert explained.shares
    assert sum(fits) / len(fits) > 0.6  # by chance: 2 of 8 tastes


# -- a recorded plan ------------------------------------------------------------------------


@pytest.mark.parametrize("budget", ["0.001s", "600s"], ids=["hardly any time", "time for all"])
def test_a_plan_that_is_followed_gives_the_same_bundle(
    world: World, tmp_path: Path, budget: str
) -> None:
    workspace = workspace_of(world, tmp_path / "one")
    first = train_workspace(workspace, budget=budget, seed=4)
    plan = choice_of(workspace, first.bundle).plan
    assert plan["trial 0 of ease"] == (budget == "600s")  # or nothing was left out
    again = train_workspace(workspace, budget="601s", seed=4, plan=first.bundle)
    assert again.bundle != first.bundle
    one, other = made_of(workspace, first.bundle), made_of(workspace, again.bundle)
    assert one.keys() == other.keys()
    assert [path for path in one if one[path] != other[path]] == []


def test_a_plan_is_followed_in_another_workspace_from_its_file(
    world: World, tmp_path: Path
) -> None:
    here, there = (workspace_of(world, tmp_path / name) for name in ("here", "there"))
    first = train_workspace(here, budget="0.001s", seed=4)
    path = folder_of(here, first.bundle) / "choice.json"
    command = ["train", str(there.root), "--seed", "4", "--plan", str(path)]
    done = CliRunner().invoke(beholder, command)
    assert done.exit_code == 0, done.output
    assert made_of(here, first.bundle) == made_of(there, current(there))


def test_without_its_plan_a_hurried_training_is_not_repeated(world: World, tmp_path: Path) -> None:
    """Or the tests above would hold for any two trainings."""
    workspace = workspace_of(world, tmp_path / "one")
    first = train_workspace(workspace, budget="0.001s", seed=4)
    again = train_workspace(workspace, budget="600s", seed=4)
    one, other = made_of(workspace, first.bundle), made_of(workspace, again.bundle)
    assert one["choice.json"] != other["choice.json"]


def test_the_plan_of_the_last_bundle_is_whole_even_if_it_was_the_first(
    world: World, tmp_path: Path
) -> None:
    workspace = workspace_of(world, tmp_path / "one")
    trained = train_workspace(workspace, budget="0.001s")
    choice = choice_of(workspace, trained.bundle)
    assert choice.plan["weigh all"] == 0
    assert choice.plan["trial 0 of ease"] == 0
    assert any("ease did not fit into the budget" in note for note in choice.notes)
    assert current(workspace) == trained.bundle


@pytest.mark.parametrize("plan", ["20990101T000000-abcd", "nothing", "../beholder.toml", ""])
def test_an_unknown_plan_is_refused_before_anything_is_trained(
    workspace: Workspace, plan: str
) -> None:
    before = names(workspace)
    with pytest.raises(UsageError, match=r"there is no plan.*beholder bundle list"):
        train_workspace(workspace, plan=plan)
    assert names(workspace) == before


def test_pictures_that_no_encoder_has_seen_are_named(world: World, tmp_path: Path) -> None:
    workspace = workspace_of(world, tmp_path / "one")
    with Store.open(workspace) as store:
        store.put_items([ItemRecord("unseen", "amber fern", {}, ["ab" * 32])])
    notes = train_workspace(workspace, budget="600s", models=["words"]).notes
    (said,) = (note for note in notes if "seen no picture" in note)
    assert said.startswith("colour has seen no picture of 1 items that have some: run `beholder")


def test_a_damaged_file_of_vectors_is_named_and_its_pictures_are_not_seen(
    world: World, tmp_path: Path
) -> None:
    workspace = workspace_of(world, tmp_path / "one")
    (file,) = workspace.vectors.glob("colour/*/*.safetensors")
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    notes = train_workspace(workspace, budget="600s", models=["words"]).notes
    assert notes[0].startswith("colour: files of the cache that are cut or changed")
    assert notes[0].endswith(": 1")
    assert notes[1].startswith("colour has seen no picture of 240 items")


def test_a_plan_is_followed_with_its_seed(world: World, tmp_path: Path) -> None:
    workspace = workspace_of(world, tmp_path / "one")
    first = train_workspace(workspace, budget="600s", models=TWO, seed=3).bundle
    again = train_workspace(workspace, models=TWO, plan=first, promote_anyway=True).bundle
    assert made_of(workspace, first) == made_of(workspace, again)
    with pytest.raises(UsageError, match="drawn with seed 3, not 4"):
        train_workspace(workspace, plan=first, seed=4)


def test_a_file_that_is_no_choice_is_refused_as_a_plan(
    workspace: Workspace, tmp_path: Path
) -> None:
    for number, text in enumerate((b"", b"{", b"[]", b'{"plan": 3}', b"\xff", b'{"plan": {}}')):
        path = tmp_path / f"{number}.json"
        path.write_bytes(text)
        with pytest.raises(UsageError, match="there is no plan"):
            train_workspace(workspace, plan=path)
    whole = choice_of(workspace, current(workspace))
    for wrong, plan in (("decides nothing", {}), ("counts something below 0", {"weigh all": -1})):
        path.write_bytes(msgspec.json.encode(msgspec.structs.replace(whole, plan=plan)))
        with pytest.raises(UsageError, match=wrong):
            train_workspace(workspace, plan=path)
    done = CliRunner().invoke(beholder, ["train", str(workspace.root), "--plan", "gone"])
    assert done.exit_code != 0
    assert isinstance(done.exception, UsageError | SystemExit)


def test_the_plan_is_in_the_bundle_as_it_was_decided(world: World, tmp_path: Path) -> None:
    workspace = workspace_of(world, tmp_path / "one")
    trained = train_workspace(workspace, budget="600s", models=["ials", "itemknn"])
    path = folder_of(workspace, trained.bundle) / "choice.json"
    plan = msgspec.json.decode(path.read_bytes())["plan"]
    assert plan["begin itemknn"] == 1
    assert "ask ials" in plan
    if plan["ask ials"]:
        assert plan["trial 0 of ials"] == 1
        assert plan["rounds of trial 0 of ials"] > 0


@pytest.mark.parametrize(
    ("budget", "more"), [("600s", "; the rest of the budget may make it better"), ("0.001s", "")]
)
def test_the_first_bundle_promises_more_only_where_time_is_left(
    world: World, tmp_path: Path, budget: str, more: str
) -> None:
    said = Said()
    workspace = workspace_of(world, tmp_path / "one")
    train_workspace(workspace, budget=budget, models=["itemknn"], progress=said)
    (first,) = [note for note in said.notes if note.startswith("first bundle")]
    assert first.endswith(f" s{more}")
