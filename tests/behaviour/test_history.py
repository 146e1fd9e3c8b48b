"""From events to a history: what models see of a person."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beholder.behaviour.history import EMPTY, History
from beholder.behaviour.kinds import CODES, weigh
from beholder.behaviour.reduce import Events, history
from beholder.errors import ShapeError
from beholder.settings import EVENT_WEIGHTS

Told = list[tuple[int, str, int]]


def made(events: Told, limit: int = 200, values: list[float] | None = None) -> History:
    """A history of (position, kind, time)."""
    values = [float("nan")] * len(events) if values is None else values
    return history(told(events, values), EVENT_WEIGHTS["like"], limit)


def told(events: Told, values: list[float]) -> Events:
    kinds = np.array([CODES[kind] for _, kind, _ in events], np.uint8)
    valued = np.array(values, np.float32)
    return Events(
        np.array([position for position, _, _ in events], np.int32),
        np.array([time for _, _, time in events], np.int64),
        weigh(kinds, valued, EVENT_WEIGHTS, rating_threshold=3.5),
        kinds,
        valued,
    )


def test_oldest_comes_first_whatever_the_order_of_events() -> None:
    found = made([(3, "like", 30), (1, "like", 10), (2, "view", 20)])
    assert found.items.tolist() == [1, 2, 3]
    assert found.times.tolist() == [10, 20, 30]
    np.testing.assert_allclose(found.weights, [1.0, 0.3, 1.0])


def test_an_item_counts_once_at_its_newest_moment_with_its_largest_weight() -> None:
    found = made([(1, "like", 10), (2, "view", 20), (1, "view", 30)])
    assert found.items.tolist() == [2, 1]
    assert found.times.tolist() == [20, 30]
    np.testing.assert_allclose(found.weights, [0.3, 1.0])


def test_what_was_disliked_after_it_was_liked_is_disliked() -> None:
    found = made([(1, "like", 10), (2, "like", 15), (1, "dislike", 20)])
    assert found.items.tolist() == [2]
    assert found.disliked.tolist() == [1]


def test_what_was_liked_after_it_was_disliked_is_liked() -> None:
    found = made([(1, "dislike", 10), (1, "like", 20)])
    assert found.items.tolist() == [1]
    assert not len(found.disliked)


@pytest.mark.parametrize("kind", ["view", "click", "watch"])
@pytest.mark.parametrize("refusal", ["dislike", "hide"])
def test_looking_at_what_was_refused_does_not_make_it_liked(refusal: str, kind: str) -> None:
    found = made([(2, "like", 5), (1, refusal, 10), (1, kind, 20)])
    assert found.items.tolist() == [2]
    assert found.disliked.tolist() == [1]


def test_a_purchase_brings_back_what_was_hidden() -> None:
    found = made([(1, "hide", 10), (1, "view", 15), (1, "purchase", 20), (1, "view", 25)])
    assert found.items.tolist() == [1]
    assert found.times.tolist() == [25]
    assert not len(found.disliked)


def test_of_one_moment_the_later_told_event_decides() -> None:
    assert made([(1, "like", 10), (1, "dislike", 10)]).disliked.tolist() == [1]
    assert made([(1, "dislike", 10), (1, "like", 10)]).items.tolist() == [1]


def test_a_hidden_item_and_a_low_rating_are_dislikes() -> None:
    found = made(
        [(1, "hide", 10), (2, "rating", 20), (3, "rating", 30), (4, "rating", 40)],
        values=[float("nan"), 2.0, 3.5, 5.0],
    )
    assert found.disliked.tolist() == [1, 2]
    assert found.items.tolist() == [3, 4]


def test_the_limit_keeps_the_newest_and_seen_keeps_all() -> None:
    liked = [(position, "like", position) for position in range(10)]
    disliked = [(position, "dislike", position) for position in range(20, 30)]
    found = made(liked + disliked, limit=3)
    assert found.items.tolist() == [7, 8, 9]
    assert found.disliked.tolist() == [27, 28, 29]
    assert found.seen.tolist() == [*range(10), *range(20, 30)]


def test_items_that_the_bundle_does_not_know_are_left_out_everywhere() -> None:
    found = made([(-1, "like", 10), (4, "like", 20), (-1, "dislike", 30)])
    assert found.items.tolist() == [4]
    assert found.seen.tolist() == [4]
    assert not len(found.disliked)


def test_no_evidence_is_seen_and_nothing_more() -> None:
    found = made([(1, "watch", 10)], values=[0.0])
    assert len(found) == 0
    assert found.seen.tolist() == [1]


def test_nothing_makes_an_empty_history() -> None:
    found = made([])
    assert len(found) == len(found.seen) == len(found.disliked) == 0
    assert found.items.dtype == np.int32
    assert found.times.dtype == np.int64


@given(
    st.lists(
        st.tuples(
            st.integers(-1, 5),
            st.sampled_from(["view", "like", "dislike", "hide", "purchase"]),
            st.integers(0, 4),
        ),
        max_size=25,
    ),
    st.integers(1, 6),
)
def test_a_history_is_what_a_slow_loop_makes(events: Told, limit: int) -> None:
    by_item: dict[int, list[tuple[int, int, float]]] = {}
    for order, (item, kind, time) in enumerate(events):
        if item >= 0:
            sign = -1 if kind in ("dislike", "hide") else 1
            by_item.setdefault(item, []).append((time, order, sign * EVENT_WEIGHTS[kind]))
    last = {item: max(told) for item, told in by_item.items()}
    order = sorted(last, key=lambda item: last[item][:2])
    fond = {item: ends_liked(sorted(told)) for item, told in by_item.items()}
    liked = [item for item in order if fond[item]][-limit:]
    found = made(events, limit)
    assert found.items.tolist() == liked
    assert found.times.tolist() == [last[item][0] for item in liked]
    strongest = [max(weight for _, _, weight in by_item[item]) for item in liked]
    np.testing.assert_allclose(found.weights, strongest)
    assert found.disliked.tolist() == [i for i in order if not fond[i]][-limit:]
    assert found.seen.tolist() == sorted(by_item)


def ends_liked(told: list[tuple[int, int, float]]) -> bool:
    refused = False
    for _, _, weight in told:
        if weight < 0:
            refused = True
        elif weight >= 1:
            refused = False
    return not refused


def test_a_basket_is_a_moment() -> None:
    found = made([(1, "like", 5), (2, "like", 5), (3, "like", 9), (4, "like", 12)])
    assert found.age.tolist() == [2, 2, 1, 0]
    assert EMPTY.age.shape == (0,)


def test_without_takes_one_event_and_leaves_it_seen() -> None:
    found = made([(1, "like", 1), (2, "like", 2), (3, "dislike", 3)]).without(0)
    assert found.items.tolist() == [2]
    assert found.seen.tolist() == [1, 2, 3]
    assert found.disliked.tolist() == [3]


def test_within_leaves_no_moment_of_unknown_items_behind() -> None:
    found = History(
        np.array([1, 99, -1, 2], np.int32), np.arange(4), np.ones(4, np.float32)
    ).within(50)
    assert found.items.tolist() == [1, 2]
    assert found.age.tolist() == [1, 0]


def test_arrays_of_different_lengths_are_refused() -> None:
    with pytest.raises(ShapeError):
        History(np.zeros(2, np.int32), np.zeros(1, np.int64), np.zeros(2, np.float32))
