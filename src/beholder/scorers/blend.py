"""The blend: what is served. One linear score over all members.

    S(j) = lift b_j + sum over the history of w_h M[h, j]
         + sum over vector members of f_v(j) u_v . V_v[j]

Item-item members fold into one sparse matrix M, since their sum is one; a vector member keeps its
own vectors, with one factor a column. A score is a sum, so that shares add up, and its scale does
not depend on filters or on other candidates.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from beholder import tensors
from beholder.behaviour.histories import Histories
from beholder.behaviour.history import History
from beholder.index.best import best, tie_order
from beholder.scorers.interface import Best, Floats, Mask, NewItems, Positions, Query, Shares
from beholder.scorers.item_item import ItemItem, said, split
from beholder.scorers.layers import Gathered, Said
from beholder.scorers.positions import checked_mask
from beholder.scorers.recency import Recency
from beholder.scorers.vectors import Vectors

LEADERS = 2_000
DENSE = 20_000  # up to here, and
EACH = 8  # so much further for each entry that was read, summing everything is the quickest

_local = threading.local()


class VectorMember(NamedTuple):
    """A vector scorer, and what it counts.

    Attributes
    ----------
    factors
        float32 (n_items,). Its weight for each item, its scale included.
    new
        The same for items that are still to come.
    """

    scorer: Vectors
    factors: Floats
    new: float = 0.0


@dataclass(frozen=True)
class Blend:
    """One sparse matrix, one number an item, and vectors where they are worth it.

    Attributes
    ----------
    base
        float32 (n_items,). Weighted popularity.
    mass
        Histories lighter than this take only their part of it; 0: all take the whole. So the
        first like of a new visitor is heard.
    """

    item_item: ItemItem
    base: Floats
    mass: float = 0.0
    vectors: tuple[VectorMember, ...] = ()

    @property
    def n_items(self) -> int:
        """Number of positions."""
        return self.item_item.n_items

    @property
    def recency(self) -> Recency:
        """Recency of the history, shared by all members."""
        return self.item_item.recency

    @cached_property
    def leaders(self) -> NDArray[np.int32]:
        """int32. The positions with the largest base, best first: the ends of every list."""
        return best(self.base, LEADERS, self.ties)

    @cached_property
    def ties(self) -> NDArray[np.uint32]:
        """Seeded order among equal scores."""
        return tie_order(self.n_items)

    def ask(self, history: History | Histories, recency: Recency | None = None) -> Query:
        """Keep the known items with their weights and recency, and ask the vector members."""
        own = recency or self.recency
        query = self.item_item.ask(history, recency)
        if not self.vectors:
            return query
        told = [member.scorer.ask(history, own) for member in self.vectors]
        ages = [one.age for one in told if one.age is not None]
        vectors = tuple(one.vectors[0] for one in told)
        return query._replace(vectors=vectors, age=ages[0] if ages else None)

    def read(self, query: Query) -> Reading:
        """Read the rows of one history once: list, scores and shares are made from them."""
        gathered = self.item_item.gather(query)
        gathered.columns.flags.writeable = gathered.values.flags.writeable = False
        return Reading(self, query, gathered, self.lift(query))

    def lift(self, query: Query) -> float:
        """Return how much popularity counts for one history; for an empty one, fully."""
        mass = float(query.weights.sum())
        return min(1.0, mass / self.mass) if self.mass > 0 and mass > 0 else 1.0

    def scores(self, query: Query) -> Floats:
        """Score every position for every history, float32 (m, n_items)."""
        found = self.item_item.scores(query)
        found += lifts(query, self.mass)[:, None] * self.base
        for member, vector in zip(self.vectors, query.vectors, strict=True):
            found += member.factors * (vector @ member.scorer.items.T)
        return found

    def grown(self, new: NewItems) -> Blend:
        """Return a blend that knows new items by their content."""
        item_item = self.item_item.grown(new)
        added = item_item.n_items - self.n_items
        vectors = tuple(_grown(member, new, added) for member in self.vectors)
        base = np.pad(self.base, (0, added))
        return replace(self, item_item=item_item, base=base, vectors=vectors)

    def save(self, folder: Path) -> None:
        """Write the matrix, the base, and each vector member into a folder of its own."""
        (folder / "item-item").mkdir()
        self.item_item.save(folder / "item-item")
        arrays = {"base": self.base}
        entering = [member.new for member in self.vectors]
        for number, member in enumerate(self.vectors):
            (folder / f"vectors-{number}").mkdir()
            member.scorer.save(folder / f"vectors-{number}")
            arrays[f"factors-{number}"] = member.factors
        header = {"facts": msgspec.json.encode(_Facts(self.mass, entering)).decode()}
        tensors.save(folder / "base.safetensors", arrays, header)

    @classmethod
    def load(cls, folder: Path) -> Blend:
        """Open what `save` wrote."""
        arrays, header = tensors.load(folder / "base.safetensors")
        facts = msgspec.json.decode(header["facts"], type=_Facts)
        vectors = tuple(
            VectorMember(Vectors.load(folder / f"vectors-{n}"), arrays[f"factors-{n}"], new)
            for n, new in enumerate(facts.entering)
        )
        item_item = ItemItem.load(folder / "item-item")
        return cls(item_item, arrays["base"], facts.mass, vectors)


class _Facts(msgspec.Struct):
    mass: float
    entering: list[float]


@dataclass(frozen=True)
class Reading:
    """One history with the rows of its items.

    Attributes
    ----------
    lift
        0 to 1. How much popularity counts for this history.
    """

    blend: Blend
    query: Query
    gathered: Gathered
    lift: float

    @property
    def size(self) -> int:
        """Bytes of the rows, and of a score for every position."""
        read = self.gathered
        return read.columns.nbytes + read.values.nbytes + 4 * self.blend.n_items

    @cached_property
    def all(self) -> Floats:
        """Return the score of every position, float32 (n_items,): of all answers, so read-only."""
        blend = self.blend
        scores: Floats = blend.base * np.float32(self.lift)
        np.add.at(scores, self.gathered.columns, self.gathered.values)
        for member, vector in zip(blend.vectors, self.query.vectors, strict=True):
            scores += member.factors * (member.scorer.items @ vector[0])
        scores.flags.writeable = False
        return scores

    def at(self, positions: Positions) -> Floats:
        """Return the scores of some positions."""
        scores: Floats = self.all[positions]
        return scores

    def best(self, k: int, allowed: Mask | None = None) -> Best:
        """Return the best `k` allowed positions."""
        blend = self.blend
        checked_mask(allowed, blend.n_items)
        widely = blend.n_items > DENSE + EACH * len(self.gathered.columns)
        if widely and k <= len(blend.leaders) // 2 and not blend.vectors:
            candidates, scores = self._touched()
            able = None if allowed is None else allowed.take(candidates)
            order = best(scores, k, blend.ties[candidates], able)
            rest = float(blend.base[blend.leaders[-1]] * np.float32(self.lift))  # of any other
            if len(order) == k and k and scores[order[-1]] >= rest:
                found = candidates[order].astype(np.int32)
                return Best(found, scores[order], float(scores[order[-1]]))
        return _best_of(self.all, k, allowed, blend.ties)

    def _touched(self) -> tuple[NDArray[np.intp], Floats]:
        """Sum only what the history touches, beside the leaders by base.

        An untouched item scores its base, so only the leaders among them can be in a list.
        """
        blend, read = self.blend, self.gathered
        sums, last = _scratch(blend.n_items)
        columns = np.concatenate([read.columns, blend.leaders])
        np.add.at(sums, read.columns, read.values)
        order = np.arange(len(columns), dtype=np.int32)
        last[columns] = order  # the last writer of each position stands for it
        candidates = columns[last[columns] == order]
        scores = sums[candidates] + blend.base[candidates] * np.float32(self.lift)
        sums[read.columns] = 0
        return candidates, scores

    def said(self, positions: Positions) -> Said:
        """Return what rows say of some positions; vector members name no items."""
        return said(self.gathered, positions, self.blend.n_items)

    def parts(self, positions: Positions) -> Floats:
        """Split what rows say of some positions over the history, float32 (k, h).

        What vector members say stays whole: see `by_vectors`, and `shares`.
        """
        return split(self.gathered, positions, self.blend.n_items, len(self.query.items))

    def shares(self, positions: Positions) -> Shares:
        """Split the scores of some positions over the history.

        Vector members take one solve an item; see `Vectors.shares`.
        """
        blend, values = self.blend, self.parts(positions)
        base = blend.base[positions] * np.float32(self.lift)
        for member, vector in zip(blend.vectors, self.query.vectors, strict=True):
            factors = member.factors[positions]
            part = member.scorer.shares(self.query._replace(vectors=(vector,)), positions)
            values += factors[:, None] * part.values
            base = base + factors * part.base
        return Shares(base, values, additive=not blend.vectors)

    def by_vectors(self, positions: Positions) -> Floats:
        """Return what vector members say of some positions for the whole history, float32 (k,)."""
        found = np.zeros(len(positions), np.float32)
        for member, vector in zip(self.blend.vectors, self.query.vectors, strict=True):
            found += member.factors[positions] * (member.scorer.items[positions] @ vector[0])
        return found


def _best_of(scores: Floats, k: int, allowed: Mask | None, ties: NDArray[np.uint32]) -> Best:
    """Return the best `k` of scores float32 (n,), of the allowed ones alone."""
    positions = best(scores, k, ties, allowed)
    if not k:
        open_scores = scores if allowed is None else scores[allowed]
        return Best(positions, scores[positions], float(open_scores.max(initial=-np.inf)))
    found = scores.take(positions)
    return Best(positions, found, float(found[-1]) if len(positions) == k else -np.inf)


def lifts(query: Query, mass: float) -> Floats:
    """Return how much popularity counts for each history, float32 (m,); see `Blend.lift`."""
    bounds = np.concatenate([[0.0], np.cumsum(query.weights, dtype=np.float64)])
    own = (bounds[query.indptr[1:]] - bounds[query.indptr[:-1]]).astype(np.float32)
    if mass <= 0:
        return np.ones_like(own)
    return np.where(own > 0, np.minimum(own / np.float32(mass), 1), 1).astype(np.float32)


def _grown(member: VectorMember, new: NewItems, added: int) -> VectorMember:
    """Let a member take new items in, at the weight that it has among them."""
    factors = np.pad(member.factors, (0, added), constant_values=member.new)
    return member._replace(scorer=member.scorer.grown(new), factors=factors)


def _scratch(n: int) -> tuple[Floats, NDArray[np.int32]]:
    """Return arrays that this thread keeps: clearing them costs only what was touched."""
    kept = getattr(_local, "arrays", None)
    if kept is None or len(kept[0]) < n:
        kept = _local.arrays = (np.zeros(n, np.float32), np.zeros(n, np.int32))
    return kept
