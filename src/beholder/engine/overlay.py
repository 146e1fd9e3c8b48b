"""The present state of a catalogue over a frozen bundle: hidden, changed and late items.

Late items stand in two layers, sealed and fresh: what comes is joined to the small one, and no
matrix and no vectors of the catalogue are copied; a few numbers an item are. Each state is made
from the one before by what changed since.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from beholder.bundle.parts import Parts, words_of_items
from beholder.dataset.build import item_table
from beholder.dataset.codes import coded
from beholder.dataset.numbers import numbers_of
from beholder.dataset.texts import Groups, product_of, text_of
from beholder.engine.cards import Cards
from beholder.engine.late import Arrived, Grown, grow, repainted, ungrown
from beholder.engine.variety import varied
from beholder.rules.mask import Masks
from beholder.rules.offers import Offer, offers_of
from beholder.rules.translations import labels_of
from beholder.scorers.blend import Blend
from beholder.scorers.features import Sight
from beholder.scorers.interface import Floats, Mask, Positions
from beholder.scorers.item_item import ItemItem
from beholder.spaces import Modality, Similarity
from beholder.spaces.word_index import WordIndex

VectorsOf = Callable[
    [Sequence[str], Sequence[Sequence[str]], Sequence[str]], Mapping[str, Modality]
]
FRESH = 100  # late items in the small layer before they are sealed into the other
OFFERS = 16  # lists of names whose offers are kept: callers may ask for any
SAME = 0.9999  # cosine from which two vectors are the same one, mapped twice


class Changed(NamedTuple):
    """The words of some positions, int64 (m,)."""

    positions: NDArray[np.int64]
    words: WordIndex


@dataclass(frozen=True)
class Overlay:
    """What a request reads; replaced as a whole when the catalogue changes.

    Attributes
    ----------
    version
        Catalogue version whose rows it shows; after `with_rows` items may be compared as before it.
    now
        Blend, similarity and content over all items.
    shown
        bool (n,). Positions that may be in an answer.
    position_of_seq
        int32. Position by catalogue sequence number; -1, also the last one: unknown.
    position_of_id
        Position by item id.
    masks
        Of filters over the attributes of all items.
    products
        Which of all items are variants of one product.
    base
        The bundle, its items compared by the words and pictures that they have now.
    arrived, n_sealed, sealed
        The items that came after the bundle; so many of them are in the large layer.
    bundle
        Name of the bundle; empty where there is none.
    """

    parts: Parts
    version: int
    cards: Cards
    now: Grown
    shown: NDArray[np.bool_]
    position_of_seq: NDArray[np.int32]
    position_of_id: Mapping[str, int]
    masks: Masks
    products: Groups
    base: Grown
    arrived: Arrived
    n_sealed: int
    sealed: Grown
    bundle: str = ""

    @property
    def blend(self) -> Blend:
        """What scores."""
        return self.now.blend

    @property
    def similar(self) -> ItemItem:
        """What looks and reads alike."""
        return self.now.similar

    @property
    def content(self) -> Similarity:
        """How alike all items are."""
        return self.now.content

    @property
    def n_late(self) -> int:
        """How many positions came after the bundle."""
        return len(self.arrived)

    @cached_property
    def seqs(self) -> NDArray[np.int64]:
        """int64 (n,). Catalogue number of each position."""
        seqs: NDArray[np.int64] = self.cards.table["seq"].to_numpy()
        return seqs

    @property
    def groups(self) -> Positions:
        """int32 (n,). Variants of one product share a number; -1: none is known."""
        return self.products.of_items

    @cached_property
    def varies(self) -> bool:
        """Whether a product has several items."""
        return bool((np.bincount(self.groups[self.groups >= 0]) > 1).any())

    @cached_property
    def pictured(self) -> Mask:
        """bool (n,). The items that are shown with a picture."""
        has = pc.and_(self.cards.table["picture"].is_valid(), self.cards.table["width"].is_valid())
        return np.asarray(has.to_numpy().astype(bool))

    @cached_property
    def ties(self) -> NDArray[np.uint32]:
        """uint32 (n,). Order among equal scores: those with a picture first."""
        last = (~self.pictured).astype(np.uint32) << np.uint32(31)
        return (self.blend.ties >> np.uint32(1)) | last

    @cached_property
    def popularity(self) -> Floats:
        """float32 (n,). As people see it of whom nothing is known."""
        return np.pad(self.parts.popularity, (0, self.n_late))

    def offers(self, names: tuple[str, ...] = ()) -> tuple[Offer, ...]:
        """Return what can be chosen of these attributes; none: of those that suggest themselves."""
        found = self._offers.get(names)
        if found is None:
            if len(self._offers) >= OFFERS:
                self._offers.clear()
            found = self._offers[names] = offers_of(self.masks.facets, self.shown, names)
        return found

    def labels(self, name: str) -> Mapping[str, Mapping[str, str]]:
        """Return what values of an attribute are called in other languages."""
        if name not in self.masks.facets.fields:
            return {}  # kept names are of the catalogue, never of whoever asks
        if name not in self._labels:
            self._labels[name] = labels_of(name, self.masks.facets)
        return self._labels[name]

    @cached_property
    def _offers(self) -> dict[tuple[str, ...], tuple[Offer, ...]]:
        return {}

    @cached_property
    def _labels(self) -> dict[str, Mapping[str, Mapping[str, str]]]:
        return {}

    @cached_property
    def words(self) -> Changed:
        """What words find among items that came or changed since the bundle."""
        table, old = self.cards.table, self.parts.items
        positions = np.arange(old.num_rows, table.num_rows)
        if table is not old:
            now = table.slice(0, old.num_rows)
            other = np.zeros(old.num_rows, bool)
            for name in ("title", "attributes"):
                differ = pc.not_equal(pc.fill_null(now[name], ""), pc.fill_null(old[name], ""))
                other |= differ.to_numpy().astype(bool)
            positions = np.concatenate([np.flatnonzero(other), positions])
        return Changed(positions, words_of_items(table.take(pa.array(positions, pa.int64()))))

    @cached_property
    def strangers(self) -> Floats:
        """float32 (n,). The scores of somebody without a history."""
        return (np.float32(self.parts.choice.weights.popularity) * self.popularity).astype(
            np.float32
        )

    @cached_property
    def top_of_strangers(self) -> float:
        """The largest score of somebody without a history."""
        return float(self.strangers.max(initial=0))

    @cached_property
    def sight(self) -> Sight | None:
        """All items as the ranker reads them; None: the bundle has none."""
        ranker = self.parts.ranker
        if ranker is None:
            return None
        codes = coded(self.masks.facets, ranker.reads.codes)
        return ranker.sight(self.content, codes, self.groups)

    @cached_property
    def foresight(self) -> Sight | None:
        """All items as the heads read them; None: the bundle has none."""
        heads = self.parts.heads
        if heads is None:
            return None
        codes = coded(self.masks.facets, heads.reads.codes)
        return heads.sight(self.content, codes, self.groups)

    @cached_property
    def order(self) -> Positions:
        """int32. All shown positions as strangers see them; see `variety.varied`."""
        among = self.parts.choice.first_look.among
        return varied(self.popularity, self.shown, self.content, self.ties, among)

    @cached_property
    def falling(self) -> Floats:
        """float32. The score of each place of `order`: it falls, whoever stands there."""
        scores = self.strangers[self.order]
        head = scores[: self.parts.choice.first_look.among]
        head[:] = np.sort(head)[::-1]
        return scores

    def touched(self, position: int) -> bool:
        """Whether the bundle knows behaviour of an item."""
        return position < len(self.parts.known) and bool(self.parts.known[position])

    def positions(self, seqs: NDArray[np.int64]) -> NDArray[np.int32]:
        """Map catalogue sequence numbers, at least 0, to positions, -1 for unknown ones."""
        return self.position_of_seq.take(seqs, mode="clip")


def bare(parts: Parts, bundle: str = "", root: str = "") -> Overlay:
    """Return the bundle as it is, without a store; for `root` see `cards.picture_of`."""
    n, base = parts.items.num_rows, ungrown(parts)
    seqs = parts.items["seq"].to_numpy()
    position_of_seq = np.full(int(seqs.max(initial=-1)) + 2, -1, np.int32)
    position_of_seq[seqs] = np.arange(n, dtype=np.int32)
    nothing = Arrived([], {})
    return Overlay(
        parts,
        int(parts.choice.catalogue_version),
        Cards(parts.items, root),
        base,
        ~np.asarray(parts.items["hidden"].to_numpy(zero_copy_only=False), bool),
        position_of_seq,
        dict(zip(parts.items["item_id"].to_pylist(), range(n), strict=True)),
        Masks(parts.facets),
        parts.groups,
        base,
        nothing,
        0,
        base,
        bundle,
    )


def follow(view: Overlay, changed: pa.Table, version: int, vectors_of: VectorsOf) -> Overlay:
    """Return the overlay after some changes of the catalogue.

    Parameters
    ----------
    changed
        Rows of the store's `items(changed_after=view.version)`.
    version
        Of the catalogue, as of these rows.
    vectors_of
        Gives raw vectors by name for some items: ids, picture hashes and texts.
    """
    if not changed.num_rows:
        return replace(view, version=version)
    places = view.positions(changed["seq"].to_numpy())
    table = item_table(changed).cast(view.parts.items.schema)
    there = places >= 0
    rows = _with_rows(view, places[there], table.filter(pa.array(there)), ~_away(changed)[there])
    view = replace(_compared(view, rows, places[there], vectors_of), version=version)
    if there.all():
        return view
    # What is hidden has a place, too: what people did with it says what they like.
    return _joined(view, table.filter(pa.array(~there)), ~_away(changed)[~there], vectors_of)


def with_rows(view: Overlay, changed: pa.Table, version: int) -> Overlay:
    """Return the overlay with the rows of some items as they are now.

    What is hidden, out of stock, banned or named otherwise is so; items are compared as they were,
    and new ones are not there yet. For thousands of items with other words `follow` takes seconds,
    and this as long as reading their rows.

    Parameters
    ----------
    changed, version
        As in `follow`.
    """
    places = view.positions(changed["seq"].to_numpy())
    there = places >= 0
    table = item_table(changed).cast(view.parts.items.schema).filter(pa.array(there))
    view = _with_rows(view, places[there], table, ~_away(changed)[there])
    return replace(view, version=version)


def _away(changed: pa.Table) -> Mask:
    away = pc.or_(changed["hidden"], changed["deleted"])
    return np.asarray(away.to_numpy(zero_copy_only=False), bool)


def _with_rows(view: Overlay, places: Positions, table: pa.Table, visible: Mask) -> Overlay:
    """Show changed rows, of which only the visible ones may be in an answer."""
    if not len(places):
        return view
    shown = view.shown.copy()
    shown[places] = visible
    facets = view.masks.facets.changed(places, _attributes(table))
    masks = view.masks.moved(facets, places.astype(np.int64))
    return replace(view, cards=view.cards.with_rows(places, table), masks=masks, shown=shown)


def _compared(before: Overlay, view: Overlay, places: Positions, vectors_of: VectorsOf) -> Overlay:
    """Compare items anew whose words, pictures or product are others than before."""
    if not len(places):
        return view
    rows = pa.array(places)
    was, table = before.cards.table.take(rows), view.cards.table.take(rows)
    other = np.array([a != b for a, b in zip(_content(was), _content(table), strict=True)])
    other |= _seen_anew(view, places, table, vectors_of)
    if not other.any():
        return view
    groups, products = view.groups, view.products.changed(places, _attributes(table))
    seen = _arriving(view, table.filter(pa.array(other)), vectors_of)
    places, n = places[other], view.parts.items.num_rows
    base, arrived = view.base, view.arrived
    if (places < n).any():
        kin = _kin(places, groups) | _kin(places, products.of_items)
        base = repainted(
            view.parts, base, places[places < n], seen.take(places < n), products.of_items, kin[:n]
        )
    if (places >= n).any():
        arrived = arrived.with_others(places[places >= n] - n, seen.take(places >= n))
    sealed, n_sealed = view.sealed, view.n_sealed
    if (places < n + n_sealed).any():
        sealed = grow(view.parts, base, arrived.part(0, n_sealed), products.of_items)
    now = grow(view.parts, sealed, arrived.part(n_sealed, len(arrived)), products.of_items)
    return replace(view, products=products, base=base, arrived=arrived, sealed=sealed, now=now)


def _kin(places: Positions, groups: Positions) -> Mask:
    """Return the items that are of one product with some of them, bool (n,)."""
    own = groups[places]
    return np.isin(groups, own[own >= 0])


def _joined(view: Overlay, new: pa.Table, visible: Mask, vectors_of: VectorsOf) -> Overlay:
    """Give new items the positions after the last; only visible ones may be in an answer."""
    arriving = _arriving(view, new, vectors_of)
    products = view.products.plus(_attributes(new))
    now = grow(view.parts, view.now, arriving, products.of_items)
    n_sealed, sealed = view.n_sealed, view.sealed
    if view.n_late + len(arriving) - n_sealed > FRESH:
        n_sealed = view.n_late + len(arriving)
        now = sealed = now.joined(0)
    else:
        now = now.joined(1 if n_sealed else 0)
    first = view.parts.items.num_rows + view.n_late
    seqs = new["seq"].to_numpy()
    size = max(len(view.position_of_seq), int(seqs.max()) + 2)
    position_of_seq = np.full(size, -1, np.int32)
    position_of_seq[: len(view.position_of_seq)] = view.position_of_seq
    position_of_seq[seqs] = np.arange(first, first + len(seqs), dtype=np.int32)
    ids = zip(new["item_id"].to_pylist(), range(first, first + len(seqs)), strict=True)
    facets = view.masks.facets.appended(_attributes(new))
    return replace(
        view,
        cards=view.cards.plus(new),
        masks=view.masks.moved(facets, np.empty(0, np.int64)),
        products=products,
        now=now,
        shown=np.concatenate([view.shown, visible]),
        position_of_seq=position_of_seq,
        position_of_id={**view.position_of_id, **dict(ids)},
        arrived=view.arrived.plus(arriving),
        n_sealed=n_sealed,
        sealed=sealed,
    )


def _seen_anew(view: Overlay, places: Positions, table: pa.Table, vectors_of: VectorsOf) -> Mask:
    """Return which items have other vectors than those that they are compared by.

    Other ones were imported, or another picture of theirs was encoded since.
    """
    n, spaces = len(places), view.content.spaces
    one, two = np.arange(n), np.arange(n, 2 * n)
    other = np.zeros(n, bool)
    for name, raw in vectors_of(_ids(table), _pictures(table), _texts(table)).items():
        if name in spaces:
            both = spaces[name].of(places).grown(n, raw)
            same = (both.pairs(one, two) > SAME) | ~(both.present[one] | both.present[two])
            other |= raw.present & ~same
    return other


def _arriving(view: Overlay, table: pa.Table, vectors_of: VectorsOf) -> Arrived:
    vectors = vectors_of(_ids(table), _pictures(table), _texts(table))
    numbers = numbers_of(_attributes(table), list(view.content.numbers))
    return Arrived(_texts(table), {**vectors, **numbers})


def _ids(table: pa.Table) -> list[str]:
    ids: list[str] = table["item_id"].to_pylist()
    return ids


def _texts(table: pa.Table) -> list[str]:
    titles = table["title"].to_pylist()
    return [text_of(*both) for both in zip(titles, _attributes(table), strict=True)]


def _content(table: pa.Table) -> list[tuple[str, list[str], str | None, bool]]:
    """Return text, pictures, product, and whether the cover was encoded: its facts come with it."""
    encoded = table["colour"].is_valid().to_pylist()
    products = [product_of(own) for own in _attributes(table)]
    return list(zip(_texts(table), _pictures(table), products, encoded, strict=True))


def _pictures(table: pa.Table) -> list[list[str]]:
    return [own or [] for own in table["pictures"].to_pylist()]


def _attributes(table: pa.Table) -> list[dict[str, Any]]:
    return [msgspec.json.decode(text or "{}") for text in table["attributes"].to_pylist()]
