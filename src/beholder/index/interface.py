"""What every index can do: find the vectors that are most like others."""

from __future__ import annotations

from typing import NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Positions = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Found(NamedTuple):
    """The nearest of each query, best first.

    Attributes
    ----------
    positions
        int32 (m, k). -1 where there are no more.
    scores
        float32 (m, k). Inner products; -inf where there are no more.
    """

    positions: NDArray[np.int32]
    scores: NDArray[np.float32]


class Index(Protocol):
    """Vectors by position, to be searched by inner product.

    Immutable: `add` and `take` return another index, so that whoever is searching this one
    is not disturbed. A row of zeros stands for an item without a vector and is never found.
    """

    @property
    def vectors(self) -> Vectors:
        """float32 (n, dim), unit rows or zero."""
        ...

    def __len__(self) -> int:
        """Return the number of positions."""
        ...

    def search(self, queries: Vectors, k: int, allowed: Mask | None = None) -> Found:
        """Find the `k` nearest of each query.

        Parameters
        ----------
        queries
            float32 (m, dim), unit rows.
        allowed
            bool (n,). Only these are looked for; where they are few, all of them are found.

        Raises
        ------
        ShapeError
            If queries have another dimension, or `allowed` another length.
        UsageError
            If k is negative.
        """
        ...

    def add(self, vectors: Vectors) -> Self:
        """Return an index with these at the positions after the last."""
        ...

    def take(self, positions: Positions) -> Self:
        """Return an index over the vectors of some positions, int64 (m,), in this order."""
        ...
