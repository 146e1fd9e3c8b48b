"""Centres of lists: k-means on the unit sphere (Dhillon and Modha, Machine Learning 2001)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from beholder.index.interface import Vectors

PER_LIST = 64  # vectors a centre is learned from, at most
ROUNDS = 8
BLOCK = 4_000_000  # inner products at a time: 16 MB


def centres_of(vectors: Vectors, seed: int = 0) -> Vectors:
    """Return about 1.6 sqrt(n) unit centres of unit vectors (n, dim), at least one."""
    n, dim = vectors.shape
    if not n:
        return np.zeros((1, dim), np.float32)
    wanted = max(1, min(n, round(1.6 * n**0.5)))
    rng = np.random.default_rng(seed)
    sample = vectors[rng.permutation(n)[: wanted * PER_LIST]]
    centres = sample[:wanted].copy()
    for _ in range(ROUNDS):
        lists = assign(sample, centres)
        order = np.argsort(lists, kind="stable")
        starts = np.searchsorted(lists[order], np.arange(wanted))
        used = np.diff(np.append(starts, len(sample))) > 0
        sums = np.add.reduceat(sample[order], starts[used], axis=0)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        centres[used] = sums / np.maximum(lengths, 1e-12)
        empty = np.flatnonzero(~used)
        centres[empty] = sample[rng.integers(0, len(sample), len(empty))]
    return centres


def assign(vectors: Vectors, centres: Vectors) -> NDArray[np.int32]:
    """Return the nearest centre of each vector, int32 (n,)."""
    nearest = np.empty(len(vectors), np.int32)
    step = max(1, BLOCK // len(centres))
    for start in range(0, len(vectors), step):
        nearest[start : start + step] = np.argmax(vectors[start : start + step] @ centres.T, axis=1)
    return nearest
