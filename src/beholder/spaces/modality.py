"""Raw vectors of items in one modality: none, one, or several an item."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from beholder.errors import ShapeError

BLOCK = 4_000_000  # numbers read at a time: 16 MB of float32


@dataclass(frozen=True)
class Modality:
    """Vectors as an encoder gave them, or as they were imported.

    Attributes
    ----------
    vectors
        float (m, dim), may be memory-mapped and of half precision: read in blocks, never copied
        whole.
    owner
        int32 (m,), rising. The item that each belongs to: three photos have one owner.
    present
        bool (n_items,). The items that own at least one.
    given
        Whether they were made to be compared as they are, by whoever brought them; else they are
        features of a network, whose strong directions say less than their size.

    Raises
    ------
    ShapeError
        If these disagree.
    """

    vectors: NDArray[np.floating[Any]]
    owner: NDArray[np.int32]
    present: NDArray[np.bool_]
    given: bool = False

    def __post_init__(self) -> None:
        if self.vectors.ndim != 2 or self.owner.shape != self.vectors.shape[:1]:
            raise ShapeError(
                f"vectors have shape {self.vectors.shape}, their owners {self.owner.shape}"
            )
        if len(self.owner) and (self.owner[0] < 0 or (np.diff(self.owner) < 0).any()):
            raise ShapeError("owners of vectors have to rise", remedy="sort vectors by owner")
        if len(self.owner) and self.owner[-1] >= len(self.present):
            raise ShapeError(
                f"a vector belongs to item {self.owner[-1]}, but there are {len(self.present)}"
            )
        wrong = np.flatnonzero((self.counts > 0) != self.present)
        if len(wrong):
            raise ShapeError(
                f"{len(wrong)} items are present without a vector or own one without being "
                f"present, the first is item {wrong[0]}"
            )

    @classmethod
    def of_rows(
        cls, vectors: NDArray[np.floating[Any]], present: NDArray[np.bool_], given: bool = False
    ) -> Self:
        """Return one vector an item from (n_items, dim); rows that are not present are dropped."""
        owner = np.flatnonzero(present).astype(np.int32)
        own = vectors if len(owner) == len(vectors) else vectors[owner]
        return cls(own, owner, present, given)

    @classmethod
    def empty(cls, n_items: int, dim: int) -> Self:
        """Return the modality of items that have no vector."""
        none = np.zeros(n_items, bool)
        return cls(np.empty((0, dim), np.float32), np.empty(0, np.int32), none)

    def plus(self, more: Modality) -> Modality:
        """Return these items, and others after the last."""
        return Modality(
            np.concatenate([self.vectors, more.vectors]),
            np.concatenate([self.owner, more.owner + np.int32(self.n_items)]),
            np.concatenate([self.present, more.present]),
            self.given,
        )

    def at(self, items: NDArray[np.integer[Any]]) -> Modality:
        """Return some of the items, in this order, each with all of its vectors."""
        starts = np.concatenate([[0], np.cumsum(self.counts)])[items]
        lengths = self.counts[items]
        bounds = np.concatenate([[0], np.cumsum(lengths)])
        rows = np.arange(bounds[-1]) + np.repeat(starts - bounds[:-1], lengths)
        owner = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
        return Modality(self.vectors[rows], owner, self.present[items], self.given)

    @property
    def n_items(self) -> int:
        """Number of items, with or without a vector."""
        return len(self.present)

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return int(self.vectors.shape[1])

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """int64 (n_items,). How many vectors each item owns."""
        return np.bincount(self.owner, minlength=len(self.present))

    @cached_property
    def single(self) -> bool:
        """Whether no item owns more than one."""
        return bool(self.counts.max(initial=0) <= 1)

    def blocks(self) -> Iterator[tuple[slice, NDArray[np.float32]]]:
        """Yield spans of rows and their vectors as float32, a few megabytes at a time."""
        step = max(1, BLOCK // max(self.dim, 1))
        for start in range(0, len(self.owner), step):
            span = slice(start, min(start + step, len(self.owner)))
            yield span, np.asarray(self.vectors[span], np.float32)
