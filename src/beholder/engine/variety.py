"""A first look around: popular items that do not look alike, for people without a history."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from beholder.index.best import best
from beholder.scorers.interface import Floats, Positions

VARIED, AMONG = 60, 240  # so many that do not look alike, out of the most popular


def varied(
    popularity: Floats,
    shown: NDArray[np.bool_],
    vectors: Floats | None,
    ties: NDArray[np.uint32],
) -> Positions:
    """Return all shown positions, the most popular first, spread at the head.

    Parameters
    ----------
    popularity
        float32 (n_items,).
    vectors
        float32 (n_items, dim), unit rows of what items look like; None: nothing is spread.
    """
    order = best(np.where(shown, popularity, -np.inf), len(popularity), ties)
    if vectors is None:
        return order
    head = order[:AMONG]
    first = spread(head, popularity[head], vectors, VARIED)
    rest = np.setdiff1d(np.arange(len(head)), first)
    return np.concatenate([head[first], head[rest], order[AMONG:]])


def spread(
    positions: NDArray[np.int32], scores: Floats, vectors: Floats, k: int, balance: float = 0.5
) -> NDArray[np.int64]:
    """Re-rank so that neighbours in a list do not look alike, by maximal marginal relevance.

    Parameters
    ----------
    positions, scores
        Shape (n,). Candidates, best first.
    vectors
        float32 (n_items, dim), unit rows.
    balance
        1 is relevance alone, 0 variety alone.

    Returns
    -------
    Indices into `positions`, shape (min(k, n),).

    References
    ----------
    Carbonell and Goldstein, SIGIR 1998.
    """
    n = len(positions)
    top = max(float(scores.max(initial=0)), 1e-12)
    relevance = balance * scores / top
    chosen_vectors = vectors[positions]
    nearest = np.zeros(n, np.float32)
    free = np.ones(n, bool)
    order = np.empty(min(k, n), np.int64)
    for rank in range(len(order)):
        value = np.where(free, relevance - (1 - balance) * nearest, -np.inf)
        pick = int(value.argmax())
        order[rank] = pick
        free[pick] = False
        nearest = np.maximum(nearest, chosen_vectors @ chosen_vectors[pick])
    return order
