"""Keeping the largest entries of each row: by partitioning many rows at once."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

SAMPLED = 16  # one of so many entries of a long row tells roughly where it is cut
TABLE = 1_000_000  # entries of sparse rows that are partitioned together


def only(matrix: sp.csr_array, keep: NDArray[np.bool_]) -> sp.csr_array:
    """Return the matrix with those of its entries alone, bool (entries,)."""
    if 2 * np.count_nonzero(keep) > len(keep):  # with few gaps a mask is read ten times faster
        data, indices = matrix.data[keep], matrix.indices[keep]
        indptr = matrix.indptr - np.searchsorted(np.flatnonzero(~keep), matrix.indptr)
    else:
        kept = np.flatnonzero(keep)
        data, indices = matrix.data[kept], matrix.indices[kept]
        indptr = np.searchsorted(kept, matrix.indptr)
    told = sp.csr_array((data, indices, indptr.astype(matrix.indptr.dtype)), shape=matrix.shape)
    told.has_sorted_indices = matrix.has_sorted_indices
    return told


def cut_dense(block: NDArray[np.float32], size: NDArray[np.float32], largest: int) -> sp.csr_array:
    """Keep the `largest` entries of each row by size, of those whose size is above 0.

    Parameters
    ----------
    block, size
        float32 (b, m). The entries, and how large each counts as.
    """
    tiny = np.finfo(np.float32).tiny
    if largest >= block.shape[1]:
        return _those(block, size >= tiny)
    least = np.maximum(_roughly(size, largest), tiny)
    keep = size >= least
    candidates = _those(block, keep)
    short = (np.diff(candidates.indptr) < largest) & (least[:, 0] > tiny)
    if short.any():
        exact = np.partition(size[short], -largest, axis=1)[:, -largest, None]
        keep[short] = size[short] >= np.maximum(exact, tiny)
        candidates = _those(block, keep)
    return cut_sparse(candidates, largest)


def _those(block: NDArray[np.float32], keep: NDArray[np.bool_]) -> sp.csr_array:
    """Return some entries of a dense block."""
    height, width = block.shape
    entries = np.flatnonzero(keep)
    row, column = np.divmod(entries, max(width, 1))
    indptr = np.searchsorted(entries, np.arange(height + 1) * width).astype(np.int32)
    told = sp.csr_array((block[row, column], column.astype(np.int32), indptr), shape=block.shape)
    told.has_sorted_indices = True
    return told


def _roughly(size: NDArray[np.float32], largest: int) -> NDArray[np.float32]:
    """Return a size (m, 1) that more than `largest` entries of a row have, by a sample of it.

    Where the sample is not like the row, fewer have it.
    """
    sample = size[:, ::SAMPLED]
    rank = 8 + 3 * largest // (2 * SAMPLED)  # four standard deviations below the cut
    if 4 * rank > sample.shape[1]:
        sample, rank = size, largest
    # Partitioning values and comparing is several times faster than partitioning positions.
    return np.partition(sample, -rank, axis=1)[:, -rank, None]


def cut_sparse(matrix: sp.csr_array, largest: int) -> sp.csr_array:
    """Keep the `largest` entries of each row by size, of several that tie the first.

    Where nothing is to be cut, the arrays may be those of the matrix itself.
    """
    lengths = np.diff(matrix.indptr)
    if lengths.max(initial=0) <= largest and matrix.data.all():
        whole = matrix.astype(np.float32, copy=not matrix.has_sorted_indices)
        whole.sort_indices()
        return whole
    size = np.abs(matrix.data)
    least = _least(size, matrix.indptr, largest)
    cut_down = only(matrix, (size > 0) & (size >= np.repeat(least, lengths)))
    cut_down.sort_indices()
    crowded = np.flatnonzero(np.diff(cut_down.indptr) > largest)
    if len(crowded):
        keep = np.ones(cut_down.nnz, bool)
        for row in crowded:
            span = slice(cut_down.indptr[row], cut_down.indptr[row + 1])
            _drop_ties(keep[span], np.abs(cut_down.data[span]) == least[row], largest)
        cut_down = only(cut_down, keep)
    return cut_down.astype(np.float32, copy=False)


def _least(
    size: NDArray[np.float32], indptr: NDArray[np.integer], largest: int
) -> NDArray[np.float32]:
    """Return the size of the last entry that each row keeps, 0 where it keeps all."""
    lengths = np.diff(indptr).astype(np.int64)
    least = np.zeros(len(lengths), size.dtype)
    long = np.flatnonzero(lengths > largest)
    long = long[np.argsort(lengths[long])]  # so that rows of one length are partitioned together
    start = 0
    while start < len(long):
        some = long[start : start + max(1, TABLE // int(lengths[long[start]]))]
        some = some[: max(1, TABLE // int(lengths[some[-1]]))]
        inside = np.arange(lengths[some[-1]]) < lengths[some, None]
        table = np.zeros(inside.shape, size.dtype)
        bounds = np.cumsum(lengths[some]) - lengths[some]
        entries = np.repeat(indptr[some] - bounds, lengths[some])
        table[inside] = size[entries + np.arange(len(entries))]
        least[some] = np.partition(table, -largest, axis=1)[:, -largest]
        start += len(some)
    return least


def _drop_ties(keep: NDArray[np.bool_], tie: NDArray[np.bool_], largest: int) -> None:
    """Drop entries of one row that tie for the last places, so that `largest` are kept."""
    surplus = np.count_nonzero(keep) - largest
    keep[np.flatnonzero(tie)[-surplus:]] = False
