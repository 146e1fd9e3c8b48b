"""Sums over a history, and layers of later items, written out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from small_scorers import TOUCHED, drawn_rows, item_item

from beholder.scorers.entry import Entry, Kernel, Placed
from beholder.scorers.interface import Query
from beholder.scorers.item_item import ItemItem, split
from beholder.scorers.recency import Recency
from beholder.testing.growth_checks import BETWEEN, N_ITEMS, TWIN, filling, looks, new_items
from beholder.testing.sample_histories import history_of, together

LATE = np.arange(N_ITEMS, N_ITEMS + 3)


def whole(scorer: ItemItem) -> np.ndarray:
    """The matrix of a scorer, asked item by item."""
    one = np.ones(1, np.float32)
    bounds = np.array([0, 1])
    queries = [Query(np.array([h], np.int32), one, bounds) for h in range(scorer.n_items)]
    return np.concatenate([scorer.scores(query) for query in queries])


def test_a_score_is_the_weighted_sum_of_rows() -> None:
    scorer = ItemItem(drawn_rows(1), Recency(0.5, older=0.8))
    dense = scorer.rows.todense()
    told = history_of([3, 8, 1], [1000, 2000, 2000])  # weights 0.5, 0.75 and 1
    query = scorer.ask(told)
    np.testing.assert_allclose(query.weights, [0.5 * 0.4, 0.75, 1.0])
    expected = 0.2 * dense[3] + 0.75 * dense[8] + dense[1]
    np.testing.assert_allclose(scorer.scores(query)[0], expected, rtol=1e-5, atol=1e-6)
    shares = split(scorer.gather(query), np.array([7, 20], np.int32), N_ITEMS, 3)
    by_hand = np.array([0.2 * dense[3], 0.75 * dense[8], dense[1]])[:, [7, 20]].T
    np.testing.assert_allclose(shares, by_hand, rtol=1e-5)


def test_a_layer_is_what_content_says_of_three_new_items() -> None:
    scorer = item_item()
    scorer = replace(
        scorer, entry=Entry((Kernel("look", 2.0, 0.7),), (), (Placed(drawn_rows(7), 0.5),), power=2)
    )
    base, behaved = scorer.rows.todense(), drawn_rows(7).todense()
    a, b = BETWEEN
    shares = np.array([0.9, 0.6]) ** 2 / (0.9**2 + 0.6**2)
    columns = np.zeros((N_ITEMS, 3))
    columns[:, 0] = 0.5 * behaved[:, TWIN]
    columns[TWIN, 0] += 0.7 * 0.8**2
    columns[TOUCHED, 0] += 0.7 * 0.8**2  # an untouched item that looks like the twin
    columns[:, 1] = 0.5 * (shares[0] * behaved[:, a] + shares[1] * behaved[:, b])
    columns[a, 1] += 0.7 * 0.9**2
    columns[b, 1] += 0.7 * 0.6**2
    mix = np.zeros((3, N_ITEMS))
    mix[0, TWIN] = 1
    mix[1, [a, b]] = shares
    corner = mix @ columns
    np.fill_diagonal(corner, 0)
    # Row by row of the mix: the nearest counts as the most that its own row says of known items.
    near = mix / mix.max(axis=1, keepdims=True, initial=1e-12)
    said = mix @ base + near * base[:, :TOUCHED].max(axis=1)
    expected = np.block([[base, columns], [said, corner]])
    grown = scorer.grown(looks(N_ITEMS))
    np.testing.assert_allclose(whole(grown), expected, atol=1e-5)
    (layer,) = grown.layers
    assert (layer.columns.shape, layer.rows.shape, layer.mix.shape) == ((40, 3), (3, 43), (3, 40))
    assert grown.rows is scorer.rows  # nothing of the size of the catalogue was copied


def test_a_second_layer_knows_the_first() -> None:
    grown = item_item().grown(looks(N_ITEMS))
    twice = grown.grown(looks(N_ITEMS + 3))
    dense, before = whole(twice), whole(grown)
    np.testing.assert_allclose(dense[:43, :43], before, atol=1e-5)
    own = before[:N_ITEMS, LATE]  # the second three are as the first
    np.testing.assert_allclose(dense[:N_ITEMS, 43:], own, atol=1e-5)
    mix = np.zeros((3, N_ITEMS))
    mix[0, TWIN] = 1
    mix[1, list(BETWEEN)] = np.array([0.9, 0.6]) ** 2 / (0.9**2 + 0.6**2)
    said = mix @ own
    np.testing.assert_allclose(dense[LATE, 43:], said, atol=1e-5)
    np.testing.assert_allclose(dense[43:, LATE], said, atol=1e-5)
    np.fill_diagonal(said, 0)
    np.testing.assert_allclose(dense[43:, 43:], said, atol=1e-5)


def test_layers_that_are_joined_say_the_same() -> None:
    """A layer may stay as it is before those that become one; a history may be of all."""
    scorer = item_item()
    for first in range(3):
        scorer = scorer.grown(looks(N_ITEMS + 3 * first))
    expected = whole(scorer)
    history = Query(
        np.array([3, N_ITEMS + 1, N_ITEMS + 4, 3, N_ITEMS + 6], np.int32),
        np.array([0.5, 1, 2, 0.25, 0.75], np.float32),
        np.array([0, 5]),
    )
    places = np.arange(scorer.n_items, dtype=np.int32)
    shares = split(scorer.gather(history), places, len(places), 5)
    np.testing.assert_allclose(shares.sum(axis=1), scorer.scores(history)[0], atol=1e-5)
    for first, left in ((0, 1), (1, 2), (2, 3), (3, 3)):
        joined = scorer.joined(first)
        assert len(joined.layers) == left
        assert joined.layers[:first] == scorer.layers[:first]
        np.testing.assert_allclose(whole(joined), expected, atol=1e-6)
        again = split(joined.gather(history), places, len(places), 5)
        np.testing.assert_allclose(again, shares, atol=1e-6)


def test_what_a_late_item_scores_hangs_on_no_other_that_came_with_it() -> None:
    """Also where rows keep few new entries: a cut would leave those that the strongest left."""
    scorer = item_item()
    scorer = replace(scorer, entry=replace(scorer.entry, kept_new=1))
    alone = scorer.grown(looks(N_ITEMS, [1]))
    together = scorer.grown(looks(N_ITEMS)).grown(looks(N_ITEMS + 3)).joined(0)
    expected = whole(alone)[:N_ITEMS, N_ITEMS]
    assert expected.any()
    for place in (N_ITEMS + 1, N_ITEMS + 4):  # like the one that came alone
        np.testing.assert_allclose(whole(together)[:N_ITEMS, place], expected, rtol=1e-6)


def test_the_row_of_a_late_item_keeps_as_many_entries_as_the_entry_says() -> None:
    scorer = item_item()
    cut = replace(scorer, entry=replace(scorer.entry, kept=5)).grown(looks(N_ITEMS))
    before, after = whole(scorer.grown(looks(N_ITEMS))), whole(cut)
    known = np.flatnonzero(np.abs(after[N_ITEMS + 1, :TOUCHED]))
    strongest = np.argsort(-np.abs(before[N_ITEMS + 1, :TOUCHED]))[:5]
    assert known.tolist() == sorted(strongest.tolist())


def test_filling_gives_untouched_items_columns_and_rows() -> None:
    scorer = item_item()
    filled = scorer.grown(filling())
    dense, before = filled.rows.todense(), scorer.rows.todense()
    grown = whole(scorer.grown(looks(N_ITEMS)))
    np.testing.assert_array_equal(dense[:TOUCHED, :TOUCHED], before[:TOUCHED, :TOUCHED])
    np.testing.assert_allclose(
        dense[:TOUCHED, TOUCHED : TOUCHED + 3], grown[:TOUCHED, LATE], atol=1e-6
    )
    mix = np.zeros((2, N_ITEMS))
    mix[0, TWIN] = 1
    mix[1, list(BETWEEN)] = np.array([0.9, 0.6]) ** 2 / (0.9**2 + 0.6**2)
    # What is nearest counts as the most that its row says of known items, others by their share.
    near = mix / mix.max(axis=1, keepdims=True)
    lent = mix @ dense + near * dense[:, :TOUCHED].max(axis=1)
    lent[[0, 1], [TOUCHED, TOUCHED + 1]] = 0
    np.testing.assert_allclose(dense[TOUCHED : TOUCHED + 2], lent, atol=1e-6)
    assert not filled.layers


def test_where_nobody_touched_anything_an_item_speaks_of_what_it_looks_like() -> None:
    """Among the first items of a catalogue: one that came late, and one with another picture."""
    entry = Entry((Kernel("look", 2.0, 0.7),))
    stale = drawn_rows(1).todense()
    stale[TOUCHED, :TOUCHED] = 0.25  # what it said as it looked before
    placed = np.ones(N_ITEMS, bool)  # all were compared with others
    scorer = replace(item_item(), rows=sp.csr_array(stale), entry=entry, placed=placed)
    untouched = np.zeros(N_ITEMS, bool)
    late = scorer.grown(replace(looks(N_ITEMS), known=untouched))
    dense = whole(late)
    np.testing.assert_allclose(dense[LATE, :N_ITEMS], dense[:N_ITEMS, LATE].T, atol=1e-6)
    assert dense[N_ITEMS, TWIN] == pytest.approx(0.7 * 0.8**2)
    before = scorer.rows.todense()
    filled = scorer.grown(replace(filling(), known=untouched)).rows.todense()
    assert filled[TOUCHED, TWIN] == filled[TWIN, TOUCHED] == pytest.approx(0.7 * 0.8**2)
    assert np.count_nonzero(before[TOUCHED]) > np.count_nonzero(filled[TOUCHED]) == 1
    np.testing.assert_array_equal(filled[:TOUCHED, :TOUCHED], before[:TOUCHED, :TOUCHED])


def test_the_less_is_known_of_what_it_is_like_the_more_an_item_speaks_of_its_looks() -> None:
    """It is like an untouched item, and a third of that like one that people had to do with."""
    entry = Entry((Kernel("look", 1.0, 0.5),), power=2.0)
    placed = np.arange(N_ITEMS) >= TOUCHED
    scorer = replace(item_item(), entry=entry, placed=placed)
    cosines = np.zeros((1, N_ITEMS), np.float32)
    cosines[0, [TWIN, TOUCHED + 3]] = 0.2, 0.6
    found = scorer.grown(new_items(np.array([TOUCHED]), cosines))
    lent = found.rows[[TWIN]].todense()[0]
    lent[TWIN] += lent[:TOUCHED].max()
    lent[TOUCHED] = 0  # no row speaks of its own item
    near = (0.2 / 0.6 / 0.5) ** 2
    expected = near * lent + (1 - near) * 0.5 * cosines[0]
    np.testing.assert_allclose(found.rows[[TOUCHED]].todense()[0], expected, atol=1e-6)


def test_what_people_did_is_lent_and_what_an_item_looks_like_is_its_own() -> None:
    """A quarter of what its twin says is how alike others are to that one."""
    kernel = Kernel("look", 1.0, 0.5)
    by_content = np.full(N_ITEMS, 0.25, np.float32)
    scorer = replace(
        item_item(),
        placed=np.arange(N_ITEMS) >= TOUCHED,
        entry=Entry((kernel,), power=2.0),
        content=(Kernel("look", 1.0, 0.2),),
        by_content=by_content,
    )
    cosines = np.zeros((1, N_ITEMS), np.float32)
    cosines[0, [TWIN, TOUCHED + 3]] = 0.6, 0.6
    found = scorer.grown(new_items(np.array([TOUCHED]), cosines))
    lent = found.rows[[TWIN]].todense()[0]
    lent[TWIN] += lent[:TOUCHED].max()
    lent[TOUCHED] = 0
    own = np.where(np.arange(N_ITEMS) < TOUCHED, 0.2, 0.25 * 0.5) * cosines[0]
    np.testing.assert_allclose(found.rows[[TOUCHED]].todense()[0], 0.75 * lent + own, atol=1e-6)


def test_what_a_model_said_of_untouched_items_gives_way_to_their_content() -> None:
    scorer = item_item()
    dense = scorer.rows.todense()
    dense[:, TOUCHED:] = 3.0
    found = replace(scorer, rows=sp.csr_array(dense)).grown(filling())
    expected = scorer.grown(filling())
    known = slice(0, TOUCHED)
    np.testing.assert_allclose(found.rows[known].todense(), expected.rows[known].todense())


def test_what_a_row_says_of_others_is_no_share() -> None:
    scorer = ItemItem(drawn_rows(1))
    read = scorer.gather(scorer.ask(history_of([3, 8])))
    assert split(read, np.array([], np.int32), N_ITEMS, 2).shape == (0, 2)
    assert split(read, np.array([3], np.int32), N_ITEMS, 2)[0, 0] == 0


def test_late_items_are_asked_by_one_history_at_a_time() -> None:
    grown = item_item().grown(looks(N_ITEMS))
    with pytest.raises(AssertionError):
        grown.scores(grown.ask(together([history_of([3]), history_of([8])])))


def test_late_items_are_not_of_a_bundle(tmp_path) -> None:
    with pytest.raises(AssertionError):
        item_item().grown(looks(N_ITEMS)).save(tmp_path)
