"""Dense systems over the items: which they are solved over, in float32 by Cholesky."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from beholder.dataset.dataset import Dataset
from beholder.errors import DataError

DENSE_LIMIT = 20_000


def solvable(dataset: Dataset, limit: int) -> NDArray[np.int64]:
    """Return the positions that a dense system is solved over, in order.

    Items that nobody has touched would make it larger and learn nothing but their content,
    which placement says better.
    """
    counts = np.where(dataset.fitted, dataset.interactions.item_counts, 0)
    order = np.argsort(-counts, kind="stable")[:limit]
    return np.sort(order[counts[order] > 0])


def solve(g: NDArray[np.float32], regularization: float) -> NDArray[np.float32]:
    """Return B for a Gram matrix, which is overwritten."""
    g[np.diag_indices(len(g))] += np.float32(regularization)
    full = invert(g)
    diagonal = np.diag(full).copy()
    full /= -diagonal[None, :]
    np.fill_diagonal(full, 0)
    return full


def invert(g: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the inverse of a symmetric positive definite matrix, which is overwritten.

    Cholesky in float32: several times faster than a general inverse, and one matrix of
    memory instead of three.

    Raises
    ------
    DataError
        If the matrix is not positive definite (regularization far too small).
    """
    n = len(g)
    if not n:
        return g
    factor, failed = lapack.spotrf(g.T, lower=1, overwrite_a=1, clean=0)
    if failed:
        raise DataError(
            "a closed-form model cannot be solved: its matrix is not positive definite",
            remedy="use a larger regularization",
        )
    inverse, _ = lapack.spotri(factor, lower=1, overwrite_c=1)
    full: NDArray[np.float32] = inverse.T
    # In C order its upper triangle is filled: mirror it, block by block.
    for start in range(0, n, 1024):
        stop = min(start + 1024, n)
        upper = np.triu(full[start:stop, start:stop])
        full[start:stop, start:stop] = upper + np.triu(upper, 1).T
        full[stop:, start:stop] = full[start:stop, stop:].T
    return full
