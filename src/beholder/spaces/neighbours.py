"""The items most like each item, as sparse rows, in bounded memory and time."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from beholder.index.best import best, tie_order
from beholder.progress import SILENT, Progress
from beholder.spaces.interface import Block, Floats, Mask, Positions, Space
from beholder.spaces.largest import Pairs, largest, union

KEPT = 200
CROWDED = 0.5  # where the last one that is kept is as like as this, others are hardly less so
EXACT = 20_000  # items up to which each is compared with all
BLOCK = 4_000_000  # similarities at a time: 16 MB
FEW = 64  # items at a time where candidates are compared
ALL_SAMPLED = 200  # items that are compared with all to learn how long that takes
PARTS = 5
DEPTH = 2  # times as many candidates from each modality as are kept


class Alike(Protocol):
    """What items can be compared by: `Similarity`, or one modality."""

    @property
    def present(self) -> Mask:
        """bool (n,). The items that anything is known of."""

    @property
    def counted(self) -> Mapping[str, Space]:
        """The spaces that are read."""

    def __len__(self) -> int:
        """Return the number of items."""

    def block(self, positions: Block) -> Floats:
        """Compare some items with all."""

    def pairs(self, some: Positions, others: Positions) -> Floats:
        """Compare each of some items with its partner."""


@dataclass(frozen=True)
class OneModality:
    """Items compared by one modality alone; who lacks it is like nothing."""

    name: str
    space: Space

    @property
    def present(self) -> Mask:
        """bool (n,). The items that have it."""
        return self.space.present

    @property
    def counted(self) -> Mapping[str, Space]:
        """The one space."""
        return {self.name: self.space}

    def __len__(self) -> int:
        return len(self.space)

    def block(self, positions: Block) -> Floats:
        """Compare some items with all."""
        return self.space.cosines(positions)

    def pairs(self, some: Positions, others: Positions) -> Floats:
        """Compare each of some items with its partner."""
        return self.space.pairs(some, others)


def similar_rows(
    similarity: Alike,
    kept: int = KEPT,
    deadline: float | None = None,
    progress: Progress = SILENT,
) -> sp.csr_array:
    """Return the `kept` largest similarities of each item, without its own.

    Up to 20,000 items are compared with all. Beyond, each is compared with those that an index
    of any modality finds near it. Items that nothing is known of have empty rows, and stand in
    none.

    Parameters
    ----------
    deadline
        In seconds of `time.monotonic()`. The items that are left then have empty rows, and
        `progress` is told how many.

    Returns
    -------
    float32 sparse (n, n), columns in order. Entries may be negative where there are few items.
    """
    n = len(similarity)
    step = max(1, min(1024, BLOCK // max(n, 1))) if n <= EXACT else FEW
    find = _compared if n <= EXACT else _candidates
    ties = tie_order(n)
    progress.start(f"comparing items by {', '.join(similarity.counted) or 'nothing'}", n)
    found: list[sp.csr_array] = []
    done = 0
    for block in _blocks(n, step):
        if deadline is not None and time.monotonic() > deadline:
            progress.note(f"no time to compare {n - done} of {n} items: they have no similar ones")
            found.append(sp.csr_array((n - done, n), dtype=np.float32))
            break
        found.append(_sparse(find(similarity, block, kept, ties), len(block), n))
        done += len(block)
        progress.advance(len(block))
    progress.finish()
    if not found:
        return sp.csr_array((n, n), dtype=np.float32)
    matrix = sp.csr_array(sp.vstack(found, format="csr"))
    matrix.has_sorted_indices = True
    return matrix


def seconds_to_compare(similarity: Alike, kept: int = KEPT) -> float:
    """Return about how long `similar_rows` would take: a few items are compared.

    In parts, of which the median counts: whatever else the machine does at a moment is not the
    work of all items.
    """
    n, ties = len(similarity), tie_order(len(similarity))
    if not n:
        return 0.0
    find, sampled = (_compared, ALL_SAMPLED) if n <= EXACT else (_candidates, FEW)
    some = np.linspace(0, n - 1, min(n, sampled)).astype(np.int64)
    began = [time.monotonic()]
    find(similarity, some[:1], kept, ties)  # with what is prepared once
    parts = np.array_split(some, min(PARTS, len(some)))
    for part in parts:
        began.append(time.monotonic())
        find(similarity, part, kept, ties)
    took = np.diff([*began, time.monotonic()])
    each = took[1:] / [len(part) for part in parts]
    return float(took[0] + np.median(each) * n)


def _blocks(n: int, step: int) -> Iterator[NDArray[np.int64]]:
    for start in range(0, n, step):
        yield np.arange(start, min(start + step, n))


def _compared(
    similarity: Alike, block: NDArray[np.int64], kept: int, ties: NDArray[np.uint32]
) -> Pairs:
    """Compare a block with all items."""
    alike = similarity.block(block)
    alike[:, ~similarity.present] = -np.inf
    alike[np.arange(len(block)), block] = -np.inf
    positions = [
        best(row, kept, ties) if known else np.empty(0, np.int32)
        for row, known in zip(alike, similarity.present[block], strict=True)
    ]
    lengths = [len(one) for one in positions]
    own = np.repeat(np.arange(len(block)), lengths)
    columns = np.concatenate(positions).astype(np.int64)
    return Pairs(own, columns, alike[own, columns])


def _candidates(
    similarity: Alike, block: NDArray[np.int64], kept: int, ties: NDArray[np.uint32]
) -> Pairs:
    """Compare a block with what is near in any modality."""
    near = [space.candidates(block, DEPTH * kept + 1) for space in similarity.counted.values()]
    found = union(near, len(similarity))
    others = block[found.rows] != found.positions
    own, positions = found.rows[others], found.positions[others]
    return largest(Pairs(own, positions, similarity.pairs(block[own], positions)), kept, ties)


def _sparse(found: Pairs, height: int, n: int) -> sp.csr_array:
    """Return pairs as rows with columns in order: small, since all blocks wait for the last."""
    order = np.lexsort((found.positions, found.rows))
    indptr = np.concatenate([[0], np.cumsum(np.bincount(found.rows, minlength=height))])
    columns = found.positions[order].astype(np.int32)
    values = found.values[order].astype(np.float32)
    return sp.csr_array((values, columns, indptr.astype(np.int32)), shape=(height, n))
