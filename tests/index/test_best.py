"""The best k of many scores, with equals in an order that nothing else decides."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beholder.errors import UsageError
from beholder.index.best import best, tie_order

FEW_VALUES = st.lists(st.sampled_from([-np.inf, -1.0, 0.0, 0.5, 0.5, 2.0]), max_size=40)


@given(scores=FEW_VALUES, k=st.integers(0, 50), seed=st.integers(0, 20))
def test_best_is_a_sort_by_score_and_then_by_tie(scores: list[float], k: int, seed: int) -> None:
    ties = tie_order(len(scores), seed)
    whole = sorted(range(len(scores)), key=lambda i: (-scores[i], ties[i]))
    expected = [i for i in whole if scores[i] > -np.inf][:k]
    assert best(np.array(scores, np.float32), k, ties).tolist() == expected


@given(scores=FEW_VALUES, k=st.integers(0, 5), seed=st.integers(0, 20))
def test_so_it_is_where_ties_are_left_out_before_sorting(
    scores: list[float], k: int, seed: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("beholder.index.best.FEW", 0)
        test_best_is_a_sort_by_score_and_then_by_tie.hypothesis.inner_test(scores, k, seed)


@given(
    scores=st.lists(st.floats(-1e6, 1e6, width=32), min_size=5, max_size=60), k=st.integers(1, 5)
)
def test_best_never_repeats_and_never_leaves_a_better_one_out(scores: list[float], k: int) -> None:
    array = np.array(scores, np.float32)
    found = best(array, k, tie_order(len(scores)))
    assert len(set(found.tolist())) == k
    rest = np.delete(array, found)
    assert not len(rest) or rest.max() <= array[found].min()


def test_equal_scores_are_spread_over_all_positions() -> None:
    found = best(np.zeros(3000, np.float32), 300, tie_order(3000))
    # The mean of 300 of 3,000 uniform positions has a standard error of 47.
    assert abs(found.mean() - 1499.5) < 4 * 47
    assert abs(np.corrcoef(np.arange(300), found)[0, 1]) < 4 / np.sqrt(300)


def test_another_seed_gives_another_order_and_the_same_seed_the_same() -> None:
    np.testing.assert_array_equal(tie_order(50, 1), tie_order(50, 1))
    assert (tie_order(50, 1) != tie_order(50, 2)).any()
    assert len(set(tie_order(3000).tolist())) == 3000


def test_a_catalogue_that_grows_keeps_its_order() -> None:
    np.testing.assert_array_equal(tie_order(5000)[:3000], tie_order(3000))
    scores = np.zeros(5000, np.float32)
    whole = best(scores, 5000, tie_order(5000))
    np.testing.assert_array_equal(whole[whole < 3000], best(scores[:3000], 3000, tie_order(3000)))


def test_ties_are_the_finaliser_of_splitmix64() -> None:
    """The published generator, seeded with 0, gives these numbers; the upper half is the tie."""
    # Its n-th output mixes seed + n times the constant: the golden ratio in 64 bits.
    published = [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]
    assert tie_order(4, seed=0)[1:].tolist() == [number >> 32 for number in published]


@pytest.mark.parametrize("k", [1, 21, 200])
@pytest.mark.parametrize("share", [1.0, 0.5, 0.02, 0.001, 0.0])
@pytest.mark.parametrize("values", [7, 100_000])
def test_only_what_is_allowed_is_found_however_little_that_is(
    values: int, share: float, k: int
) -> None:
    n = 4_000  # so many that a bound is guessed from some of them
    rng = np.random.default_rng(3)
    scores = rng.integers(0, values, n).astype(np.float32)
    scores[rng.random(n) < 0.1] = -np.inf
    allowed, ties = rng.random(n) < share, tie_order(n)
    may = np.flatnonzero(allowed & (scores > -np.inf))
    expected = sorted(may.tolist(), key=lambda i: (-scores[i], ties[i]))[:k]
    assert best(scores, k, ties, allowed).tolist() == expected


def test_fewer_than_none_is_refused() -> None:
    with pytest.raises(UsageError, match="k is -2"):
        best(np.zeros(4, np.float32), -2, tie_order(4))
