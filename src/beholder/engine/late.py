"""Items that came after the bundle: taken in by their content, as its own cold items were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from beholder.bundle.parts import Parts
from beholder.dataset.dataset import WORDS
from beholder.dataset.new_items import Compared
from beholder.scorers import rows
from beholder.scorers.anew import compared_anew
from beholder.scorers.blend import Blend
from beholder.scorers.entry import Entry
from beholder.scorers.interface import Mask, Places, Positions
from beholder.scorers.item_item import ItemItem
from beholder.scorers.layers import Layer
from beholder.spaces import Modality, Similarity

KEPT = 200  # entries a row of what is alike


@dataclass(frozen=True)
class Arrived:
    """What is known of items without a place in the bundle, in the order in which they get one.

    Attributes
    ----------
    raw
        Vectors of their pictures by encoder, and their numbers.
    """

    texts: list[str]
    raw: Mapping[str, Modality]

    def __len__(self) -> int:
        return len(self.texts)

    def content(self, known: Similarity) -> dict[str, Modality | Sequence[str]]:
        """Return what is known of them by modality, of those that are compared."""
        compared = {*known.spaces, *known.numbers}
        found: dict[str, Modality | Sequence[str]] = {
            name: vectors for name, vectors in self.raw.items() if name in compared
        }
        return {**found, WORDS: self.texts} if WORDS in known.spaces else found

    def at(self, order: Places) -> Arrived:
        """Return them in another order, int64 (m,)."""
        raw = {name: vectors.at(order) for name, vectors in self.raw.items()}
        return Arrived([self.texts[i] for i in order.tolist()], raw)

    def part(self, start: int, stop: int) -> Arrived:
        """Return some that follow each other."""
        return self.at(np.arange(start, stop))

    def take(self, mask: Mask) -> Arrived:
        """Return those where the mask holds, bool (m,)."""
        return self.at(np.flatnonzero(mask))

    def plus(self, more: Arrived) -> Arrived:
        """Return these, and others after them."""
        raw = {
            name: _of(self, name, more).plus(_of(more, name, self))
            for name in {**self.raw, **more.raw}
        }
        return Arrived(self.texts + more.texts, raw)

    def with_others(self, places: Positions, others: Arrived) -> Arrived:
        """Return these with others in some places, int (k,)."""
        order = np.arange(len(self))
        order[places] = len(self) + np.arange(len(others))
        return self.plus(others).at(order)


def _of(some: Arrived, name: str, others: Arrived) -> Modality:
    """Return their vectors of an encoder, none where only the others have it."""
    if name in some.raw:
        return some.raw[name]
    return Modality.empty(len(some), others.raw[name].dim)


class Grown(NamedTuple):
    """What is asked over all items that there are."""

    blend: Blend
    similar: ItemItem
    content: Similarity

    @property
    def n_items(self) -> int:
        """Number of positions."""
        return self.blend.n_items

    def joined(self, first: int) -> Grown:
        """Return the same with the layers from `first` on as one."""
        blend = replace(self.blend, item_item=self.blend.item_item.joined(first))
        return self._replace(blend=blend, similar=self.similar.joined(first))


def ungrown(parts: Parts) -> Grown:
    """Return the bundle as it is."""
    return Grown(parts.blend, _alike(parts.similar), parts.content)


def grow(parts: Parts, before: Grown, arrived: Arrived, groups: Positions) -> Grown:
    """Lay a layer of new items over what there is; no matrix of the bundle is copied for it.

    Parameters
    ----------
    before
        The bundle, maybe with layers of items that came earlier.
    groups
        int32 (n,) by position. Variants of one product share a number; -1: none is known.
    """
    if not len(arrived):
        return before
    content = before.content.grown(len(arrived), arrived.content(before.content))
    positions = np.arange(before.n_items, before.n_items + len(arrived))
    compared = Compared(content, positions, KEPT if parts.compared else 0)
    blend = before.blend.grown(compared.among(groups, np.asarray(parts.known)))
    similar = before.similar
    if parts.compared:
        similar = _similar(similar, compared.alike())
    return Grown(blend, similar, content)


def repainted(
    parts: Parts,
    before: Grown,
    places: Positions,
    seen: Arrived,
    groups: Positions,
    kin: Mask,
) -> Grown:
    """Return the bundle with items compared by other words and pictures.

    Behaviour keeps what it says of them; those without any, and such as they were or are near, are
    scored by their content anew. The matrices are copied, which is rare: a price or a stock is no
    content.

    Parameters
    ----------
    kin
        bool (n,). Items that are or were of one product with some of them.
    """
    order = np.argsort(places)
    positions = places[order].astype(np.int64)
    content = before.content.with_others(positions, seen.at(order).content(before.content))
    was, now = (Compared(one, positions, KEPT) for one in (before.content, content))
    near = now.alike()
    similar = _alike_anew(before.similar, positions, near)
    known = np.asarray(parts.known)
    touched = positions[known[positions]]
    blend = before.blend
    if len(touched):
        both = (Compared(one, touched).among(groups, known) for one in (before.content, content))
        blend = replace(blend, item_item=compared_anew(blend.item_item, *both))
    stale = _named(was.alike()) | _named(near) | kin
    stale |= _speaking_of(before.blend.item_item.rows, positions)
    stale[positions] = True
    stale &= ~known
    filled = blend.grown(Compared(content, np.flatnonzero(stale)).among(groups, known))
    others = np.flatnonzero(~known & ~stale)
    whole = rows.replaced(filled.item_item.rows, others, blend.item_item.rows[others])
    item_item = replace(filled.item_item, rows=whole).even()
    return Grown(replace(filled, item_item=item_item), similar, content)


def _speaking_of(said: sp.csr_array, items: Places) -> Mask:
    """Return which rows say something of some items, bool (n,)."""
    wanted = np.zeros(said.shape[0], bool)
    wanted[items] = True
    row = np.repeat(np.arange(said.shape[0]), np.diff(said.indptr))
    found = np.zeros(said.shape[0], bool)
    found[row[wanted[said.indices] & (said.data != 0)]] = True
    return found


def _named(near: sp.csr_array) -> Mask:
    """Return which items are among the nearest of some, bool (n,)."""
    named = np.zeros(near.shape[1], bool)
    named[near.indices] = True
    return named


def _alike_anew(before: ItemItem, positions: Places, near: sp.csr_array) -> ItemItem:
    """Return what is alike with other rows and columns of some items."""
    n = before.n_items
    gone = np.zeros(n, bool)
    gone[positions] = True
    own = rows.spread_rows(near, positions, n)
    stays = sp.diags_array((~gone).astype(np.float32))
    others = stays @ rows.without_columns(before.rows, gone)
    return _alike(sp.csr_array(others + own + stays @ own.T, dtype=np.float32))


def _alike(similar: sp.csr_array) -> ItemItem:
    return ItemItem(similar, entry=Entry(kept=KEPT, kept_new=KEPT))


def _similar(before: ItemItem, near: sp.csr_array) -> ItemItem:
    """Return what is alike, new items among it; `near` is (m, n + m)."""
    m, n = near.shape[0], before.n_items
    columns = rows.cut(sp.csr_array(near[:, :n].T), KEPT)
    nobody = sp.csr_array((m, before.rows.shape[0]), dtype=np.float32)
    return before.under(Layer(columns, near, nobody))
