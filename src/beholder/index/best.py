"""The best k of many scores; equal scores in an order that favours no position."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from beholder.errors import UsageError

Floats = NDArray[np.floating]
SAMPLED = 8
SPARE = 4  # times as many as wanted: more of them mostly tie
FEW = 250  # scores that are sorted by two keys sooner than it is found out whether any tie


def tie_order(n_items: int, seed: int = 0x5EED) -> NDArray[np.uint32]:
    """Return a number for each position: among equal scores the lower one comes first.

    A seeded hash of the position (the finaliser of SplitMix64, Steele et al., 2014), so that a
    catalogue that grows keeps its order.
    """
    x = (np.arange(n_items, dtype=np.uint64) + np.uint64(seed)) * np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((x ^ (x >> np.uint64(31))) >> np.uint64(32)).astype(np.uint32)


def best(
    scores: Floats, k: int, ties: NDArray[np.uint32], allowed: NDArray[np.bool_] | None = None
) -> NDArray[np.int32]:
    """Return the positions of the `k` highest scores, best first.

    Parameters
    ----------
    scores
        Shape (n,). -inf is never returned.
    ties
        Shape (n,). From `tie_order`.
    allowed
        Shape (n,). Only these; None: all.
    """
    if k < 0:
        raise UsageError(f"k is {k}", remedy="ask for 0 or more items", field="k")
    k = min(k, len(scores))
    if k == 0:
        return np.empty(0, np.int32)
    chosen = _hopeful(scores, k, allowed)
    if len(chosen) > max(SPARE * k, FEW):
        chosen = _without_spare_ties(scores, chosen, k, ties)
    values = scores.take(chosen)
    order = in_order(values, chosen, ties)[:k]
    if len(order) and values[order[-1]] == -np.inf:
        order = order[values.take(order) > -np.inf]
    return chosen.take(order).astype(np.int32)


def in_order(
    scores: Floats, positions: NDArray[np.integer[Any]], ties: NDArray[np.uint32]
) -> NDArray[np.intp]:
    """Return the order of the scores of some positions, shape (m,) each, the best first.

    Parameters
    ----------
    ties
        Shape (n,), of all positions. From `tie_order`.
    """
    if len(scores) > FEW:
        order = (-scores).argsort()
        ordered = scores.take(order)
        if not (ordered[1:] == ordered[:-1]).any():  # that they tie is seldom
            return order
    return np.lexsort((ties.take(positions), -scores))


def _hopeful(scores: Floats, k: int, allowed: NDArray[np.bool_] | None) -> NDArray[np.int64]:
    """Return at least the best `k`, all that tie with the last of them included."""
    n = len(scores)
    # A bound from a sample that leaves a few more than k: one look at everything, no sorting.
    among = (k + int(6 * k**0.5)) // SAMPLED + 4
    if among < len(scores[::SAMPLED]) // 2:
        sample = _masked(scores[::SAMPLED], None if allowed is None else allowed[::SAMPLED])
        bound = np.partition(sample, len(sample) - among)[len(sample) - among]
        high = scores >= bound
        if allowed is not None:
            high &= allowed
        chosen: NDArray[np.int64] = high.nonzero()[0]
        if k <= len(chosen) and bound > -np.inf:
            return chosen
    masked = _masked(scores, allowed)
    least = -np.inf if k >= n else np.partition(masked, n - k)[n - k]
    return np.flatnonzero(masked >= least if least > -np.inf else masked > -np.inf)


def _without_spare_ties(
    scores: Floats, chosen: NDArray[np.int64], k: int, ties: NDArray[np.uint32]
) -> NDArray[np.int64]:
    """Return positions without those that tie with the k-th and would come after it.

    Of a catalogue that nearly nobody has touched almost everything ties.
    """
    values = scores.take(chosen)
    least = values.min()
    if np.count_nonzero(values > least) >= k:
        least = np.partition(values, len(values) - k)[len(values) - k]
    above, tied = chosen[values > least], chosen[values == least]
    # Those of one number come in the order of their positions.
    order = (ties.take(tied).astype(np.uint64) << np.uint64(32)) | tied.astype(np.uint64)
    left = k - len(above)
    return np.concatenate([above, np.sort(tied[np.argpartition(order, left - 1)[:left]])])


def _masked(scores: Floats, allowed: NDArray[np.bool_] | None) -> Floats:
    return scores if allowed is None else np.where(allowed, scores, -np.inf)
