"""The blend: one linear score over all members, folded into one sparse matrix.

    S(j) = b_j + sum over the history h of w_h M[h, j]
    M[:, j] = sum over members m of weight_m(j) / scale_m * rows_m[:, j]

with one set of weights for warm items and one for cold ones. Since it is linear, an answer is
one sum over the rows of the history, shares add up exactly, and the scale of a score does not
depend on the filters or on the other candidates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from beholder import tensors
from beholder.behaviour.history import History
from beholder.index.best import best, tie_order
from beholder.models import recency, rows
from beholder.models.interface import (
    Candidates,
    Content,
    Context,
    Floats,
    Positions,
    Query,
    Reasons,
)
from beholder.models.itemitem import ItemItem, neighbour_mix
from beholder.models.positions import checked

LEADERS = 2_000
STEP = 1024  # rows folded at a time


class Weights(msgspec.Struct, frozen=True):
    """What the members count, as learned on validation data.

    Attributes
    ----------
    scale
        Mean over validation histories of each member's best score.
    warm, cold
        Weight of each scaled member for items with and without behaviour, at least 0.
    popularity
        Weight of popularity, which is between 0 and 1 already.
    decay
        Recency of the history, shared by all members.
    top
        Mean best blended score on validation histories: the size of a good score.
    mass
        Mean weight of a whole validation history. Popularity counts less for lighter ones, so
        that the first like of a new visitor is heard.
    """

    scale: dict[str, float]
    warm: dict[str, float]
    cold: dict[str, float]
    popularity: float = 0.0
    decay: float = 0.8
    top: float = 1.0
    mass: float = 0.0


class Gathered(NamedTuple):
    """The rows of a history, one after the other.

    Attributes
    ----------
    columns
        int32 (m,). Candidates.
    values
        float32 (m,). What each history item adds to them, weights included.
    lengths
        int64 (h,). Entries of each history item.
    lift
        0 to 1. How much popularity counts for this history.
    """

    columns: Positions
    values: Floats
    lengths: NDArray[np.int64]
    lift: float


@dataclass(frozen=True)
class Blend:
    """What is served: one sparse matrix, and one number an item.

    Attributes
    ----------
    rows
        float32 (n_items, n_items), sparse. From history items to candidates.
    base
        float32 (n_items,). Weighted popularity.
    mass
        Histories lighter than this take only their part of it; 0: all take the whole.
    """

    rows: sp.csr_array
    base: Floats
    decay: float
    mass: float = 0.0

    @property
    def n_items(self) -> int:
        """Number of positions."""
        return int(self.rows.shape[0])

    @cached_property
    def width(self) -> int:
        """Length of all rows, 0 if they differ; see `rows.even`."""
        return rows.width(self.rows)

    @cached_property
    def leaders(self) -> NDArray[np.int32]:
        """int32. The positions with the largest base, best first: the ends of every list."""
        return best(self.base, LEADERS, self.ties)

    @cached_property
    def ties(self) -> NDArray[np.uint32]:
        """Seeded order among equal scores."""
        return tie_order(self.n_items)

    def query(self, history: History, context: Context) -> Query:
        """Keep the known items with their weights and recency."""
        known = history.within(self.n_items)
        return Query(known.items, recency.by_rank(known, self.decay))

    def gather(self, query: Query) -> Gathered:
        """Read the rows of the history once; scores and shares are made from them."""
        columns, values, lengths = rows.gather(self.rows, query.items, self.width)
        values *= np.repeat(query.weights, lengths)
        return Gathered(columns, values, lengths, self.lift(query))

    def lift(self, query: Query) -> float:
        """Return how much popularity counts for this history; for an empty one, fully."""
        mass = float(query.weights.sum())
        return min(1.0, mass / self.mass) if self.mass > 0 and mass > 0 else 1.0

    def all_scores(self, query: Query) -> Floats:
        """Return the score of every position, float32 (n_items,)."""
        return self.summed(self.gather(query))

    def summed(self, gathered: Gathered) -> Floats:
        """Return the score of every position from gathered rows, float32 (n_items,)."""
        summed = np.bincount(gathered.columns, gathered.values, minlength=self.n_items)
        scores: Floats = summed.astype(np.float32)
        scores += self.base if gathered.lift == 1.0 else self.base * np.float32(gathered.lift)
        return scores

    def retrieve(self, query: Query, k: int, allowed: NDArray[np.bool_] | None) -> Candidates:
        """Return the best `k` among the allowed, without the history itself."""
        scores = self.all_scores(query)
        masked = scores.copy()
        masked[query.items] = -np.inf
        if allowed is not None:
            masked[~allowed] = -np.inf
        positions = best(masked, k, self.ties)
        return Candidates(positions, scores[positions])

    def score(self, query: Query, positions: Positions) -> Floats:
        """Score candidates."""
        return self.all_scores(query)[checked(positions, self.n_items)]

    def shares(self, gathered: Gathered, positions: Positions) -> Floats:
        """Split the scores of several items over the history: float32 (positions, history).

        Each row sums to score minus base.
        """
        slot = np.full(self.n_items, -1, np.int32)
        slot[positions] = np.arange(len(positions), dtype=np.int32)
        where = slot.take(gathered.columns)
        hit = np.flatnonzero(where >= 0)
        n = len(gathered.lengths)
        owner = np.searchsorted(np.cumsum(gathered.lengths), hit, side="right")
        place = where[hit].astype(np.int64) * n + owner
        flat = np.bincount(place, gathered.values[hit], minlength=len(positions) * n)
        return flat.reshape(len(positions), n).astype(np.float32)

    def reasons(self, query: Query, position: int) -> Reasons:
        """Split one score; exact."""
        one = checked(np.array([position], np.int32), self.n_items)
        shares = self.shares(self.gather(query), one)[0]
        return Reasons(float(self.base[position]) * self.lift(query), shares, True)

    def save(self, folder: Path) -> None:
        """Write the matrix and the base."""
        rows.save(rows.even(self.rows), folder / "rows.safetensors", _Facts(self.decay, self.mass))
        tensors.save(folder / "base.safetensors", {"base": self.base})

    @classmethod
    def load(cls, folder: Path) -> Blend:
        """Open what `save` wrote."""
        path = folder / "rows.safetensors"
        facts = msgspec.json.decode(rows.read_facts(path), type=_Facts)
        base = tensors.load(folder / "base.safetensors")[0]["base"]
        return cls(rows.load(path), base, facts.decay, facts.mass)


class _Facts(msgspec.Struct):
    decay: float
    mass: float = 0.0


def fold(
    members: Mapping[str, ItemItem],
    popularity: Floats,
    cold: NDArray[np.bool_],
    weights: Weights,
    largest: int,
    largest_cold: int | None = None,
) -> Blend:
    """Fold weighted members into what is served.

    Cold columns are cut apart from warm ones: content says a little about many items and
    behaviour much about few, so that one cut over both would leave hardly any cold entry.

    Parameters
    ----------
    members
        Item-item models by name; those without weight are skipped.
    popularity
        float32 (n_items,), 0 to 1.
    cold
        bool (n_items,). Which columns take the cold weights.
    largest
        Entries kept a row among warm columns.
    largest_cold
        Entries kept a row among cold columns; None: as many.
    """
    folded = combined(members, cold, weights).cut(largest, largest_cold)
    base = (np.float32(weights.popularity) * popularity).astype(np.float32)
    return Blend(folded, base, weights.decay, weights.mass)


class Combined(NamedTuple):
    """The members that count, each with the factor of every column.

    Attributes
    ----------
    scaled
        Rows (n_items, n_items) and float32 (n_items,) of each member.
    cold
        bool (n_items,). Columns that are cut apart.
    """

    scaled: list[tuple[sp.csr_array, Floats]]
    cold: NDArray[np.bool_]

    def rows(self, which: slice | NDArray[np.int64]) -> sp.csr_array:
        """Return the weighted sum of some of the members' rows, uncut, float32 (m, n_items)."""
        total: sp.csr_array | None = None
        for matrix, factors in self.scaled:
            part = sp.csr_array(matrix[which])
            part.data = part.data * factors[part.indices]
            total = part if total is None else sp.csr_array(total + part)
        if total is None:
            n = len(self.cold)
            return sp.csr_array((len(np.arange(n)[which]), n), dtype=np.float32)
        return total

    def cut(self, largest: int, largest_cold: int | None = None) -> sp.csr_array:
        """Return all rows, cut."""
        n = len(self.cold)
        cold = largest if largest_cold is None else largest_cold
        blocks = [
            rows.cut_apart(self.rows(slice(start, start + STEP)), self.cold, largest, cold)
            for start in range(0, n, STEP)
        ]
        return sp.csr_array(sp.vstack(blocks, format="csr"))


