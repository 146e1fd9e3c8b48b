"""`auto` finds what is there, keeps to its time, and is the same each time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from files import files_of

from beholder.bundle import parts as bundle_parts
from beholder.errors import UsageError
from beholder.evaluation.ask import plain_items
from beholder.models.registry import MODELS
from beholder.testing.sample_dataset import without
from beholder.training import auto
from beholder.training.assemble import parts_of
from beholder.training.auto import Budget, fit_auto
from planted import World, dataset_of, make_world, nothing

TWO = ("session", "visual-knn")
LIGHT = ("itemknn", "session", "words", "visual-knn")


def saved(dataset, folder: Path, seed: int, only=TWO) -> dict[str, bytes]:
    fitted = fit_auto(dataset, Budget(600, seed), only=only)
    folder.mkdir()
    bundle_parts.save(parts_of(fitted, dataset, plain_items(dataset.n_items), 0), folder)
    return files_of(folder)


@pytest.mark.parametrize("only", [TWO, ("ials",)])
def test_the_same_seed_gives_the_same_bytes_and_another_one_others(
    world: World, tmp_path: Path, only: tuple[str, ...]
) -> None:
    first = saved(dataset_of(world), tmp_path / "first", 4, only)
    again = saved(dataset_of(world), tmp_path / "again", 4, only)
    other = saved(dataset_of(world), tmp_path / "other", 5, only)
    assert first.keys() == again.keys()
    assert [name for name in first if first[name] != again[name]] == []
    assert first["choice.json"] != other["choice.json"]


def test_the_seed_reaches_the_vectors_of_a_factor_model(world: World, tmp_path: Path) -> None:
    one = saved(dataset_of(world), tmp_path / "one", 4, ("ials",))
    other = saved(dataset_of(world), tmp_path / "other", 5, ("ials",))
    (name,) = [n for n in one if n.endswith("vectors-0/vectors.safetensors")]
    assert one[name] != other[name]


def test_with_a_budget_that_is_gone_there_is_still_a_blend(world: World) -> None:
    handed = []
    fitted = fit_auto(dataset_of(world), Budget(1e-9, seed=1), first=handed.append)
    assert len(handed) == 1
    assert fitted is handed[0]  # nothing is done twice
    assert fitted.blend.item_item.rows.nnz > 0
    assert any("did not fit into the budget" in note for note in fitted.notes)
    assert any("first blend is the last one" in note for note in fitted.notes)
    heavy = {name for name, model in MODELS.items() if model.card.cost != "light"}
    assert not {record.model for record in fitted.members} & heavy
    assert all(record.tried == 1 for record in fitted.members if record.model in LIGHT)


def test_what_the_clock_left_out_is_named_with_what_it_would_take(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auto, "MOST", np.inf)  # on a busy machine answers are too slow for ials
    fitted = fit_auto(dataset_of(world), Budget(1e-9, seed=1))
    heavy = {name: model.card.cost for name, model in MODELS.items() if not model.card.needs}
    heavy = {name: cost for name, cost in heavy.items() if cost != "light"}
    assert sorted(heavy.values()) == ["gradient", "gradient", "solve", "solve", "solve"]
    for name, cost in heavy.items():
        assert f"{name} did not fit into the budget" in fitted.notes
        # Of who learns in rounds nothing is known without trying one, for which there is no time.
        named = any(f"with {name}, about" in said for said in fitted.timings)
        assert named == (cost == "solve")
    # Seconds differ with every run, and a bundle must not.
    assert not any(" s are needed" in note for note in fitted.notes)


def test_a_factor_model_with_which_answers_are_slow_is_left_out_and_named(world: World) -> None:
    plan = {"begin itemknn": 1, "weigh all": 1, "fit again": 1, "trial 0 of ials": 1}
    only = ["itemknn", "ials"]
    slow = fit_auto(dataset_of(world), Budget(600, 1, {**plan, "ask ials": 0}), only=only)
    assert "ials is left out: answers would not stay quick with it" in slow.notes
    assert "ials" not in {record.member for record in slow.members}
    quick = fit_auto(dataset_of(world), Budget(600, 1, {**plan, "ask ials": 1}), only=only)
    assert "ials" in {record.member for record in quick.members}
    assert any(note.startswith("ials") for note in quick.notes)  # its gain, or that it has none


def test_only_the_named_members_are_considered(world: World) -> None:
    fitted = fit_auto(dataset_of(world), Budget(60, seed=1), only=iter(["itemknn"]))
    assert {record.member for record in fitted.members} == {"itemknn", "placement"}


def test_members_of_pictures_carry_the_name_of_their_encoder(world: World) -> None:
    fitted = fit_auto(dataset_of(world), Budget(60, seed=1), only=["visual-knn"])
    assert {record.member for record in fitted.members} == {"visual-knn:colour", "placement"}
    (record,) = [one for one in fitted.members if one.model == "visual-knn"]
    assert record.settings["modality"] == "colour"


def test_popularity_alone_is_answered_by_counts(world: World) -> None:
    fitted = fit_auto(dataset_of(world), Budget(60, seed=1), only=["popularity"])
    assert fitted.members == []
    assert fitted.blend.item_item.rows.nnz == 0
    np.testing.assert_array_equal(fitted.blend.base, fitted.popularity)
    assert fitted.notes[0] == "popularity alone, as asked"
    assert fitted.evidence is not None
    assert fitted.evidence.ndcg10 > 0


def test_variants_weigh_among_new_items_alone_unless_there_is_nothing_else(world: World) -> None:
    dataset = replace(dataset_of(world), groups=world.taste.astype(np.int32))
    both = fit_auto(dataset, Budget(60, seed=1), only=["itemknn", "variants"])
    warm = {record.model: record.warm for record in both.members}
    assert warm["itemknn"] > 0
    assert warm["variants"] == 0
    alone = fit_auto(dataset, Budget(60, seed=1), only=["variants"])
    assert {record.model: record.warm for record in alone.members}["variants"] > 0


def test_members_that_cannot_learn_from_the_data_are_refused(world: World) -> None:
    blank = without(without(dataset_of(world), "pictures"), "words")
    with pytest.raises(UsageError, match=r"words is left out.*visual-knn is left out"):
        fit_auto(blank, Budget(9, seed=1), only=["visual-knn", "words"])


@pytest.mark.parametrize("name", ["ease", "ials"])
def test_a_costly_member_alone_is_fitted_even_without_time(world: World, name: str) -> None:
    fitted = fit_auto(dataset_of(world), Budget(1e-9, seed=1), only=[name])
    assert fitted.members[0].model == name
    assert fitted.members[0].tried == 1


@pytest.mark.parametrize("people", [0, 3])
def test_with_hardly_any_behaviour_content_and_popularity_answer(people: int) -> None:
    few = make_world(n_users=max(people, 1), seed=2)
    mask = few.users < people
    few = World(
        few.taste, few.new, few.looks, few.texts, few.likes,
        few.users[mask], few.items[mask], few.times[mask],
    )  # fmt: skip
    fitted = fit_auto(dataset_of(few), Budget(60, seed=1), only=LIGHT)
    matrix = fitted.blend.item_item.rows
    assert np.isfinite(matrix.data).all()
    liked = 9
    scores = matrix.todense()[liked]
    same = few.taste == few.taste[liked]
    assert scores[same].mean() > 2 * max(scores[~same].mean(), 0)
    assert any("too few people" in note for note in fitted.notes)


def test_one_item_and_nobody_can_be_trained() -> None:
    fitted = fit_auto(nothing(1), Budget(60, seed=1))
    assert fitted.blend.n_items == 1
    parts_of(fitted, nothing(1), plain_items(1), 0)


@pytest.mark.parametrize("n_items", [16, 30])
def test_a_small_catalogue_with_many_people_is_not_led_by_its_new_items(n_items: int) -> None:
    """Too few items to hold some out: those that nobody took must not outscore all others."""
    world = make_world(n_items=n_items, n_users=120, events=6)
    new = np.isin(np.arange(n_items), world.items, invert=True)
    fitted = fit_auto(dataset_of(world), Budget(60, seed=1), only=LIGHT)
    rows = np.abs(fitted.blend.item_item.rows.toarray())
    assert new.any()
    size_of_warm = rows[:, ~new].max(initial=0) + fitted.blend.base.max()
    assert rows[:, new].max(initial=0) <= 2 * size_of_warm


# -- what the clock puts off ------------------------------------------------------------------


PLAN = {"begin itemknn": 1, "begin visual-knn:colour": 1, "weigh all": 1, "fit again": 1}
PAIR = ["itemknn", "visual-knn"]


def test_content_that_waited_for_the_first_bundle_is_as_good_as_content_that_did_not(
    world: World,
) -> None:
    early = fit_auto(dataset_of(world), Budget(600, 1, PLAN), only=PAIR)
    put_off = PLAN | {"begin visual-knn:colour": 0, "trial 0 of visual-knn:colour": 1}
    handed: list = []
    waited = fit_auto(dataset_of(world), Budget(600, 1, put_off), only=PAIR, first=handed.append)
    assert {one.member for one in handed[0].members} == {"itemknn", "placement"}
    assert waited.weights == early.weights
    assert waited.members == early.members
    never = PLAN | {"begin visual-knn:colour": 0}
    alone = fit_auto(dataset_of(world), Budget(600, 1, never), only=PAIR)
    assert "visual-knn:colour did not fit into the budget" in alone.notes


def test_new_items_without_time_to_weigh_them_are_weighed_as_usual(world: World) -> None:
    plan = PLAN | {"leave new items unweighed": 1}
    fitted = fit_auto(dataset_of(world), Budget(600, 1, plan), only=PAIR)
    assert "new items: all that speaks of them weighs the same, for want of time" in fitted.notes
    assert set(fitted.weights.cold.values()) == {0.5}
    assert not any("scale" in note for note in fitted.notes)


def test_new_items_that_there_was_no_time_to_compare_are_counted(world: World) -> None:
    dataset = dataset_of(world)
    new = np.flatnonzero(dataset.interactions.item_counts == 0)
    plan = PLAN | {"weigh all": 0, "new items in the first blend": 3}
    few = fit_auto(dataset, Budget(600, 1, plan), only=["itemknn"])
    assert few.unplaced == len(new) - 3 > 0
    said = f"{len(new) - 3} items without behaviour could not be compared"
    assert any(note.startswith(said) for note in few.notes)
    told = np.diff(few.blend.item_item.rows.tocsc().indptr)[new]
    assert (told > 0).tolist() == [False] * (len(new) - 3) + [True] * 3  # the newest
    rest = fit_auto(dataset, Budget(600, 1, plan | {"place the rest": 1}), only=["itemknn"])
    assert rest.unplaced == 0
    assert not any("could not be compared" in note for note in rest.notes)


def test_no_content_speaks_for_new_items_that_were_not_compared(world: World) -> None:
    """Members of content have columns for all items, of a size that is weighed for others."""
    dataset = dataset_of(world)
    plan = PLAN | {"weigh all": 0, "new items in the first blend": 3}
    fitted = fit_auto(dataset, Budget(600, 1, plan), only=PAIR)
    new = np.flatnonzero(dataset.interactions.item_counts == 0)
    told = np.diff(fitted.blend.item_item.rows.tocsc().indptr)[new]
    assert (told > 0).tolist() == [False] * (len(new) - 3) + [True] * 3


def test_a_plan_that_fits_none_of_the_members_is_refused(world: World) -> None:
    with pytest.raises(UsageError, match="fits none of itemknn"):
        fit_auto(dataset_of(world), Budget(600, 1, {"begin words": 1}), only=["itemknn"])


def test_a_first_blend_that_stays_is_completed_and_says_what_came_too_late(world: World) -> None:
    late = {"trial 0 of visual-knn:colour": 1, "fit again": 0, "place the rest": 1}
    plan = PLAN | {"begin visual-knn:colour": 0, "new items in the first blend": 3} | late
    fitted = fit_auto(dataset_of(world), Budget(600, 1, plan), only=PAIR)
    assert fitted.unplaced == 0
    assert {one.member for one in fitted.members} == {"itemknn", "placement"}
    assert "visual-knn:colour came after it" in fitted.notes


def test_a_first_blend_that_is_better_is_the_last_one(world: World) -> None:
    handed: list = []
    plan = PLAN | {"keep the first blend": 1}
    fitted = fit_auto(dataset_of(world), Budget(600, 1, plan), only=PAIR, first=handed.append)
    assert fitted is handed[0]
    said = [note for note in fitted.notes if note.startswith("the first blend is the last one")]
    assert len(said) == 1
    assert "it is certainly better" in said[0]


def test_content_counts_as_much_as_behaviour_where_neither_can_be_measured() -> None:
    few = make_world(n_users=12, seed=2)
    fitted = fit_auto(dataset_of(few), Budget(600, seed=1), only=LIGHT)
    weights = fitted.weights.warm
    by_content = {name: weights[name] for name in ("words", "visual-knn:colour")}
    assert any("behaviour and content weigh the same" in note for note in fitted.notes)
    assert sum(by_content.values()) == pytest.approx(1.0)
    assert sum(weights.values()) == pytest.approx(2.0)


def test_entries_a_row_are_not_chosen_by_new_items_that_no_row_has(world: World) -> None:
    plan = PLAN | {"leave new items unweighed": 1}
    fitted = fit_auto(dataset_of(world), Budget(600, 1, plan), only=PAIR)
    assert not any("nearest new items" in note for note in fitted.notes)
