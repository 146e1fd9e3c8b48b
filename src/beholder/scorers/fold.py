"""Members folded into what is served, by what they count among warm and among cold items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import msgspec
import numpy as np
import scipy.sparse as sp

from beholder.behaviour.histories import Histories
from beholder.scorers import rows
from beholder.scorers.blend import Blend, VectorMember, lifts
from beholder.scorers.entry import Entry, Kernel
from beholder.scorers.interface import Floats, Mask, NewItems, Places, Scorer
from beholder.scorers.item_item import ItemItem, asked
from beholder.scorers.recency import Recency
from beholder.scorers.vectors import Vectors

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
    decay, older
        Recency of the history, shared by all members.
    among_new
        Recency of the history where items without behaviour are scored; None: the same.
    top
        Mean best blended score on validation histories: the size of a good score.
    mass
        Mean weight of a whole validation history; see `Blend.mass`.
    dislike
        Share of its score that an exact likeness to a disliked item loses.
    """

    scale: dict[str, float]
    warm: dict[str, float]
    cold: dict[str, float]
    popularity: float = 0.0
    decay: float = 0.8
    older: float = 1.0
    top: float = 1.0
    mass: float = 0.0
    dislike: float = 0.5
    among_new: Recency | None = None

    @property
    def recency(self) -> Recency:
        """Recency of the history."""
        return Recency(self.decay, self.older)

    @property
    def only_popularity(self) -> bool:
        """Whether nothing but popularity puts items with behaviour in order."""
        return not any(weight > 0 for weight in self.warm.values())

    def share(self, name: str, cold: bool) -> float:
        """Return what a member's own score is multiplied by."""
        weight = (self.cold if cold else self.warm).get(name, 0.0)
        return weight / max(self.scale.get(name, 0.0), 1e-12)


@dataclass(frozen=True)
class Combined:
    """The members that count, each with the factor of every column: a blend, uncut.

    Attributes
    ----------
    matrices
        Rows (n_items, n_items) and float32 (n_items,) of each item-item member.
    vectors
        Vector members with the factors of all columns.
    entry
        The terms of all members for items without behaviour, weighed.
    base
        float32 (n_items,). Weighted popularity.
    cold
        bool (n_items,). Columns of items without behaviour.
    content
        What contents add between items with behaviour, by all members, weighed.
    by_content
        Which of the matrices are that.
    """

    matrices: tuple[tuple[sp.csr_array, Floats], ...]
    vectors: tuple[VectorMember, ...]
    entry: Entry
    base: Floats
    weights: Weights
    cold: Mask
    content: tuple[Kernel, ...]
    by_content: tuple[bool, ...]

    def scores(self, told: Histories) -> Floats:
        """Score every position for every history, float32 (m, n_items)."""
        n = len(self.base)
        query = asked(told, n, self.weights.recency, self.weights.among_new)
        found = self._summed(query.matrix(n))
        others = query.matrix_among_new(n)
        if others is not None and self.cold.any():
            found[:, self.cold] = self._summed(others)[:, self.cold]
        for member in self.vectors:
            own = member.scorer.ask(told, recency=self.weights.recency)
            found += member.factors * member.scorer.scores(own)
        return found + lifts(query, self.weights.mass)[:, None] * self.base

    def _summed(self, histories: sp.csr_array) -> Floats:
        """Return what the item-item members say, float32 (m, n_items)."""
        found = np.zeros((histories.shape[0], len(self.base)), np.float32)
        for matrix, factors in self.matrices:
            part = sp.csr_array(histories @ matrix)
            row = np.repeat(np.arange(len(found)), np.diff(part.indptr))
            found[row, part.indices] += part.data * factors[part.indices]
        return found

    def rows(self, which: slice | Places, by_content: bool = False) -> sp.csr_array:
        """Return the weighted sum of some of the members' rows, uncut, float32 (m, n_items).

        Parameters
        ----------
        by_content
            Whether only of those members that are content.
        """
        total: sp.csr_array | None = None
        for (matrix, factors), content in zip(self.matrices, self.by_content, strict=True):
            if by_content and not content:
                continue
            part = sp.csr_array(matrix[which])
            part.data = part.data * factors[part.indices]
            total = part if total is None else sp.csr_array(total + part)
        if total is None:
            n = len(self.base)
            return sp.csr_array((len(np.arange(n)[which]), n), dtype=np.float32)
        return total

    def folded(self, kept: int, kept_new: int, power: float) -> ItemItem:
        """Return the item-item members as one, each row with its `kept` largest entries."""
        n = len(self.base)
        spans = [slice(start, start + STEP) for start in range(0, n, STEP)]
        blocks = [rows.cut(self.rows(span), kept) for span in spans]
        whole = sp.csr_array(sp.vstack(blocks, format="csr")) if n else sp.csr_array((0, 0))
        by_content = None
        if any(self.by_content):
            each = zip(spans, blocks, strict=True)
            parts = [_share(self.rows(span, by_content=True), block) for span, block in each]
            by_content = np.concatenate(parts)
        terms = self.entry.naming(self.content)
        entry = replace(terms, kept=kept, kept_new=kept_new, power=power)
        weights = self.weights
        told = weights.among_new, None, self.content, by_content
        return ItemItem(whole, weights.recency, entry, (), *told)


