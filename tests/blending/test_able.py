"""Which members take part in what, by their cards and by what they give."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from beholder.blending.able import base_of, for_warm, is_doubtful, is_slow, speaks_of_cold, with_new
from beholder.blending.cold import PLACING, Placing
from beholder.blending.members import Member, Tuned
from beholder.models.registry import MODELS
from beholder.scorers.interface import NewItems, Scorer
from beholder.scorers.item_item import ItemItem
from beholder.scorers.vectors import FoldIn, Vectors

N = 4


def item_item() -> ItemItem:
    dense = np.array([[0, 1, 0, 0], [1, 0, 2, 0], [0, 2, 0, 0], [0, 0, 0, 0]], np.float32)
    return ItemItem(sp.csr_array(dense))


def vectors() -> Vectors:
    return Vectors(np.eye(N, 2, dtype=np.float32), FoldIn(0.1, 0.01), n_fitted=N)


def tuned(name: str, ndcg: float, scorer: Scorer | None = None) -> Tuned:
    model = MODELS[name]
    member = Member(name, model, model.card.trials)
    return Tuned(member, model.card.trials[0], scorer or item_item(), np.full(5, ndcg))


def named(*members: Tuned) -> dict[str, Tuned]:
    return {one.member.name: one for one in members}


def placing(placed: ItemItem | None) -> Placing:
    """The last of four items is new, and like the first."""
    cosines = np.array([[1, 0, 0, 0]], np.float32)
    none = np.full(1, -1, np.int32), np.full(N, -1, np.int32)
    known = np.array([True, True, True, False])
    new = NewItems(np.array([3]), {}, lambda block: cosines[block], none, known)
    return Placing({}, 3.0, new, placed)


def test_items_are_placed_over_the_best_member_of_behaviour_that_has_rows() -> None:
    found = named(
        tuned("itemknn", 0.2),
        tuned("session", 0.3),
        tuned("words", 0.5),  # learns from content
        tuned("ials", 0.6, vectors()),  # has no rows
    )
    assert base_of(found) == "session"
    found["itemknn"] = tuned("itemknn", 0.4)
    assert base_of(found) == "itemknn"


def test_without_such_a_member_there_is_nothing_to_place_over() -> None:
    assert base_of({}) == ""
    assert base_of(named(tuned("words", 0.5), tuned("ials", 0.6, vectors()))) == ""


def test_a_member_of_which_nothing_was_asked_can_be_placed_over_too() -> None:
    unasked = tuned("itemknn", 0.0)
    unasked.per_case = np.empty(0)
    assert base_of(named(unasked)) == "itemknn"


def test_members_for_new_items_alone_are_left_out_of_warm_ones_unless_there_are_no_others() -> None:
    alone = [name for name, model in MODELS.items() if model.card.new_alone]
    assert alone, "one of the models says so"
    new = [tuned(name, 0.5) for name in alone]
    assert for_warm(named(tuned("itemknn", 0.1), *new)).keys() == {"itemknn"}
    assert for_warm(named(*new)).keys() == {*alone}
    assert for_warm({}) == {}


def test_a_member_speaks_of_cold_items_where_its_card_says_so() -> None:
    said = {name: speaks_of_cold(tuned(name, 0.1)) for name in ("itemknn", "words", "visual-knn")}
    assert said == {"itemknn": False, "words": True, "visual-knn": True}


@pytest.mark.parametrize(("scorer", "slow"), [(item_item(), False), (vectors(), True)])
def test_vectors_make_every_answer_slower(scorer: Scorer, slow: bool) -> None:
    assert is_slow(tuned("ials", 0.1, scorer)) is slow


def test_what_is_slow_or_takes_an_extra_has_to_be_certainly_worth_it() -> None:
    assert not is_doubtful(tuned("itemknn", 0.1))
    assert is_doubtful(tuned("ials", 0.1, vectors()))
    assert is_doubtful(tuned("lightgcn", 0.1))


def test_every_member_learns_of_new_items_and_what_places_them_joins() -> None:
    base = item_item()
    found = with_new({"one": base, "two": vectors()}, placing(base))
    assert found.keys() == {"one", "two", PLACING}
    dense = item_item().rows.toarray()
    for name in ("one", PLACING):
        grown = found[name]
        assert isinstance(grown, ItemItem)
        said = np.where(np.arange(4) == 0, dense[0].max(), dense[0])  # as its like, and of it
        np.testing.assert_array_equal(grown.rows.toarray()[3], said)
        assert grown.new.tolist() == [False, False, False, True]
    two = found["two"]
    assert isinstance(two, Vectors)
    np.testing.assert_allclose(two.items[3], two.items[0])
    assert base.placed is None  # the members themselves stay as they were


def test_where_nothing_is_placed_the_members_are_all_there_is() -> None:
    assert with_new({"one": item_item()}, placing(None)).keys() == {"one"}
