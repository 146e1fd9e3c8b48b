"""What every scorer keeps to when items are added to it; part of `SCORER_CHECKS`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.testing import assert_array_equal
from numpy.typing import NDArray

from beholder.behaviour.history import EMPTY, History
from beholder.scorers.blend import Blend, Reading
from beholder.scorers.interface import NewItems, Scorer
from beholder.testing.sample_blend import blend_of
from beholder.testing.sample_histories import (
    assert_close,
    drawn_histories,
    history_of,
    together,
)

Make = Callable[[], Scorer]
N_ITEMS, UNTOUCHED = 40, 4
TWIN, BETWEEN = 4, (8, 12)  # known items that new ones look like
LIKE_ONE, LIKE_TWO, LIKE_NONE = range(3)


def looks(n_items: int, which: Sequence[int] = (LIKE_ONE, LIKE_TWO, LIKE_NONE)) -> NewItems:
    """Return new items after the last of `n_items`: like one, between two, and like none."""
    cosines = np.zeros((3, N_ITEMS), np.float32)
    cosines[LIKE_ONE, TWIN] = 0.8
    cosines[LIKE_TWO, list(BETWEEN)] = 0.9, 0.6
    cosines[:, N_ITEMS - UNTOUCHED + LIKE_ONE] = cosines[:, TWIN]  # see `filling`
    return new_items(np.arange(n_items, n_items + len(which)), cosines[list(which)])


def new_items(positions: NDArray[np.int64], cosines: NDArray[np.float32]) -> NewItems:
    """Return items that look as the cosines say, of no known product."""
    none = np.full(N_ITEMS, -1, np.int32)
    return NewItems(
        positions,
        {"look": lambda block: cosines[block]},
        lambda block: cosines[block],
        (none[: len(positions)], none),
        np.arange(N_ITEMS) < N_ITEMS - UNTOUCHED,
    )


def filling() -> NewItems:
    """Return the untouched positions, the first like one item, the next between two."""
    cosines = np.zeros((UNTOUCHED, N_ITEMS), np.float32)
    cosines[LIKE_ONE, TWIN] = 0.8
    cosines[LIKE_TWO, list(BETWEEN)] = 0.9, 0.6
    positions = np.arange(N_ITEMS - UNTOUCHED, N_ITEMS)
    cosines[np.arange(UNTOUCHED), positions] = 1  # they are there, and look like themselves
    return new_items(positions, cosines)


def asked(scorer: Blend, told: History) -> Reading:
    """Return what a blend reads for one history."""
    return scorer.read(scorer.ask(told))


def all_but(n_items: int, *left_out: int) -> NDArray[np.int32]:
    """Return all positions but some."""
    return np.setdiff1d(np.arange(n_items), left_out).astype(np.int32)


def check_appended_items_can_be_scored(make: Make) -> None:
    """Items appended by their content have scores, shares and places in lists."""
    scorer = blend_of(make())
    grown = scorer.grown(looks(N_ITEMS))
    assert (scorer.n_items, grown.n_items) == (N_ITEMS, N_ITEMS + 3)
    late = np.arange(N_ITEMS, N_ITEMS + 3, dtype=np.int32)
    told_apart = False
    for told in [*drawn_histories(N_ITEMS, 6), history_of([3, N_ITEMS + 1, 5, N_ITEMS])]:
        query = grown.ask(told)
        read = grown.read(query)
        scores = read.at(late)
        assert scores.dtype == np.float32
        assert np.isfinite(scores).all()
        assert_close(grown.scores(query)[0, late], scores)
        shares = read.shares(late)
        assert_close(shares.base + shares.values.sum(axis=1, dtype=np.float64), scores)
        found = read.best(3, np.arange(N_ITEMS + 3) >= N_ITEMS)
        assert set(found.positions.tolist()) == set(late.tolist())
        assert_close(found.scores, np.sort(scores)[::-1])
        told_apart |= bool(scores[LIKE_TWO] not in (0, scores[LIKE_ONE]))
    assert told_apart


def check_many_histories_know_filled_items(make: Make) -> None:
    """Where items were filled, thousands of histories are answered as each of them alone."""
    filled = blend_of(make()).grown(filling())
    told = drawn_histories(N_ITEMS, 40)
    scores = filled.scores(filled.ask(together(told)))
    for row, one in zip(scores, told, strict=True):
        assert_close(row, filled.read(filled.ask(one)).all)


def check_an_appended_item_like_none_has_no_score(make: Make) -> None:
    """Where nothing is known of a new item, no history speaks for it, nor it for others."""
    grown = blend_of(make()).grown(looks(N_ITEMS))
    unknown = np.array([N_ITEMS + LIKE_NONE], np.int32)
    assert asked(grown, history_of([1, TWIN, 8])).at(unknown)[0] == 0
    values = asked(grown, history_of(unknown.tolist())).shares(all_but(N_ITEMS)).values
    assert_array_equal(values, np.zeros_like(values))


def check_an_appended_item_can_be_history(make: Make) -> None:
    """A new item counts as what it looks like: its history scores like that of its twin."""
    grown = blend_of(make()).grown(looks(N_ITEMS))
    new = N_ITEMS + LIKE_ONE
    read, twin = asked(grown, history_of([new])), asked(grown, history_of([TWIN]))
    assert read.query.items.tolist() == [new]
    others = all_but(grown.n_items, TWIN, new)
    assert_close(read.at(others), twin.at(others))
    assert np.abs(read.shares(others).values).max() > 0


def check_appending_leaves_known_items_alone(make: Make) -> None:
    """Known items score for known histories as if nothing had been added."""
    scorer, known = blend_of(make()), all_but(N_ITEMS)
    people = [EMPTY, *drawn_histories(N_ITEMS, 6)]
    before = [asked(scorer, told).at(known) for told in people]
    grown = scorer.grown(looks(N_ITEMS))
    for told, expected in zip(people, before, strict=True):
        read, alone = asked(grown, told), asked(scorer, told)
        assert_close(read.at(known), expected)
        assert_array_equal(alone.at(known), expected)
        found, long = read.best(grown.n_items), alone.best(N_ITEMS)
        assert_array_equal(found.positions[found.positions < N_ITEMS], long.positions)


def check_two_layers_are_one_with_both(make: Make) -> None:
    """Items that came one after the other score and speak as if they had come together."""
    scorer = blend_of(make())
    apart = scorer.grown(looks(N_ITEMS, [LIKE_TWO, LIKE_NONE]))
    apart = apart.grown(looks(N_ITEMS + 2, [LIKE_ONE]))
    whole = scorer.grown(looks(N_ITEMS, [LIKE_TWO, LIKE_NONE, LIKE_ONE]))
    assert apart.n_items == whole.n_items == N_ITEMS + 3
    for told in [EMPTY, *drawn_histories(N_ITEMS + 3, 20)]:
        ours, theirs = asked(apart, told), asked(whole, told)
        assert_close(ours.all, theirs.all)
        positions = all_but(N_ITEMS + 3)
        mine, other = (read.shares(positions) for read in (ours, theirs))
        assert_close(mine.base, other.base)
        assert_close(mine.values, other.values)
        assert_array_equal(ours.best(9).positions, theirs.best(9).positions)


def check_filled_items_can_be_scored(make: Make) -> None:
    """Untouched items that are there already are scored as appended ones would be."""
    scorer = blend_of(make())
    filled, grown = scorer.grown(filling()), scorer.grown(looks(N_ITEMS))
    assert filled.n_items == N_ITEMS
    places = np.arange(N_ITEMS - UNTOUCHED, N_ITEMS, dtype=np.int32)
    late = np.arange(N_ITEMS, N_ITEMS + 3, dtype=np.int32)
    score = 0.0
    for told in drawn_histories(N_ITEMS - UNTOUCHED, 8):
        scores = asked(filled, told).at(places)
        expected = asked(grown, told).at(late)
        # What popularity or weights of its own say of a place is no matter of content.
        plain = asked(filled, told).shares(places)
        assert_close(plain.base + plain.values.sum(axis=1, dtype=np.float64), scores)
        assert_close(scores[:3], expected)
        score = max(score, float(np.abs(scores[:2]).max()))
    assert score > 0


def check_a_filled_item_can_be_history(make: Make) -> None:
    """A filled item speaks like its twin, and never of itself."""
    filled = blend_of(make()).grown(filling())
    new = N_ITEMS - UNTOUCHED + LIKE_ONE
    read, twin = asked(filled, history_of([new])), asked(filled, history_of([TWIN]))
    others = all_but(N_ITEMS, TWIN, new)
    assert_close(read.at(others), twin.at(others))
    assert np.abs(read.shares(others).values).max() > 0


def check_filling_leaves_known_items_alone(make: Make) -> None:
    """Known items score for histories of known ones as if nothing had been filled."""
    scorer, known = blend_of(make()), all_but(N_ITEMS - UNTOUCHED)
    people = [EMPTY, *drawn_histories(N_ITEMS - UNTOUCHED, 8)]
    before = [asked(scorer, told).at(known) for told in people]
    filled = scorer.grown(filling())
    for told, expected in zip(people, before, strict=True):
        assert_close(asked(filled, told).at(known), expected)
        assert_array_equal(asked(scorer, told).at(known), expected)


def check_a_filled_scorer_can_be_appended_to(make: Make) -> None:
    """Items come after the untouched ones were filled, which is how a bundle grows."""
    scorer = blend_of(make())
    both = scorer.grown(filling())
    both = both.grown(looks(N_ITEMS))
    alone = scorer.grown(looks(N_ITEMS))
    late = np.arange(N_ITEMS, N_ITEMS + 3, dtype=np.int32)
    for told in drawn_histories(N_ITEMS - UNTOUCHED, 8):
        assert_close(asked(both, told).at(late), asked(alone, told).at(late))
    fresh = N_ITEMS - UNTOUCHED + LIKE_ONE
    ours, twin = asked(both, history_of([fresh])), asked(both, history_of([TWIN]))
    assert_close(ours.at(late), twin.at(late))


def check_nothing_new_changes_nothing(make: Make) -> None:
    """Without new items a scorer stays as it is."""
    scorer = blend_of(make())
    grown = scorer.grown(looks(N_ITEMS, []))
    assert grown.n_items == N_ITEMS
    query = scorer.ask(history_of([1, 2]))
    assert_array_equal(grown.scores(query), scorer.scores(query))


GROWTH_CHECKS = (
    check_appended_items_can_be_scored,
    check_many_histories_know_filled_items,
    check_an_appended_item_like_none_has_no_score,
    check_an_appended_item_can_be_history,
    check_appending_leaves_known_items_alone,
    check_two_layers_are_one_with_both,
    check_filled_items_can_be_scored,
    check_a_filled_item_can_be_history,
    check_filling_leaves_known_items_alone,
    check_a_filled_scorer_can_be_appended_to,
    check_nothing_new_changes_nothing,
)