def _share(part: sp.csr_array, whole: sp.csr_array) -> Floats:
    """Return how much of each row a part of what was added up is, float32 (m,), 0 to 1.

    All of one that says nothing: nobody did anything that it could say.
    """
    kept = part.multiply(whole.astype(bool))
    own, total = (abs(some).sum(axis=1) for some in (kept, whole))
    share: Floats = np.divide(own, total, out=np.ones(len(total), np.float32), where=total > 0)
    return np.minimum(share, 1)


def combined(
    members: Mapping[str, Scorer], popularity: Floats, cold: Mask, weights: Weights
) -> Combined:
    """Return the members that have weight.

    Parameters
    ----------
    popularity
        float32 (n_items,), 0 to 1.
    cold
        bool (n_items,). Which columns take the cold weights.
    """
    matrices: list[tuple[sp.csr_array, Floats]] = []
    by_content: list[bool] = []
    vectors: list[VectorMember] = []
    entry, content = Entry(), Entry()
    for name, member in members.items():
        warm, new = weights.share(name, cold=False), weights.share(name, cold=True)
        if isinstance(member, ItemItem):
            entry = entry.plus(member.entry.scaled(new))
            content = content.plus(Entry(member.content).scaled(warm))
            if warm or new:
                matrices.append((member.rows, np.where(cold, new, warm).astype(np.float32)))
                by_content.append(bool(member.content))
        elif isinstance(member, Vectors) and (warm or new):
            vectors.append(VectorMember(member, np.where(cold, new, warm).astype(np.float32), new))
    base = (np.float32(weights.popularity) * popularity).astype(np.float32)
    scorers = tuple(matrices), tuple(vectors)
    told = content.kernels, tuple(by_content)
    return Combined(*scorers, entry, base, weights, cold, *told)


def fold(
    members: Mapping[str, Scorer],
    popularity: Floats,
    new: NewItems,
    weights: Weights,
    kept: tuple[int, int] = (200, 100),
    power: float = 3.0,
) -> Blend:
    """Fold weighted members into what is served.

    Cold columns are cut apart from warm ones: content says a little about many items and
    behaviour much about few, so that one cut over both would leave hardly any cold entry.

    Parameters
    ----------
    members
        Item-item and vector scorers by name; those without weight are skipped.
    popularity
        float32 (n_items,), 0 to 1.
    new
        Items without behaviour: their columns come from the members' entries. Others that are not
        `new.known` are not compared yet, and have none.
    kept
        Entries kept a row among warm, and among cold columns.
    power
        Of similarities when the neighbours of new items are weighed.
    """
    cold = ~new.known
    cold[new.positions] = True
    parts = combined(members, popularity, cold, weights)
    # Columns of cold items are filled by entries alone. They count nothing here: rows without them
    # would be a copy of every member.
    matrices = tuple((matrix, np.where(cold, 0, warm)) for matrix, warm in parts.matrices)
    folded = replace(parts, matrices=matrices).folded(*kept, power)
    return Blend(folded, parts.base, weights.mass, parts.vectors).grown(new)
