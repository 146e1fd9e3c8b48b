"""The largest of scored pairs, row by row, and pairs that several sources named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.spaces.interface import Candidates


class Pairs(NamedTuple):
    """Scored pairs: rows and positions int64 (p,), values float32 (p,)."""

    rows: NDArray[np.int64]
    positions: NDArray[np.int64]
    values: NDArray[np.float32]


def largest(pairs: Pairs, k: int, ties: NDArray[np.uint32]) -> Pairs:
    """Return the `k` largest of each row, best first, rows rising.

    Parameters
    ----------
    ties
        Shape (n,). From `tie_order`: of equal values the lower comes first.
    """
    if not len(pairs.rows):
        return pairs
    order = np.lexsort((ties[pairs.positions], -pairs.values, pairs.rows))
    rows = pairs.rows[order]
    first = np.flatnonzero(np.diff(rows, prepend=-1))
    lengths = np.diff(np.append(first, len(rows)))
    place = np.arange(len(rows)) - np.repeat(first, lengths)
    kept = order[place < k]
    return Pairs(pairs.rows[kept], pairs.positions[kept], pairs.values[kept])


def union(found: Sequence[Candidates], n: int) -> Candidates:
    """Return each pair once that any source named, by row and position; `n`: of items."""
    rows = np.concatenate([one.rows for one in found]).astype(np.int64)
    positions = np.concatenate([one.positions for one in found])
    keys = np.unique(rows * n + positions)
    return Candidates(keys // n, keys % n)
