"""The space of one encoder, or of vectors that were given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from beholder import tensors
from beholder.errors import ShapeError
from beholder.index import Found, Index, index_over, load_index, save_index
from beholder.spaces.interface import Block, Candidates, Floats, Mask, Positions
from beholder.spaces.modality import Modality
from beholder.spaces.whitening import Whitening, unit

FILE = "space.safetensors"
PAIRS = 50_000_000  # numbers multiplied at a time where pairs are compared


@dataclass(frozen=True)
class VectorSpace:
    """Mapped vectors: one an item, and an index over all that items own.

    Attributes
    ----------
    vectors
        float32 (n, dim). The unit mean of each item's own; zero where there is none.
    index
        Over all whitened vectors (m, dim).
    owner
        int32 (m,), rising. The items that those belong to. Where nobody owns several, m is n and
        `index.vectors` are `vectors`.
    """

    whitening: Whitening
    vectors: Floats
    index: Index
    owner: NDArray[np.int32]

    kind: ClassVar[str] = "vectors"

    @classmethod
    def fit(cls, modality: Modality, fitted: Mask, seed: int = 0) -> Self:
        """Learn the whitening from `fitted` items, bool (n,), and map the vectors of all."""
        whitening = Whitening.fit(modality, fitted, seed)
        vectors, rows = _mapped(whitening, modality)
        if rows is None:
            return cls(whitening, vectors, index_over(vectors), _each(len(vectors)))
        return cls(whitening, vectors, index_over(rows), modality.owner)

    def __len__(self) -> int:
        return len(self.vectors)

    @cached_property
    def present(self) -> Mask:
        """bool (n,). The items that have a direction."""
        return np.asarray(self.vectors.any(axis=1))

    @property
    def single(self) -> bool:
        """Whether nobody owns several vectors."""
        return self.index.vectors is self.vectors

    def cosines(self, block: Block) -> Floats:
        """Return V[block] V', float32 (len(block), n)."""
        found = self.vectors[block] @ self.vectors.T
        return self._told(found, lambda there: np.logical_and.outer(there[block], there))

    def gram(self, block: Block) -> Floats:
        """Return inner products of rows, see `Space.gram`."""
        rows = self._about_mean
        return np.asarray(rows[block] @ rows.T)

    @cached_property
    def _about_mean(self) -> Floats:
        common = np.float32(self.whitening.common)
        if not common:
            return self.vectors
        mean = self.vectors.sum(axis=0) / max(int(self.present.sum()), 1)
        centred = (self.vectors - mean) / np.sqrt(1 - common)
        return np.where(self.present[:, None], centred, np.float32(0)).astype(np.float32)

    def between(self, some: Positions, others: Positions) -> Floats:
        """Return cosines of some items with others."""
        found = self.vectors[some] @ self.vectors[others].T
        return self._told(found, lambda there: there[some][:, None] & there[others])

    def pairs(self, some: Positions, others: Positions) -> Floats:
        """Return the cosine of each of some items with its partner."""
        found = np.empty(len(some), np.float32)
        step = max(1, PAIRS // max(1, self.vectors.shape[1]))
        for start in range(0, len(some), step):
            span = slice(start, start + step)
            ours, theirs = self.vectors[some[span]], self.vectors[others[span]]
            np.einsum("ij,ij->i", ours, theirs, out=found[span])
        return self._told(found, lambda there: there[some] & there[others])

    def similar(self, raw: NDArray[np.floating[Any]]) -> Floats:
        """Return cosines of raw vectors (m, dim) with all items; the best of its own speaks."""
        mapped = self.whitening(raw)
        near = self._told(
            mapped @ self.index.vectors.T,
            lambda there: np.logical_and.outer(mapped.any(axis=1), there[self.owner]),
        )
        if self.single:
            return near
        found = np.zeros((len(near), len(self)), np.float32)
        first = np.flatnonzero(np.diff(self.owner, prepend=-1))
        if len(first):
            found[:, self.owner[first]] = np.maximum.reduceat(near, first, axis=1)
        return found

    def search(self, raw: NDArray[np.floating[Any]], k: int, allowed: Mask | None = None) -> Found:
        """Find the `k` items with the vector nearest to each raw one.

        Parameters
        ----------
        allowed
            bool (n,). Only these are looked for.
        """
        return self.nearest(self.whitening(raw), k, allowed)

    def nearest(self, queries: Floats, k: int, allowed: Mask | None = None) -> Found:
        """Find the `k` nearest items of each whitened vector, float32 (m, dim)."""
        found = self._nearest(queries, k, allowed)
        scores = self._told(found.scores, lambda there: there[found.positions])
        return found._replace(scores=np.where(found.positions < 0, found.scores, scores))

    def _nearest(self, queries: Floats, k: int, allowed: Mask | None) -> Found:
        if self.single:
            return self.index.search(queries, k, allowed)
        rows = None if allowed is None else allowed[self.owner]
        depth = min(2 * k, len(self.index))
        while True:
            found = self.index.search(queries, depth, rows)
            owned = _owners(found, self.owner, k)
            done = (owned.positions >= 0).all(axis=1) | (found.positions < 0).any(axis=1)
            if done.all() or depth == len(self.index):
                return owned
            depth = min(2 * depth, len(self.index))

    def _told(self, cosines: Floats, both: Callable[[Mask], Mask]) -> Floats:
        """Return what cosines count for; 0 where not both are among `present`."""
        common = np.float32(self.whitening.common)
        if not common:
            return np.asarray(cosines)
        counted = np.maximum((cosines - common) / (1 - common), np.float32(-1))
        return np.where(both(self.present), counted, np.float32(0))

    def candidates(self, block: Block, k: int) -> Candidates:
        """Return the `k` items that the index finds near each item of a block."""
        found = self.nearest(self.vectors[block], k).positions
        found[~self.present[block]] = -1
        rows, columns = np.nonzero(found >= 0)
        return Candidates(rows, found[rows, columns].astype(np.int64))

    def of(self, positions: Positions) -> Self:
        """Return the space of some items alone, each with all vectors that it owns."""
        if self.single:
            index = self.index.take(np.asarray(positions, np.int64))
            return type(self)(self.whitening, index.vectors, index, _each(len(index)))
        first = np.searchsorted(self.owner, positions)
        counts = np.searchsorted(self.owner, positions, side="right") - first
        begins = np.cumsum(counts) - counts
        rows = np.arange(counts.sum()) + np.repeat(first - begins, counts)
        owner = np.repeat(_each(len(counts)), counts)
        return type(self)(self.whitening, self.vectors[positions], self.index.take(rows), owner)

    def grown(self, n: int, raw: Modality | None) -> Self:
        """Return a space with `n` more items after the last; see `Space.grown`.

        Raises
        ------
        ShapeError
            If `raw` is of another number of items.
        """
        raw = raw if raw is not None else Modality.empty(n, len(self.whitening.mean))
        if raw.n_items != n:
            raise ShapeError(f"vectors are of {raw.n_items} items, {n} are added")
        vectors, rows = _mapped(self.whitening, raw)
        if self.single and rows is None:
            index = self.index.add(vectors)
            return type(self)(self.whitening, index.vectors, index, _each(len(index)))
        owner = raw.owner if rows is not None else _each(n)
        index = self.index.add(rows if rows is not None else vectors)
        both = np.concatenate([self.vectors, vectors])
        owners = np.concatenate([self.owner, owner + np.int32(len(self))])
        return type(self)(self.whitening, both, index, owners.astype(np.int32))

    def save(self, folder: Path) -> None:
        """Write one safetensors file."""
        arrays = {f"index.{name}": array for name, array in save_index(self.index).items()}
        if not self.single:
            arrays |= {"vectors": self.vectors, "owner": self.owner}
        arrays |= {
            "mean": self.whitening.mean,
            "directions": self.whitening.directions,
            "gains": self.whitening.gains,
        }
        told = {"whole": str(int(self.whitening.whole)), "common": repr(self.whitening.common)}
        tensors.save(folder / FILE, arrays, told)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open what `save` wrote."""
        arrays, header = tensors.load(folder / FILE)
        whitening = Whitening(
            arrays["mean"],
            arrays["directions"],
            arrays["gains"],
            header["whole"] == "1",
            float(header.get("common", "0")),
        )
        inside = {
            name.removeprefix("index."): array
            for name, array in arrays.items()
            if name.startswith("index.")
        }
        index = load_index(inside)
        if "owner" not in arrays:
            return cls(whitening, index.vectors, index, _each(len(index)))
        return cls(whitening, arrays["vectors"], index, arrays["owner"])


def _mapped(whitening: Whitening, modality: Modality) -> tuple[Floats, Floats | None]:
    """Return one vector an item, and all of them where some item owns several."""
    vectors = np.zeros((modality.n_items, whitening.dim), np.float32)
    if modality.single:
        for span, raw in modality.blocks():
            vectors[modality.owner[span]] = whitening(raw)
        return vectors, None
    rows = np.empty((len(modality.owner), whitening.dim), np.float32)
    for span, raw in modality.blocks():
        rows[span] = whitening(raw)
    first = np.flatnonzero(np.diff(modality.owner, prepend=-1))
    vectors[modality.owner[first]] = unit(np.add.reduceat(rows, first, axis=0))
    return vectors, rows


def _owners(found: Found, owner: NDArray[np.int32], k: int) -> Found:
    """Return the owners of found vectors, each at its best, the first `k` of each row."""
    positions = np.full((len(found.positions), k), -1, np.int32)
    scores = np.full((len(found.positions), k), -np.inf, np.float32)
    for row, (at, score) in enumerate(zip(found.positions, found.scores, strict=True)):
        there = at >= 0
        items = owner[at[there]]
        first = np.sort(np.unique(items, return_index=True)[1])[:k]
        positions[row, : len(first)] = items[first]
        scores[row, : len(first)] = score[there][first]
    return Found(positions, scores)


def _each(n: int) -> NDArray[np.int32]:
    return np.arange(n, dtype=np.int32)
