"""Recency counts distinct moments, not events and not days."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beholder.behaviour.histories import Histories
from beholder.behaviour.history import EMPTY, History
from beholder.scorers.recency import Recency
from beholder.testing.sample_histories import together


def history(times: list[int], weights: list[float] | None = None) -> History:
    weights = [1.0] * len(times) if weights is None else weights
    items = np.arange(len(times), dtype=np.int32)
    return History(items, np.array(times, np.int64), np.array(weights, np.float32))


def test_each_moment_further_back_counts_less() -> None:
    found = Recency(0.5).weights(history([10, 20, 20, 20, 99_999_999]))
    np.testing.assert_allclose(found, [0.25, 0.5, 0.5, 0.5, 1.0])


def test_what_came_before_the_newest_moment_counts_less_besides() -> None:
    told = history([10, 20, 20, 30, 40, 40], [1.0, 1.0, 0.5, 1.0, 1.0, 0.2])
    by_hand = [0.6 * 0.125, 0.6 * 0.25, 0.6 * 0.125, 0.6 * 0.5, 1.0, 0.2]
    np.testing.assert_allclose(Recency(0.5, older=0.6).weights(told), by_hand, rtol=1e-6)
    alone = history([7, 7], [0.3, 1.0])  # one visit is the newest, however long ago
    np.testing.assert_allclose(Recency(0.5, older=0.1).weights(alone), [0.3, 1.0])


def test_many_are_weighed_as_each_of_them() -> None:
    told = [history([1, 2, 2, 5]), EMPTY, history([9]), history([3, 3, 4], [0.2, 0.3, 1.0]), EMPTY]
    for recency in (Recency(0.7), Recency(0.9, 0.4), Recency(1.0)):
        alone = np.concatenate([recency.weights(one) for one in told])
        np.testing.assert_array_equal(recency.weights(together(told)), alone)


def test_a_pause_does_not_fade_a_taste() -> None:
    soon, late = history([1, 2, 3]), history([1, 2, 10**12])
    np.testing.assert_array_equal(Recency(0.8).weights(soon), Recency(0.8).weights(late))


def test_event_weights_are_kept_and_a_decay_of_one_ignores_time() -> None:
    np.testing.assert_allclose(Recency(1.0).weights(history([1, 2], [0.3, 0.9])), [0.3, 0.9])
    np.testing.assert_allclose(Recency(0.5).weights(history([1, 2], [0.3, 0.9])), [0.15, 0.9])


@given(st.permutations(range(5)))
def test_a_basket_weighs_the_same_whatever_its_order(order: list[int]) -> None:
    weights = [0.1, 0.2, 0.3, 0.4, 0.5]
    recency = Recency(0.7)
    told = recency.weights(history([5] * 5 + [9], [*weights, 1.0]))
    turned = recency.weights(history([5] * 5 + [9], [*(weights[i] for i in order), 1.0]))
    np.testing.assert_allclose(turned[:5], told[:5][list(order)], rtol=1e-6)
    assert told[:5].sum() == pytest.approx(turned[:5].sum())


@pytest.mark.parametrize("nobody", [EMPTY, together([EMPTY]), together([EMPTY] * 3)])
def test_no_history_has_no_weights(nobody: History | Histories) -> None:
    assert Recency(0.9).weights(nobody).shape == (0,)
