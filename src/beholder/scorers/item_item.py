"""A score that is a sum over the history: s(j) = sum over h of w_h rows[h, j]."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from pathlib import Path

import msgspec
import numpy as np
import scipy.sparse as sp

from beholder import tensors
from beholder.behaviour.histories import Histories
from beholder.behaviour.history import History
from beholder.scorers import rows
from beholder.scorers.entry import Entered, Entry, Kernel
from beholder.scorers.interface import Floats, Mask, NewItems, Places, Positions, Query
from beholder.scorers.layers import Gathered, Layer, Said, gather, joined
from beholder.scorers.recency import USUAL, Recency

PLACED, BY_CONTENT = "placed.safetensors", "by-content.safetensors"
KEPT = 500  # entries a row: ranks like the full matrix on the data this was developed on
FEWEST = 200  # of a large catalogue, for the sake of memory; what that costs: docs/models.md
ENTRIES = 20_000_000  # of all rows, while each has more than the fewest: 160 MB


def kept_of(n_items: int) -> int:
    """Return how many entries a row of a member keeps: fewer from 40,000 items on."""
    return max(FEWEST, min(KEPT, ENTRIES // max(n_items, 1)))


@dataclass(frozen=True)
class ItemItem:
    """A sparse matrix from history items (rows) to candidates (columns).

    Attributes
    ----------
    rows
        float32 (n, n), sparse, without diagonal.
    entry
        How items without behaviour get their columns.
    layers
        Items after the first n.
    among_new
        Recency of the history where items without behaviour are scored; None: the same. What
        somebody is after today says little of them, and his whole taste says more.
    placed
        bool (n,). Columns of items without behaviour that were compared with others; None: none.
    content
        What contents add between items with behaviour: it is in the rows already.
    by_content
        float32 (n,), 0 to 1. How much of what each row says of those is that; None: nothing.
    """

    rows: sp.csr_array
    recency: Recency = USUAL
    entry: Entry = field(default_factory=Entry)
    layers: tuple[Layer, ...] = ()
    among_new: Recency | None = None
    placed: Mask | None = None
    content: tuple[Kernel, ...] = ()
    by_content: Floats | None = None

    @property
    def n_items(self) -> int:
        """Number of positions."""
        return int(self.layers[-1].rows.shape[1] if self.layers else self.rows.shape[0])

    @cached_property
    def form(self) -> rows.Form:
        """How the rows lie, columns of items without behaviour set apart."""
        return rows.form(self.rows, self.new[: self.rows.shape[0]])

    def ask(self, history: History | Histories, recency: Recency | None = None) -> Query:
        """Keep the known items with their weights and recency; a given one is for all columns."""
        among_new = self.among_new if recency is None else None
        return asked(history, self.n_items, recency or self.recency, among_new)

    @cached_property
    def new(self) -> Mask:
        """bool (n_items,). Columns of items without behaviour, late ones among them."""
        added = self.n_items - self.rows.shape[0]
        return np.pad(self._placed, (0, added), constant_values=True)

    @property
    def _placed(self) -> Mask:
        return np.zeros(self.rows.shape[0], bool) if self.placed is None else self.placed

    def scores(self, query: Query) -> Floats:
        """Score every position for every history, float32 (m, n_items)."""
        n = self.n_items
        found = np.zeros((query.m, n), np.float32)
        if query.m == 1:
            read = self.gather(query)
            found[0] = np.bincount(read.columns, read.values, minlength=n)
            return found
        assert not self.layers, "late items are of a running server, which asks one by one"
        _spread(sp.csr_array(query.matrix(n) @ self.rows), found)
        others = query.matrix_among_new(n)
        if others is not None and self.new.any():
            among_new = np.zeros_like(found)
            _spread(sp.csr_array(others @ self.rows), among_new)
            found[:, self.new] = among_new[:, self.new]
        return found

    def gather(self, query: Query) -> Gathered:
        """Read the rows of one history once; scores and shares are made from them."""
        return gather(self.rows, self.form, self.layers, query, self.new)

    def grown(self, new: NewItems) -> ItemItem:
        """Return a scorer that knows new items by their content."""
        if not len(new.positions):
            return self
        entry, new = self.entry.mapped(new)
        found = entry.entered(new)
        if new.filled(self.n_items):
            entry = entry.speaking(new.positions, found)
            placed = self._placed.copy()
            placed[new.positions] = True
            filled = _filled(self, new, found, placed)
            return replace(self, rows=filled, entry=entry, placed=placed)
        return self.under(_layer(self, new, found))

    def even(self) -> ItemItem:
        """Return a scorer whose rows lie in the form in which they are read most quickly."""
        return replace(self, rows=rows.even(self.rows, self.placed if self.among_new else None))

    def under(self, layer: Layer) -> ItemItem:
        """Return a scorer with one more layer."""
        return replace(self, layers=(*self.layers, layer))

    def joined(self, first: int) -> ItemItem:
        """Return a scorer in which the layers from `first` on are one: the fewer the quicker."""
        if len(self.layers) - first < 2:
            return self
        whole = reduce(joined, self.layers[first:])
        return replace(self, layers=(*self.layers[:first], whole))

    def save(self, folder: Path) -> None:
        """Write rows and entry."""
        assert not self.layers, "late items are of a running server, not of a bundle"
        facts = _Facts(self.recency.decay, self.recency.older, self.among_new, self.content)
        rows.save(self.even().rows, folder / "rows.safetensors", facts)
        if self.placed is not None:
            tensors.save(folder / PLACED, {"placed": self.placed})
        if self.by_content is not None:
            tensors.save(folder / BY_CONTENT, {"by_content": self.by_content})
        self.entry.save(folder)

    @classmethod
    def load(cls, folder: Path) -> ItemItem:
        """Open what `save` wrote."""
        path = folder / "rows.safetensors"
        facts = msgspec.json.decode(rows.read_facts(path), type=_Facts)
        recency = Recency(facts.decay, facts.older)
        placed = None
        if (folder / PLACED).exists():
            placed = tensors.load(folder / PLACED)[0]["placed"]
        by_content = None
        if (folder / BY_CONTENT).exists():
            by_content = tensors.load(folder / BY_CONTENT)[0]["by_content"]
        told = facts.among_new, placed, facts.content, by_content
        return cls(rows.load(path), recency, Entry.load(folder), (), *told)


class _Facts(msgspec.Struct):
    decay: float
    older: float = 1.0
    among_new: Recency | None = None
    content: tuple[Kernel, ...] = ()


def asked(
    told: History | Histories, n_items: int, recency: Recency, among_new: Recency | None = None
) -> Query:
    """Return the known items of histories with their recency, where new items are scored too."""
    told = told.within(n_items)
    bounds = np.array([0, len(told)]) if isinstance(told, History) else told.indptr
    own, other = recency.weights(told), None
    if among_new is not None and among_new != recency:
        other = _as_heavy(among_new.weights(told), own, bounds)
    return Query(told.items, own, bounds, (), other)


def _as_heavy(weights: Floats, own: Floats, bounds: Places) -> Floats:
    """Return weights of which each history has as much as of its own ones.

    So the scale between new items and others is that of a long history for a short one, too.
    """
    if len(bounds) == 2:
        return weights * np.float32(own.sum() / max(weights.sum(), 1e-12))
    sums = np.concatenate([np.zeros((1, 2)), np.cumsum(np.stack([own, weights], axis=1), axis=0)])
    each = sums[bounds[1:]] - sums[bounds[:-1]]
    factors = each[:, 0] / np.maximum(each[:, 1], 1e-12)
    found: Floats = (weights * factors.repeat(np.diff(bounds))).astype(np.float32)
    return found


def split(read: Gathered, positions: Positions, n_items: int, n: int) -> Floats:
    """Split the scores of some positions over the `n` items of a history, float32 (m, n)."""
    told = said(read, positions, n_items)
    found = np.zeros((len(positions), n), np.float32)
    found[told.places, told.owners] = told.values
    return found


def said(read: Gathered, positions: Positions, n_items: int) -> Said:
    """Return what was read of some positions."""
    wanted = np.zeros(n_items, bool)  # a byte each: a look at all that was read is cheaper so
    wanted[positions] = True
    hit = wanted.take(read.columns, mode="clip").nonzero()[0]  # all are below n_items
    place = np.empty(n_items, np.int64)  # of others anything
    place[positions] = np.arange(len(positions))
    piece = read.lengths.cumsum().searchsorted(hit, side="right")
    places = place.take(read.columns.take(hit))
    return Said(places, read.owner.take(piece), read.values.take(hit))


def _layer(scorer: ItemItem, new: NewItems, found: Entered) -> Layer:
    """Return a layer of items after the last.

    Each new item keeps what it has in its column (`entry.STRONGEST` at most): a cut by rows would
    make its scores hang on which others came with it.
    """
    entry, n, mix, own = scorer.entry, scorer.rows.shape[0], found.mix, found.columns
    before = [own, *(sp.csr_array(layer.mix @ own) for layer in scorer.layers)]
    said = _said(scorer, found, scorer.rows, new.known, scorer.new[:n])
    known = rows.cut_apart(said, ~new.known, entry.kept, entry.kept_new)
    others = [sp.csr_array(mix @ layer.columns[:n]) for layer in scorer.layers]
    corner = sp.csr_array(mix @ own)
    corner.setdiag(0)
    return Layer(
        rows.stacked(before),
        sp.csr_array(sp.hstack([known, *others, corner], format="csr")),
        mix,
    )


def _filled(scorer: ItemItem, new: NewItems, found: Entered, placed: Mask) -> sp.csr_array:
    """Return the rows with columns for items that nobody has touched, and rows like their kin."""
    entry, n = scorer.entry, scorer.rows.shape[0]
    fresh = np.zeros(n, bool)
    fresh[new.positions] = True
    apart = fresh | ~new.known  # one item filled anew leaves the columns of its like uncut
    coo = found.columns.tocoo()
    spread = sp.csr_array(
        (coo.data, (coo.row, new.positions[coo.col].astype(np.int32))), shape=(n, n)
    )
    whole = sp.csr_array(rows.without_columns(scorer.rows, fresh) + spread)
    whole = rows.cut_apart(whole, apart, entry.kept, entry.kept_new)
    said = _said(scorer, found, whole, new.known, placed)
    own = rows.cut_apart(said, apart, entry.kept, entry.kept_new)
    return rows.replaced(whole, new.positions, own)


def _said(
    scorer: ItemItem, found: Entered, whole: sp.csr_array, known: Mask, placed: Mask
) -> sp.csr_array:
    """Return what new items say, float32 (m, n).

    What people did speaks through those that an item is like; how alike others are it says
    itself, as a known item does, and more so the further the known ones are beside what is most
    like it. Where nobody has touched anything like it, that is all it says.
    """
    n, mix, own = len(known), found.mix, found.content
    shares = np.ones(n, np.float32) if scorer.by_content is None else 1 - scorer.by_content
    lent = rows.times(_lent(mix, whole, known, shares), found.nearness)
    alone = 1 - found.nearness * rows.times_columns(mix, shares).sum(axis=1)
    alike = np.maximum(1 - found.nearness, scorer.entry.beside(scorer.content))
    if not (alone.any() or alike.any()):
        return lent
    lengths, columns = np.diff(own.indptr), own.indices
    counted = np.where(placed[columns], alone.repeat(lengths), 0)
    counted[known[columns]] = alike.repeat(lengths)[known[columns]]
    parts = (own.data * counted, own.indices, own.indptr)
    return sp.csr_array(lent + sp.csr_array(parts, shape=own.shape), dtype=np.float32)


def _lent(mix: sp.csr_array, whole: sp.csr_array, known: Mask, shares: Floats) -> sp.csr_array:
    """Return what new items say, float32 (m, n): what those say that they are like, and these.

    No row speaks of its own item. So that a new item does not name everything but what it is like,
    the nearest counts as much as the most that its own row says of a known item, and others by
    how near they are.

    Parameters
    ----------
    shares
        float32 (n,). How much of each row is lent.
    """
    nearest = rows.tops(mix, np.arange(mix.shape[0], dtype=np.int32), known)
    each, own = nearest.repeat(np.diff(mix.indptr)), mix.copy()
    own.data *= np.divide(
        rows.tops(whole, mix.indices, known), each, out=np.zeros_like(each), where=each > 0
    )
    mix, own = rows.times_columns(mix, shares), rows.times_columns(own, shares)
    return sp.csr_array(mix @ whole + own)


def _spread(told: sp.csr_array, found: Floats) -> None:
    """Write what histories and rows give into scores, float32 (m, n_items)."""
    row = np.repeat(np.arange(told.shape[0]), np.diff(told.indptr))
    found[row, told.indices] = told.data
