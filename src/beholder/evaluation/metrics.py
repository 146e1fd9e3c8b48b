"""Ranking metrics over lists that the engine returned.

Every metric takes `hits`, bool (n_cases, k): whether the item at each rank is a right answer,
and `n_targets`, int (n_cases,): how many right answers there were (at least 1). It returns
one number a case. A list shorter than k counts as misses at its end.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from beholder.blending import gain

Hits = NDArray[np.bool_]
Counts = NDArray[np.int64]
Values = NDArray[np.float64]


def precision(hits: Hits, n_targets: Counts) -> Values:
    """Right answers in the list, divided by its length k."""
    return np.asarray(hits.mean(axis=1), np.float64)


def recall(hits: Hits, n_targets: Counts) -> Values:
    """Right answers in the list, divided by all right answers."""
    return np.asarray(hits.sum(axis=1) / n_targets, np.float64)


def f1(hits: Hits, n_targets: Counts) -> Values:
    """Harmonic mean of precision and recall; 0 where both are 0."""
    p, r = precision(hits, n_targets), recall(hits, n_targets)
    both: Values = np.zeros(p.shape)
    np.divide(2 * p * r, p + r, out=both, where=p + r > 0)
    return both


def hit_rate(hits: Hits, n_targets: Counts) -> Values:
    """1 where the list has at least one right answer."""
    return np.asarray(hits.any(axis=1), np.float64)


def average_precision(hits: Hits, n_targets: Counts) -> Values:
    """Mean of the precision at each right answer, over min(k, right answers)."""
    k = hits.shape[1]
    at_rank = np.cumsum(hits, axis=1) / np.arange(1, k + 1)
    return np.asarray((at_rank * hits).sum(axis=1) / np.minimum(n_targets, k), np.float64)


def reciprocal_rank(hits: Hits, n_targets: Counts) -> Values:
    """1 / rank of the first right answer; 0 where there is none."""
    first = hits.argmax(axis=1)
    return np.where(hits.any(axis=1), 1.0 / (first + 1), 0.0)


def ndcg(hits: Hits, n_targets: Counts) -> Values:
    """Discounted gain with binary relevance over the best possible (Jarvelin, TOIS 2002)."""
    k = hits.shape[1]
    return np.asarray(hits @ gain.by_rank(k) / gain.most(n_targets, k), np.float64)


METRICS: dict[str, Callable[[Hits, Counts], Values]] = {
    "ndcg": ndcg,
    "hr": hit_rate,
    "precision": precision,
    "recall": recall,
    "f1": f1,
    "map": average_precision,
    "mrr": reciprocal_rank,
}
