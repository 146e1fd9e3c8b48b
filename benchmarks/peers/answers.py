"""From scores to lists, the same way for every library, and what a list is worth."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.part import Asked, Floats, Ints, Part

DEPTH = 20
TOGETHER = 256  # users at a time: 256 x 8,500 scores are 9 MB
NOTHING = -np.inf  # the score of what a model can say nothing of

# Scores, float (n, n_items), of the questions of n users; the second is what each event of their
# histories counts, or None for the library's own way.
Scorer = Callable[[Asked, Floats | None], NDArray[np.floating]]


def faded(asked: Asked, decay: float) -> Floats:
    """Return our history weights: decay^age, age counting moments; float32 (events,)."""
    return (asked.weights * decay**asked.ages).astype(np.float32)


def lists(part: Part, scorer: Scorer, seed: int, decay: float | None = None) -> Ints:
    """Return the best of the pool that each has not seen, int32 (n, DEPTH), -1 for padding.

    Equal scores are ordered by chance, so that no library gains or loses by the order of items.
    Whoever has no history gets the most popular from every library alike.
    """
    found = np.full((len(part.asked), DEPTH), -1, np.int32)
    drawn = np.random.default_rng(seed).permutation(part.n_items)
    for start in range(0, len(part.asked), TOGETHER):
        some = part.asked.between(start, min(start + TOGETHER, len(part.asked)))
        weights = None if decay is None else faded(some, decay)
        scores = np.array(scorer(some, weights), np.float32)
        strangers = np.diff(some.indptr) == 0
        scores[strangers] = part.popularity
        if np.isnan(scores).any():
            raise SystemExit("the model's scores are not numbers")
        scores[:, ~part.pool] = NOTHING
        owner = np.repeat(np.arange(len(some)), np.diff(some.seen_indptr))
        scores[owner, some.seen] = NOTHING
        order = drawn[np.argsort(-scores[:, drawn], axis=1, kind="stable")[:, :DEPTH]]
        order[np.take_along_axis(scores, order, 1) == NOTHING] = -1
        found[start : start + len(some), : order.shape[1]] = order
    return found


def ndcg(found: Ints, asked: Asked, k: int = 10) -> float:
    """Return the mean NDCG@k with binary relevance (Jarvelin, TOIS 2002).

    Settings are chosen by it; the figures of the table come from `beholder.evaluation`.
    """
    discount = 1 / np.log2(np.arange(2, k + 2))
    best = np.cumsum(discount)
    values = []
    for case in range(len(asked)):
        right = asked.targets[asked.targets_indptr[case] : asked.targets_indptr[case + 1]]
        hits = np.isin(found[case, :k], right)
        values.append(discount[: len(hits)][hits].sum() / best[min(len(right), k) - 1])
    return float(np.mean(values))
