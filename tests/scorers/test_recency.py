"""Recency counts distinct moments, not events and not days."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beholder.behaviour.history import EMPTY, History
from beholder.models.recency import by_rank


def history(times: list[int], weights: list[float] | None = None) -> History:
    weights = [1.0] * len(times) if weights is None else weights
    items = np.arange(len(times), dtype=np.int32)
    return History(items, np.array(times, np.int64), np.array(weights, np.float32))


def test_each_moment_further_back_counts_less() -> None:
    found = by_rank(history([10, 20, 20, 20, 99_999_999]), 0.5)
    np.testing.assert_allclose(found, [0.25, 0.5, 0.5, 0.5, 1.0])


def test_a_pause_does_not_fade_a_taste() -> None:
    soon, late = history([1, 2, 3]), history([1, 2, 10**12])
    np.testing.assert_array_equal(by_rank(soon, 0.8), by_rank(late, 0.8))


def test_event_weights_are_kept_and_a_decay_of_one_ignores_time() -> None:
    np.testing.assert_allclose(by_rank(history([1, 2], [0.3, 0.9]), 1.0), [0.3, 0.9])
    np.testing.assert_allclose(by_rank(history([1, 2], [0.3, 0.9]), 0.5), [0.15, 0.9])


@given(st.permutations(range(5)))
def test_a_basket_weighs_the_same_whatever_its_order(order: list[int]) -> None:
    weights = [0.1, 0.2, 0.3, 0.4, 0.5]
    told = by_rank(history([5] * 5 + [9], [*weights, 1.0]), 0.7)
    turned = by_rank(history([5] * 5 + [9], [*(weights[i] for i in order), 1.0]), 0.7)
    np.testing.assert_allclose(turned[:5], told[:5][list(order)], rtol=1e-6)
    assert told[:5].sum() == pytest.approx(turned[:5].sum())


def test_no_history_has_no_weights() -> None:
    assert by_rank(EMPTY, 0.9).shape == (0,)
