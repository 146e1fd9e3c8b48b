"""The exact index: every vector is compared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from beholder.index.best import best, tie_order
from beholder.index.interface import Found, Mask, Positions, Vectors
from beholder.index.room import Room, appended
from beholder.index.shapes import check_search, check_vectors, nothing, present

BLOCK = 2_000_000  # scores of a block of queries: 8 MB, about what a cache holds


@dataclass(frozen=True)
class Exact:
    """Vectors, and which of them can be found.

    Attributes
    ----------
    live
        bool (n,). False where there is no vector.
    room
        Where the vectors stand, if they grew.
    """

    vectors: Vectors
    live: Mask
    room: Room | None = None

    @classmethod
    def over(cls, vectors: Vectors) -> Self:
        """Return the index of float32 (n, dim)."""
        return cls(vectors, present(vectors))

    def __len__(self) -> int:
        """Return the number of positions."""
        return len(self.vectors)

    @cached_property
    def _ties(self) -> NDArray[np.uint32]:
        return tie_order(len(self))

    def search(self, queries: Vectors, k: int, allowed: Mask | None = None) -> Found:
        """Find the `k` nearest of each query; see `Index.search`."""
        check_search(self.vectors, queries, k, allowed)
        found = nothing(len(queries), k)
        if not len(self):
            return found
        barred = ~self.live if allowed is None else ~(self.live & allowed)
        step = max(1, BLOCK // len(self))
        for start in range(0, len(queries), step):
            scores = queries[start : start + step] @ self.vectors.T
            scores[:, barred] = -np.inf
            for row, of_one in enumerate(scores, start):
                chosen = best(of_one, k, self._ties)
                found.positions[row, : len(chosen)] = chosen
                found.scores[row, : len(chosen)] = of_one[chosen]
        return found

    def add(self, vectors: Vectors) -> Self:
        """Return an index with more vectors."""
        check_vectors(self.vectors, vectors)
        both, room = appended(self.vectors, vectors, self.room)
        live = np.concatenate([self.live, present(vectors)])
        return replace(self, vectors=both, live=live, room=room)

    def take(self, positions: Positions) -> Self:
        """Return an index over some of them."""
        return type(self)(self.vectors[positions], self.live[positions])
