"""The space of texts: tf-idf vectors, compared term by term."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar, NamedTuple, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from beholder import tensors
from beholder.errors import ShapeError
from beholder.index import Index, index_over
from beholder.index.best import tie_order
from beholder.spaces.interface import Block, Candidates, Floats, Mask, Positions
from beholder.spaces.largest import Pairs, largest, union
from beholder.spaces.whitening import unit
from beholder.spaces.words import TfIdf, counted

OFTEN = 20  # terms in more than one of so many items are frequent: at most a few hundred
LONGEST = 1_000  # items of one term, its strongest, that candidates are looked for among
FILE, TERMS = "space.safetensors", "terms.json"


class Halves(NamedTuple):
    """The columns of frequent terms, dense, and the others with their transpose."""

    dense: Floats
    rare: sp.csr_array
    across: sp.csr_array


@dataclass(frozen=True)
class WordSpace:
    """The tf-idf vectors of all items, float32 sparse (n, n_terms), unit rows.

    Attributes
    ----------
    begun
        The space of the first items, if it grew: what was prepared of it is not prepared again.
    """

    tfidf: TfIdf
    vectors: sp.csr_array
    begun: WordSpace | None = None

    kind: ClassVar[str] = "words"

    @classmethod
    def fit(cls, texts: Sequence[str], fitted: Mask) -> Self:
        """Learn the terms from `fitted` items, bool (n,), and read the texts of all."""
        counts = counted(texts)
        tfidf = TfIdf.fit(counts, fitted & np.array([bool(text) for text in texts], bool))
        return cls(tfidf, tfidf.rows(counts))

    def __len__(self) -> int:
        return int(self.vectors.shape[0])

    @cached_property
    def present(self) -> Mask:
        """bool (n,). The items with a text of which at least one term is known."""
        return np.asarray(np.diff(self.vectors.indptr) > 0)

    @cached_property
    def _halves(self) -> Halves:
        counts = np.bincount(self.vectors.indices, minlength=self.vectors.shape[1])
        frequent = counts > len(self) / OFTEN
        columns = np.flatnonzero(frequent)
        dense = np.ascontiguousarray(self.vectors[:, columns].todense(), np.float32)
        rare = sp.csr_array(self.vectors[:, np.flatnonzero(~frequent)])
        return Halves(dense, rare, sp.csr_array(rare.T))

    def cosines(self, block: Block) -> Floats:
        """Return W[block] W', float32 (len(block), n).

        Frequent terms meet in most pairs, where a dense product is several times faster; rare
        ones in few, where a sparse one is.
        """
        if self.begun is not None:
            return self._beside(self.begun, block)
        dense, rare, across = self._halves
        found = np.asarray(dense[block] @ dense.T, np.float32)
        seldom = sp.coo_array(rare[block] @ across)
        flat = found.reshape(-1)
        flat[seldom.row.astype(np.int64) * found.shape[1] + seldom.col] += seldom.data
        return found

    def _beside(self, begun: WordSpace, block: Block) -> Floats:
        """Compare with the first items and with those that came after them."""
        own, first = sp.csr_array(self.vectors[block]), len(begun)
        found = np.empty((own.shape[0], len(self)), np.float32)
        found[:, :first] = (own @ begun._across).toarray()
        found[:, first:] = (own @ sp.csr_array(self.vectors[first:].T)).toarray()
        return found

    @cached_property
    def _across(self) -> sp.csr_array:
        """The transpose, float32 sparse (n_terms, n)."""
        return sp.csr_array(self.vectors.T)

    def along(self, directions: Floats) -> Floats:
        """Return unit rows along some directions, (n_terms, d), float32 (n, d).

        Those of the first items are kept as long as this space is.
        """
        if self.begun is not None:
            first = self.begun.along(directions)
            more = unit(np.asarray(self.vectors[len(first) :] @ directions))
            return np.concatenate([first, more])
        kept, found = self._along.get("kept", (None, None))
        if found is None or kept is not directions:
            found = unit(np.asarray(self.vectors @ directions))
            self._along["kept"] = (directions, found)
        return found

    @cached_property
    def _along(self) -> dict[str, tuple[Floats, Floats]]:
        return {}

    def gram(self, block: Block) -> Floats:
        """Return the cosines: rows are inner products already."""
        return self.cosines(block)

    def between(self, some: Positions, others: Positions) -> Floats:
        """Return cosines of some items with others."""
        found = self.vectors[some] @ self.vectors[others].T
        return np.asarray(found.todense(), np.float32).reshape(len(some), len(others))

    def pairs(self, some: Positions, others: Positions) -> Floats:
        """Return the cosine of each of some items with its partner."""
        both = self.vectors[some].multiply(self.vectors[others])
        return np.asarray(both.sum(axis=1), np.float32).reshape(len(some))

    def similar(self, raw: Sequence[str]) -> Floats:
        """Return cosines of new texts with all items, float32 (len(raw), n)."""
        found = self.tfidf(raw) @ self.vectors.T
        return np.asarray(found.todense(), np.float32).reshape(len(raw), len(self))

    @cached_property
    def _ties(self) -> NDArray[np.uint32]:
        return tie_order(len(self))

    @cached_property
    def _near(self) -> tuple[Index, sp.csr_array]:
        """An index over frequent terms, and of every term the items that it says most of."""
        dense = unit(self._halves.dense)
        order = np.lexsort((-self.vectors.data, self.vectors.indices))
        terms = self.vectors.indices[order]
        counts = np.bincount(terms, minlength=self.vectors.shape[1])
        place = np.arange(len(terms)) - np.repeat(np.cumsum(counts) - counts, counts)
        strong = order[place < LONGEST]
        items = np.repeat(np.arange(len(self)), np.diff(self.vectors.indptr))
        entries = (self.vectors.data[strong], (self.vectors.indices[strong], items[strong]))
        return index_over(dense), sp.csr_array(entries, shape=self.vectors.shape[::-1])

    def candidates(self, block: Block, k: int) -> Candidates:
        """Return items near by their frequent terms, and near by strong ones: at most 2k each.

        Of each term only its 1,000 strongest items are looked at, so that the cost does not grow
        with the catalogue.
        """
        index, strong = self._near
        own = self.vectors[block]
        met = sp.coo_array(own @ strong)
        pairs = Pairs(met.row.astype(np.int64), met.col.astype(np.int64), met.data)
        seldom = largest(pairs, k, self._ties)
        found = index.search(index.vectors[block], k).positions
        found[~index.vectors[block].any(axis=1)] = -1
        rows, columns = np.nonzero(found >= 0)
        often = Candidates(rows, found[rows, columns].astype(np.int64))
        return union([Candidates(seldom.rows, seldom.positions), often], len(self))

    def of(self, positions: Positions) -> Self:
        """Return the words of some items alone."""
        return type(self)(self.tfidf, sp.csr_array(self.vectors[positions]))

    def grown(self, n: int, raw: Sequence[str] | None) -> Self:
        """Return a space with the texts of `n` more items; see `Space.grown`.

        Raises
        ------
        ShapeError
            If there are more or fewer texts.
        """
        texts = list(raw) if raw is not None else [""] * n
        if len(texts) != n:
            raise ShapeError(f"{len(texts)} texts are given, {n} items are added")
        both = sp.vstack([self.vectors, self.tfidf(texts)], format="csr")
        return type(self)(self.tfidf, sp.csr_array(both), self.begun or self)

    def save(self, folder: Path) -> None:
        """Write one safetensors file, and the terms as JSON."""
        arrays = {
            "idf": self.tfidf.idf,
            "indptr": self.vectors.indptr.astype(np.int64),
            "indices": self.vectors.indices.astype(np.int32),
            "data": self.vectors.data.astype(np.float32),
        }
        tensors.save(folder / FILE, arrays)
        terms = json.dumps(self.tfidf.vocabulary, ensure_ascii=False)
        (folder / TERMS).write_text(terms, encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open what `save` wrote."""
        arrays, _ = tensors.load(folder / FILE)
        tfidf = TfIdf(json.loads((folder / TERMS).read_text(encoding="utf-8")), arrays["idf"])
        shape = (len(arrays["indptr"]) - 1, len(tfidf.vocabulary))
        parts = (arrays["data"], arrays["indices"], arrays["indptr"])
        vectors = sp.csr_array(parts, shape=shape)
        vectors.has_sorted_indices = True
        return cls(tfidf, vectors)
