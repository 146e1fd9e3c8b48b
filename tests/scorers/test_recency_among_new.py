"""Where items without behaviour are scored, a history may fade in another way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from small_scorers import drawn_rows

from beholder.behaviour.histories import Histories
from beholder.scorers.blend import Blend
from beholder.scorers.entry import Entry, Kernel
from beholder.scorers.item_item import ItemItem, split
from beholder.scorers.recency import Recency
from beholder.testing.growth_checks import N_ITEMS, filling, looks
from beholder.testing.sample_histories import history_of

OWN, AMONG_NEW = Recency(0.5), Recency(1.0)
NEW = np.array([2, 11])
TOLD = history_of([3, 8, 1], [1000, 2000, 3000])  # events weigh .5, .75 and 1
FADED = np.array([0.5 * 0.25, 0.75 * 0.5, 1.0])
WHOLE = np.array([0.5, 0.75, 1.0]) * 1.5 / 2.25  # as much together as the faded ones
LATE = np.arange(N_ITEMS, N_ITEMS + 3)


@pytest.fixture
def scorer() -> ItemItem:
    placed = np.zeros(N_ITEMS, bool)
    placed[NEW] = True
    entry = Entry((Kernel("look", 2.0, 0.7),), power=2)
    return ItemItem(drawn_rows(1), OWN, entry, (), AMONG_NEW, placed)


def by_hand(scorer: ItemItem) -> np.ndarray:
    dense = scorer.rows.todense()
    found = FADED @ dense[[3, 8, 1]]
    found[NEW] = (WHOLE @ dense[[3, 8, 1]])[NEW]
    return found


def test_columns_of_new_items_take_the_history_as_it_fades_among_them(scorer: ItemItem) -> None:
    query = scorer.ask(TOLD)
    expected = by_hand(scorer)
    np.testing.assert_allclose(scorer.scores(query)[0], expected, rtol=1e-5, atol=1e-6)
    shares = split(scorer.gather(query), np.array([11, 20], np.int32), N_ITEMS, 3)
    dense = scorer.rows.todense()
    np.testing.assert_allclose(shares[0], WHOLE * dense[[3, 8, 1], 11], rtol=1e-5)
    np.testing.assert_allclose(shares[1], FADED * dense[[3, 8, 1], 20], rtol=1e-5)


def test_many_histories_are_answered_like_each_alone(scorer: ItemItem) -> None:
    others = [history_of([], []), TOLD, history_of([5], [9]), history_of([7, 7 + 1], [1, 1])]
    bounds = np.cumsum([0, *(len(one) for one in others)])
    none = np.zeros(0, np.int32)
    together = Histories(
        np.concatenate([one.items for one in others]),
        np.concatenate([one.times for one in others]),
        np.concatenate([one.kinds for one in others]),
        np.concatenate([one.values for one in others]),
        np.concatenate([one.weights for one in others]),
        none,
        none,
        bounds,
        np.zeros(5, np.int64),
        np.zeros(5, np.int64),
    )
    found = scorer.scores(scorer.ask(together))
    for row, one in zip(found, others, strict=True):
        np.testing.assert_allclose(row, scorer.scores(scorer.ask(one))[0], rtol=1e-5, atol=1e-6)


def test_a_recency_that_is_told_is_for_all_columns(scorer: ItemItem) -> None:
    same = replace(scorer, among_new=None)
    told = scorer.scores(scorer.ask(TOLD, recency=OWN))
    np.testing.assert_array_equal(told, same.scores(same.ask(TOLD)))


def test_late_items_are_new_ones_too(scorer: ItemItem) -> None:
    grown = scorer.grown(looks(N_ITEMS))
    plain = replace(grown, among_new=None)
    even = plain.scores(plain.ask(TOLD, recency=AMONG_NEW))[0]
    found = grown.scores(grown.ask(TOLD))[0]
    assert found[LATE].any()
    np.testing.assert_allclose(found[LATE], 1.5 / 2.25 * even[LATE], rtol=1e-5)
    np.testing.assert_allclose(found[:N_ITEMS], by_hand(scorer), rtol=1e-5, atol=1e-6)


def test_what_is_filled_becomes_new(scorer: ItemItem) -> None:
    bare = replace(scorer, placed=None)
    new = filling()
    grown = bare.grown(new)
    assert grown.new[new.positions].all()
    assert not grown.new[new.known & ~np.isin(np.arange(N_ITEMS), new.positions)].any()


def test_saved_it_fades_as_before(scorer: ItemItem, tmp_path: Path) -> None:
    blend = Blend(scorer, np.zeros(N_ITEMS, np.float32))
    blend.save(tmp_path)
    again = Blend.load(tmp_path)
    np.testing.assert_array_equal(again.scores(again.ask(TOLD)), blend.scores(blend.ask(TOLD)))
    assert (again.item_item.among_new, again.recency) == (AMONG_NEW, OWN)
    found = again.scores(again.ask(TOLD))[0]
    np.testing.assert_allclose(found, by_hand(scorer), rtol=1e-5, atol=1e-6)


def test_opened_again_new_columns_lie_apart_and_nothing_else_is_other(
    scorer: ItemItem, tmp_path: Path
) -> None:
    """A matrix full enough to be read like a table: its rows are two tables on the disk."""
    rng = np.random.default_rng(7)
    dense = (0.1 + rng.random((N_ITEMS, N_ITEMS))).astype(np.float32)
    np.fill_diagonal(dense, 0)
    full = replace(scorer, rows=sp.csr_array(dense))
    full.save(tmp_path)
    again = ItemItem.load(tmp_path)
    assert again.form == (N_ITEMS, N_ITEMS - len(NEW))
    assert full.form.first == 0
    query = full.ask(TOLD)
    np.testing.assert_array_equal(again.scores(query), full.scores(query))
    places = np.array([11, 20, 2], np.int32)
    np.testing.assert_array_equal(
        split(again.gather(query), places, N_ITEMS, 3),
        split(full.gather(query), places, N_ITEMS, 3),
    )
    for new in (looks(N_ITEMS), filling()):
        one, other = again.grown(new), full.grown(new)
        query = one.ask(TOLD)
        np.testing.assert_allclose(one.scores(query), other.scores(query), rtol=1e-6)
