"""Histories that checks ask with, and how two arrays of scores are compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.histories import Histories
from beholder.behaviour.history import History

TOLERANCE = 1e-5  # relative to the largest score; sums may be taken in another order


def history_of(items: Sequence[int], times: Sequence[int] | None = None) -> History:
    """Return a history of positions, oldest first, a second apart where no times are given."""
    moments = [1000 * (i + 1) for i in range(len(items))] if times is None else times
    weights = np.linspace(0.5, 1.0, len(items)).astype(np.float32)
    positions = np.array(items, np.int32)
    return History(positions, np.array(moments, np.int64), weights, seen=np.unique(positions))


def drawn_histories(n_items: int, n: int, seed: int = 3) -> list[History]:
    """Return histories of 1 to 12 of the first positions, with baskets in them."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(n):
        items = rng.permutation(n_items)[: rng.integers(1, 13)]
        times = np.sort(rng.integers(0, 6, len(items))) * 1000
        found.append(history_of(items.tolist(), times.tolist()))
    return found


def together(told: Sequence[History]) -> Histories:
    """Return histories of one person each as those of many."""

    def bounds(lengths: list[int]) -> NDArray[np.int64]:
        return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)

    return Histories(
        np.concatenate([one.items for one in told]),
        np.concatenate([one.times for one in told]),
        np.concatenate([one.kinds for one in told]),
        np.concatenate([one.values for one in told]),
        np.concatenate([one.weights for one in told]),
        np.concatenate([one.disliked for one in told]),
        np.concatenate([one.seen for one in told]),
        bounds([len(one) for one in told]),
        bounds([len(one.disliked) for one in told]),
        bounds([len(one.seen) for one in told]),
    )


def assert_close(a: NDArray[Any], b: NDArray[Any]) -> None:
    """Fail unless two arrays of scores are the same but for the last digits."""
    assert a.shape == b.shape
    largest = max(1.0, float(np.abs(b).max(initial=0)))
    assert np.abs(a - b).max(initial=0) <= TOLERANCE * largest


def refused(call: Callable[..., object], *arguments: object) -> bool:
    """Return whether a call refuses its arguments by an error that says so."""
    try:
        call(*arguments)
    except ValueError:  # ShapeError and UsageError are such
        return True
    return False
