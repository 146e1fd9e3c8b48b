"""Runs of rows that are worked on together, so that memory does not grow with the catalogue."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

ENTRIES = 10_000_000  # of a sparse matrix that are formed at a time: some 200 MB with their copies


def spans(sizes: NDArray[np.int64], most: int) -> Iterator[slice]:
    """Yield runs of rows, in order, whose sizes add up to `most`, or one row that is larger.

    Parameters
    ----------
    sizes
        int64 (n,), at least 0. Of each row.
    """
    before = np.concatenate([[0], np.cumsum(sizes)])
    start = 0
    while start < len(sizes):
        stop = int(np.searchsorted(before, before[start] + most, side="right")) - 1
        stop = max(stop, start + 1)
        yield slice(start, stop)
        start = stop