def combined(
    members: Mapping[str, ItemItem], cold: NDArray[np.bool_], weights: Weights
) -> Combined:
    """Return the members that have weight; see `fold`."""
    scaled = []
    for name, member in members.items():
        scale = max(weights.scale.get(name, 0.0), 1e-12)
        column = np.where(cold, weights.cold.get(name, 0.0), weights.warm.get(name, 0.0)) / scale
        if column.any():
            scaled.append((member.rows, column.astype(np.float32)))
    return Combined(scaled, cold)


def late_history_rows(blend: Blend, content: Content) -> sp.csr_array:
    """Return what late items mean as history: the mean of their neighbours' rows."""
    return sp.csr_array(neighbour_mix(content, blend.n_items) @ blend.rows)


def speak_for_untouched(
    blend: Blend,
    content: Content,
    untouched: NDArray[np.int64],
    largest: int,
    largest_cold: int | None = None,
) -> Blend:
    """Let items without behaviour count, as history, like the mean of their neighbours.

    Those without any neighbour keep their own rows.

    Parameters
    ----------
    content
        Neighbours of the untouched items among the others.
    untouched
        int64 (n,). Their positions: the cold columns.
    largest, largest_cold
        Entries kept a row among warm and among cold columns, see `fold`.
    """
    near = (content.neighbours >= 0).any(axis=1)
    if not near.any():
        return blend
    n = blend.n_items
    own = np.zeros(n, bool)
    own[untouched[near]] = True
    cold = np.zeros(n, bool)
    cold[untouched] = True
    few = largest if largest_cold is None else largest_cold
    lent = rows.cut_apart(late_history_rows(blend, content), cold, largest, few).tocoo()
    kept = blend.rows.tocoo()
    stays = ~own[kept.row]
    row = np.concatenate([kept.row[stays], untouched[lent.row]])
    column = np.concatenate([kept.col[stays], lent.col])
    data = np.concatenate([kept.data[stays], lent.data])
    other = row != column
    whole = sp.csr_array((data[other], (row[other], column[other])), shape=(n, n))
    whole.sort_indices()
    return replace(blend, rows=whole)
