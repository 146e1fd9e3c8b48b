"""The different ratings of a file or a store, each with how often it was given."""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

FEW = 0.01  # of all ratings: fewer are a slip of the pen, and no scale


class Ratings(NamedTuple):
    """Ratings.

    Attributes
    ----------
    values
        float32 (n,), rising. The different ones; none is NaN or infinite.
    counts
        int64 (n,). How often each was given.
    """

    values: NDArray[np.float32] = np.empty(0, np.float32)
    counts: NDArray[np.int64] = np.empty(0, np.int64)

    @classmethod
    def of(cls, values: NDArray[np.float32]) -> Self:
        """Return the ratings among numbers, float32 (n,); NaN and infinite ones are none."""
        found, counts = np.unique(values[np.isfinite(values)], return_counts=True)
        return cls(found, counts.astype(np.int64))

    def and_those(self, more: Ratings) -> Ratings:
        """Return these and others."""
        values, rows = np.unique(np.concatenate([self.values, more.values]), return_inverse=True)
        counts = np.zeros(len(values), np.int64)
        np.add.at(counts, rows, np.concatenate([self.counts, more.counts]))
        return Ratings(values, counts)

    @property
    def total(self) -> int:
        """How many were given."""
        return int(self.counts.sum())

    def above(self, value: float) -> int:
        """Return how many lie above a value."""
        return int(self.counts[self.values > value].sum())

    def reaching(self, value: float) -> int:
        """Return how many are at least a value."""
        return int(self.counts[self.values >= value].sum())

    def few(self, n: int) -> bool:
        """Whether this is less than one in a hundred of them, so that a slip may be all of it."""
        return n < FEW * self.total

    @property
    def usual_top(self) -> float:
        """The smallest rating that fewer than one in a hundred lie above."""
        behind = self.total - np.cumsum(self.counts)
        return float(self.values[np.argmax(behind < FEW * self.total)])
