"""What an index holds, what it refuses to be asked, and the answer before anything was found."""

from __future__ import annotations

import numpy as np

from beholder.errors import ShapeError, UsageError
from beholder.index.interface import Found, Mask, Vectors


def present(vectors: Vectors) -> Mask:
    """Return where there is a vector, bool (n,): a row of zeros stands for none."""
    return np.asarray(vectors.any(axis=1))


def check_vectors(own: Vectors, others: Vectors) -> None:
    """Refuse vectors of another dimension."""
    if others.ndim != 2 or others.shape[1] != own.shape[1]:
        raise ShapeError(
            f"vectors have shape {others.shape}, but the index has {own.shape[1]} dimensions"
        )


def check_search(own: Vectors, queries: Vectors, k: int, allowed: Mask | None) -> None:
    """Refuse a question that this index cannot be asked."""
    check_vectors(own, queries)
    if k < 0:
        raise UsageError(f"k is {k}", remedy="ask for 0 or more items", field="k")
    if allowed is not None and allowed.shape != (len(own),):
        raise ShapeError(f"allowed has shape {allowed.shape}, but the index has {len(own)} vectors")


def nothing(m: int, k: int) -> Found:
    """Return the answer to `m` queries before anything was found."""
    return Found(np.full((m, k), -1, np.int32), np.full((m, k), -np.inf, np.float32))
