"""The best k of many scores; equal scores in an order that favours no position."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from beholder.errors import UsageError

Floats = NDArray[np.floating]


def tie_order(n_items: int, seed: int = 0x5EED) -> NDArray[np.uint32]:
    """Return a random rank for each position: among equal scores the lower rank comes first."""
    return np.random.default_rng(seed).permutation(n_items).astype(np.uint32)


def best(scores: Floats, k: int, ties: NDArray[np.uint32]) -> NDArray[np.int32]:
    """Return the positions of the `k` highest scores, best first.

    Parameters
    ----------
    scores
        Shape (n,). -inf is never returned.
    ties
        Shape (n,). From `tie_order`.
    """
    if k < 0:
        raise UsageError(f"k is {k}", remedy="ask for 0 or more items", field="k")
    k = min(k, len(scores))
    if k == 0:
        return np.empty(0, np.int32)
    if k < len(scores):
        chosen = np.argpartition(scores, len(scores) - k)[len(scores) - k :]
        least = scores[chosen].min()
        # Everything that ties with the last one competes for the places left.
        if least > -np.inf and np.count_nonzero(scores == least) > np.count_nonzero(
            scores[chosen] == least
        ):
            chosen = np.flatnonzero(scores >= least)
    else:
        chosen = np.arange(len(scores))
    values = scores[chosen]
    order = np.lexsort((ties[chosen], -values))[:k]
    order = order[values[order] > -np.inf]
    return chosen[order].astype(np.int32)
