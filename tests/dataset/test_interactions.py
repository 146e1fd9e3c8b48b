"""From events to pairs: each once, at its first time, baskets shuffled by seed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beholder.dataset.interactions import Interactions
from beholder.dataset.log import Log
from beholder.errors import ShapeError
from beholder.testing.sample_log import log_of_arrays

EVENTS = st.lists(
    st.tuples(
        st.integers(0, 4),  # user
        st.integers(-1, 6),  # item
        st.integers(0, 5),  # time
        st.sampled_from([-1.0, 0.0, 0.25, 0.5, 1.0]),
    ),
    max_size=40,
)


def made(events: list[tuple[int, int, int, float]], seed: int = 0) -> Interactions:
    return log_made(events, seed).interactions


def log_made(events: list[tuple[int, int, int, float]], seed: int = 0) -> Log:
    users, items, times, signed = zip(*events, strict=True) if events else ((), (), (), ())
    return log_of_arrays(
        np.array(users, np.int32),
        np.array(items, np.int32),
        np.array(times, np.int64),
        np.array(signed, np.float32),
        5,
        7,
        seed,
    )


def as_dict(pairs: Interactions) -> dict[tuple[int, int], tuple[int, float]]:
    rows = zip(
        pairs.users.tolist(),
        pairs.items.tolist(),
        pairs.times.tolist(),
        pairs.weights.tolist(),
        strict=True,
    )
    return {(u, i): (t, w) for u, i, t, w in rows}


@given(events=EVENTS, seed=st.integers(0, 99))
def test_a_pair_counts_once_at_its_first_time_with_its_strongest_evidence(
    events: list[tuple[int, int, int, float]], seed: int
) -> None:
    told: dict[tuple[int, int], list[tuple[int, int, float]]] = {}
    for order, (user, item, time, weight) in enumerate(events):
        if item >= 0:
            told.setdefault((user, item), []).append((time, order, weight))
    expected = {}
    for pair, own in told.items():
        good = [(time, weight) for time, _, weight in sorted(own) if weight > 0]
        if good and ends_liked(sorted(own)):
            expected[pair] = (good[0][0], max(weight for _, weight in good))
    pairs = made(events, seed)
    assert len(pairs) == len(expected)
    assert as_dict(pairs) == expected


def ends_liked(told: list[tuple[int, int, float]]) -> bool:
    refused = False
    for _, _, weight in told:
        refused = weight < 0 or (refused and weight < 1.0)
    return not refused


@given(events=EVENTS, seed=st.integers(0, 99))
def test_pairs_are_sorted_by_user_then_time_and_found_by_user(
    events: list[tuple[int, int, int, float]], seed: int
) -> None:
    pairs = made(events, seed)
    assert (np.diff(pairs.users) >= 0).all()
    same = np.diff(pairs.users) == 0
    assert (np.diff(pairs.times)[same] >= 0).all()
    for user in range(5):
        rows = slice(pairs.indptr[user], pairs.indptr[user + 1])
        assert (pairs.users[rows] == user).all()
    assert pairs.indptr[-1] == len(pairs)
    assert pairs.item_counts.sum() == len(pairs)
    dense = np.zeros((5, 7))
    for (user, item), (_, weight) in as_dict(pairs).items():
        dense[user, item] = weight
    np.testing.assert_array_equal(pairs.matrix.todense(), dense)


@given(EVENTS, st.randoms(use_true_random=False))
def test_the_order_of_events_in_a_file_does_not_matter(events, random) -> None:
    turned = list(events)
    random.shuffle(turned)
    assert as_dict(made(turned)) == as_dict(made(events))
    np.testing.assert_array_equal(made(turned).items, made(events).items)


def basket_orders(seed: int) -> Interactions:
    """200 people with one basket of 10 items each, told in the order of item ids."""
    users = np.repeat(np.arange(200, dtype=np.int32), 10)
    items = np.tile(np.arange(10, dtype=np.int32), 200)
    ones = np.ones(2000, np.float32)
    return log_of_arrays(users, items, np.zeros(2000, np.int64), ones, 200, 10, seed).interactions


def test_the_order_inside_a_basket_tells_nothing_of_the_item() -> None:
    pairs = basket_orders(1)
    rank = np.tile(np.arange(10), 200)
    # Under no relation the correlation of 2,000 ranks has a standard error of 1/sqrt(2000).
    assert abs(np.corrcoef(rank, pairs.items)[0, 1]) < 4 / np.sqrt(2000)
    last = pairs.items.reshape(200, 10)[:, -1]
    counts = np.bincount(last, minlength=10)
    assert ((counts - 20) ** 2 / 20).sum() < 27.9  # chi-square, 9 degrees, p = 0.001


def test_the_order_inside_a_basket_is_drawn_by_seed() -> None:
    np.testing.assert_array_equal(basket_orders(3).items, basket_orders(3).items)
    assert (basket_orders(3).items != basket_orders(4).items).mean() > 0.5


def test_keep_leaves_codes_as_they_are() -> None:
    log = log_made([(0, 1, 1, 1.0), (2, 3, 2, 0.5), (4, 6, 3, 1.0)])
    kept = log.keep(np.array([False, True, True]))
    assert as_dict(kept.interactions) == {(2, 3): (2, 0.5), (4, 6): (3, 1.0)}
    assert (kept.n_users, kept.n_items) == (5, 7)
    assert kept.indptr.tolist() == [0, 0, 0, 1, 1, 2]


def test_arrays_of_different_lengths_are_refused() -> None:
    one, two = np.zeros(1, np.int32), np.zeros(2, np.int32)
    with pytest.raises(ShapeError):
        log_of_arrays(one, two, np.zeros(1, np.int64), np.ones(1, np.float32), 1, 1, 0)
