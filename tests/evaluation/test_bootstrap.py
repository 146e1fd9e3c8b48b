"""Certainty: intervals hold the truth as often as they say, and chance is not called success."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beholder.evaluation.bootstrap import holm, interval, ratio_interval, sign_flip


def ndcg_like(rng: np.random.Generator, n: int) -> np.ndarray:
    """Values as NDCG has them: mostly 0, sometimes up to 1."""
    return np.where(rng.random(n) < 0.25, rng.beta(2, 3, n), 0.0)


TRUTH = 0.25 * 0.4  # the mean of beta(2, 3) is 0.4


def test_the_interval_holds_the_truth_in_95_of_100_cases() -> None:
    rng = np.random.default_rng(1)
    held = []
    for case in range(200):
        low, high = interval(ndcg_like(rng, 250), seed=case, draws=250)
        held.append(low <= TRUTH <= high)
    # 95 % of 200 has a standard error of 1.5 points.
    assert 0.90 <= np.mean(held) <= 0.99


def test_the_interval_is_as_wide_as_theory_says() -> None:
    values = np.random.default_rng(2).normal(3.0, 1.0, 400)
    low, high = interval(values, draws=4000)
    assert low < values.mean() < high
    assert (high - low) / 2 == pytest.approx(1.96 * values.std() / 20, rel=0.08)
    narrow = interval(values, draws=4000, level=0.5)
    assert (narrow[1] - narrow[0]) / 2 == pytest.approx(0.674 * values.std() / 20, rel=0.08)


def test_the_ratio_interval_holds_the_true_ratio() -> None:
    rng = np.random.default_rng(3)
    held = []
    for case in range(100):
        shared = ndcg_like(rng, 300)
        ours, theirs = shared * 1.2, shared * rng.choice([0.8, 1.2], 300)
        low, high = ratio_interval(ours, theirs, seed=case, draws=200)
        held.append(low <= 1.2 <= high)
    assert 0.90 <= np.mean(held) <= 0.99


def test_the_ratio_to_one_who_often_finds_nothing_still_has_two_ends() -> None:
    ours = np.array([1.0, 0.5, 0.5, 1.0])
    # A draw of four misses the first, the only one that they found, in (3/4)^4 = 32 %.
    low, high = ratio_interval(ours, np.array([1.0, 0.0, 0.0, 0.0]))
    assert 0.5 < low < 3 < high == np.inf
    assert ratio_interval(ours, np.zeros(4)) == (np.inf, np.inf)
    # Of ten people who find something all but one it is 1 in 10^10: all ratios are numbers.
    assert np.isfinite(ratio_interval(np.ones(10), np.array([0.0, *[0.5] * 9]))).all()


def test_of_200_null_comparisons_about_one_in_twenty_is_called_different() -> None:
    rng = np.random.default_rng(4)
    p = np.array([
        sign_flip(ndcg_like(rng, 120) - ndcg_like(rng, 120), seed=case, draws=400)
        for case in range(200)
    ])  # fmt: skip
    assert 0.02 <= (p < 0.05).mean() <= 0.09  # standard error 1.5 points
    assert 0.42 <= p.mean() <= 0.58


def test_a_true_difference_is_found() -> None:
    rng = np.random.default_rng(5)
    difference = ndcg_like(rng, 400) + 0.1 - ndcg_like(rng, 400)
    assert sign_flip(difference) < 0.01


@pytest.mark.parametrize(
    "difference",
    [
        [0.1] * 8,
        [0.1, 0.2, -0.3, 0.7, 0.6, 0.1, 0.1, -0.1, 0.3],
        [1 / 3, 1 / 3, 1 / 3, -1 / 3, 0.0, 0.0, 0.0, 1 / 3, 1 / 3],
    ],
)
def test_p_is_the_share_of_all_sign_patterns_as_extreme(difference: list[float]) -> None:
    values = np.array(difference)
    signs = np.array(list(product([-1, 1], repeat=len(values))))
    sums = np.abs(signs @ values)
    exact = (sums >= abs(values.sum()) - 1e-9).mean()
    error = np.sqrt(exact * (1 - exact) / 20_000)
    assert sign_flip(values, draws=20_000) == pytest.approx(exact, abs=4 * error + 1e-4)


def test_no_difference_is_no_evidence() -> None:
    assert sign_flip(np.zeros(50)) == 1.0


def test_p_does_not_depend_on_the_sign_or_the_scale() -> None:
    values = np.random.default_rng(6).normal(0.1, 1, 60)
    assert sign_flip(values) == sign_flip(-values) == sign_flip(values * 4)


def test_holm_by_hand() -> None:
    # Sorted: 0.01 * 4, 0.02 * 3, 0.03 * 2 (raised to the one before), 0.2 * 1.
    assert holm([0.03, 0.01, 0.2, 0.02]) == pytest.approx([0.06, 0.04, 0.2, 0.06])
    assert holm([0.5, 0.6]) == [1.0, 1.0]
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_never_lowers_a_p_and_keeps_their_order(p_values: list[float]) -> None:
    corrected = holm(p_values)
    assert all(p <= c <= 1 for p, c in zip(p_values, corrected, strict=True))
    order = np.argsort(p_values, kind="stable")
    assert (np.diff(np.array(corrected)[order]) >= 0).all()


def test_an_interval_of_nothing_is_not_a_number() -> None:
    assert np.isnan(interval(np.empty(0))).all()
