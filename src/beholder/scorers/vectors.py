"""A score that is an inner product of a person's vector with an item's."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import msgspec
import numpy as np

from beholder import tensors
from beholder.behaviour.histories import Histories
from beholder.behaviour.history import History
from beholder.scorers.entry import Entry
from beholder.scorers.interface import Floats, Mask, NewItems, Positions, Query, Shares
from beholder.scorers.item_item import asked
from beholder.scorers.reader import Reader
from beholder.scorers.recency import USUAL, Recency
from beholder.spaces.metric import Metric, Part

SPLIT = 20  # newest items of a history that a score is split over


class FoldIn(msgspec.Struct, frozen=True):
    """One ridge regression turns a history into a vector (Hu et al., ICDM 2008, equation 4).

    u = (a V'V + sum of w v v' + r I)^-1 sum of w v, r = regularization (h + a n)

    Attributes
    ----------
    unobserved
        a: weight of pairs that did not happen.
    """

    unobserved: float
    regularization: float


@dataclass(frozen=True)
class Vectors:
    """Vectors of items, and how a history becomes one.

    Attributes
    ----------
    items
        float32 (n_items, d).
    n_fitted
        The first so many were learned; those after them were placed and taught nothing.
    placed
        int32, rising. Those among the first that were placed nevertheless, and taught nothing.
    query
        What makes a person's vector of a history.
    tower
        What makes the vector of a new item of its content, zero of nothing, and of length 1 where
        a reader reads it; None: new items get the mean of their neighbours' vectors.
    """

    items: Floats
    query: FoldIn | Reader
    recency: Recency = USUAL
    n_fitted: int = 0
    placed: Positions = field(default_factory=lambda: np.empty(0, np.int32))
    tower: Metric | None = None

    @property
    def n_items(self) -> int:
        """Number of positions."""
        return len(self.items)

    @cached_property
    def shared(self) -> Floats:
        """float32 (d, d). What pairs that did not happen say of everybody."""
        fitted = np.delete(self.items[: self.n_fitted], self.placed, axis=0)
        assert isinstance(self.query, FoldIn), "who reads histories knows of no others"
        shared: Floats = self.query.unobserved * (fitted.T @ fitted)
        return shared

    def ask(self, history: History | Histories, recency: Recency | None = None) -> Query:
        """Fold histories in, or read them."""
        plain = asked(history, self.n_items, recency or self.recency)
        if isinstance(self.query, Reader):
            plain = plain._replace(age=history.within(self.n_items).age)
        vectors = np.zeros((plain.m, self.items.shape[1]), np.float32)
        for person in np.flatnonzero(np.diff(plain.indptr)).tolist():
            span = slice(plain.indptr[person], plain.indptr[person + 1])
            vectors[person] = self._vector(plain, span)
        return plain._replace(vectors=(vectors,))

    def _vector(self, query: Query, chosen: slice | Mask) -> Floats:
        """Return the vector of a part of the history that is asked with."""
        items, weights = query.items[chosen], query.weights[chosen]
        if not isinstance(self.query, Reader):
            return self.folded(items, weights)
        assert query.age is not None, "who reads histories is told how old each item is"
        vectors = self.items[items]
        known = vectors.any(axis=1)  # of others a reader would hear that there was something
        if not known.any():
            return np.zeros(self.items.shape[1], np.float32)
        return self.query(vectors[known], weights[known], query.age[chosen][known])

    def folded(self, items: Positions, weights: Floats) -> Floats:
        """Return the vector of one history by ridge regression, float32 (d,)."""
        assert isinstance(self.query, FoldIn)
        from scipy.linalg.lapack import sposv  # who serves no vectors starts sooner

        vectors = self.items[items]
        many = len(items) + self.query.unobserved * self.n_fitted
        left = self.shared + (vectors * weights[:, None]).T @ vectors
        left.flat[:: len(left) + 1] += np.float32(self.query.regularization * many)
        solved: Floats
        right = weights @ vectors
        _, solved, failed = sposv(left, right)  # it is symmetric and positive: in half the time
        if failed:  # but for what regularization is too small for, in these few digits
            solved = np.linalg.lstsq(left.astype(np.float64), right)[0].astype(np.float32)
        return solved

    def scores(self, query: Query) -> Floats:
        """Score every position for every history, float32 (m, n_items)."""
        return np.asarray(query.vectors[0] @ self.items.T, np.float32)

    def shares(self, query: Query, positions: Positions) -> Shares:
        """Split scores over the 20 newest: by what each loses without an item.

        What is left, of older items too, is divided evenly between those that have a vector (the
        value ENSC of cooperative games: Driessen and Funaki, OR Spektrum 13, 1991).
        """
        whole = self.items[positions] @ query.vectors[0][0]
        h = len(query.items)
        values = np.zeros((len(positions), h), np.float32)
        newest = np.arange(max(0, h - SPLIT), h)
        for index in newest:
            keep = np.arange(h) != index
            less = self._vector(query, keep)
            values[:, index] = whole - self.items[positions] @ less
        left = whole - values.sum(axis=1)
        if not h:
            return Shares(left, values, additive=False)
        heard = newest[self.items[query.items[newest]].any(axis=1)]
        heard = heard if len(heard) else newest
        values[:, heard] += (left / len(heard))[:, None]
        return Shares(np.zeros_like(left), values, additive=False)

    def grown(self, new: NewItems) -> Vectors:
        """Give new items vectors by their content."""
        if not len(new.positions):
            return self
        entered = self._entered(new)
        if new.filled(self.n_items):
            items = self.items.copy()
            items[new.positions] = entered
            placed = np.union1d(self.placed, new.positions).astype(np.int32)
            return replace(self, items=items, placed=placed)
        return replace(self, items=np.concatenate([self.items, entered]))

    def _entered(self, new: NewItems) -> Floats:
        if self.tower is not None:
            if isinstance(self.query, Reader):
                return self.tower(new.spaces, new.positions)
            return self.tower.features(new.spaces, new.positions) @ self.tower.matrix
        mix = Entry().entered(new).mix
        found: Floats = (mix @ self.items[: len(new.known)]).astype(np.float32)
        return found

    def save(self, folder: Path) -> None:
        """Write the vectors, and the query in the header."""
        parts = None if self.tower is None else self.tower.parts
        told = None if parts is None else [(part.modality, part.weight) for part in parts]
        read = self.query if isinstance(self.query, Reader) else None
        query = self.query if isinstance(self.query, FoldIn) else None
        recency = self.recency.decay, self.recency.older
        kind = None if read is None else read.kind
        facts = _Facts(query, *recency, self.n_fitted, told, kind)
        header = {"facts": msgspec.json.encode(facts).decode()}
        arrays = {"items": self.items, "placed": self.placed}
        if self.tower is not None:
            arrays |= {"tower": self.tower.matrix}
            arrays |= {f"tower-{n}": part.directions for n, part in enumerate(self.tower.parts)}
        if read is not None:
            arrays |= {f"reader.{name}": array for name, array in read.arrays.items()}
        tensors.save(folder / "vectors.safetensors", arrays, header)

    @classmethod
    def load(cls, folder: Path) -> Vectors:
        """Open what `save` wrote."""
        arrays, header = tensors.load(folder / "vectors.safetensors")
        facts = msgspec.json.decode(header["facts"], type=_Facts)
        recency = Recency(facts.decay, facts.older)
        tower = None
        if facts.tower is not None:
            named = enumerate(facts.tower)
            parts = tuple(Part(*told, arrays[f"tower-{n}"]) for n, told in named)
            tower = Metric(parts, arrays["tower"])
        query: FoldIn | Reader | None = facts.query
        if facts.reader is not None:
            own = {n: a for n, a in arrays.items() if n.startswith("reader.")}
            query = Reader(facts.reader, {n.removeprefix("reader."): a for n, a in own.items()})
        assert query is not None, "vectors are asked in one way or the other"
        told = arrays["placed"], tower
        return cls(arrays["items"], query, recency, facts.n_fitted, *told)


class _Facts(msgspec.Struct, omit_defaults=True):
    query: FoldIn | None
    decay: float
    older: float
    n_fitted: int
    tower: list[tuple[str, float]] | None = None
    reader: str | None = None
