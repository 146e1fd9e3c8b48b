"""What every space can do: say how alike items are in one modality."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from beholder.spaces.modality import Modality

Floats = NDArray[np.float32]
Positions = NDArray[np.integer[Any]]
Mask = NDArray[np.bool_]
Block = slice | Positions
Raw = Modality | Sequence[str]  # vectors of items, or one text an item; "" is no text


class Candidates(NamedTuple):
    """Items worth comparing with each of some others, in no order.

    Attributes
    ----------
    rows
        int64 (p,). Which of the others, from 0.
    positions
        int64 (p,). An item; no pair comes twice.
    """

    rows: NDArray[np.int64]
    positions: NDArray[np.int64]


class Space(Protocol):
    """Comparable vectors of one modality, one unit vector an item, immutable.

    A cosine is between -1 and 1. Of an item that lacks the modality every cosine is 0 here, its
    own too; `Similarity` knows better what to expect.
    """

    kind: ClassVar[str]

    @property
    def vectors(self) -> Any:
        """float32 (n, dim), dense or sparse. One unit row an item, or zero."""
        ...

    @property
    def present(self) -> Mask:
        """bool (n,). The items that have a vector."""
        ...

    def __len__(self) -> int:
        """Return n, the number of items, with or without a vector."""
        ...

    def cosines(self, block: Block) -> Floats:
        """Return V[block] V', float32 (len(block), n): a part of a Gram matrix."""
        ...

    def gram(self, block: Block) -> Floats:
        """Return inner products of rows, float32 (len(block), n): all together positive definite.

        They are the cosines, but for given vectors, of which they are those about the mean.
        """

    def between(self, some: Positions, others: Positions) -> Floats:
        """Return cosines of some items with others, float32 (len(some), len(others))."""
        ...

    def pairs(self, some: Positions, others: Positions) -> Floats:
        """Return the cosine of each of some items with its partner, float32 (p,)."""
        ...

    def similar(self, raw: Any) -> Floats:
        """Return cosines of new samples with all items, float32 (m, n).

        Parameters
        ----------
        raw
            What the space is made of: raw vectors (m, dim), or texts. Where an item has several
            vectors the nearest one speaks for it.
        """
        ...

    def candidates(self, block: Block, k: int) -> Candidates:
        """Return about the `k` nearest of each item of a block, itself among them."""
        ...

    def of(self, positions: Positions) -> Self:
        """Return the space of some items alone, in this order."""
        ...

    def grown(self, n: int, raw: Any | None) -> Self:
        """Return a space with `n` more items after the last.

        Parameters
        ----------
        raw
            A `Modality` of n items, or n texts; None: none of them has this modality.
        """
        ...

    def save(self, folder: Path) -> None:
        """Write into an empty folder."""
        ...

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open what `save` wrote."""
        ...
