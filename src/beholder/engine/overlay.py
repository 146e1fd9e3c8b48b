"""The present state of a catalogue over a frozen bundle: hidden, changed and late items."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import scipy.sparse as sp
from numpy.typing import NDArray

from beholder.bundle.parts import ITEM_COLUMNS, Parts
from beholder.dataset.content import ContentSpace
from beholder.dataset.texts import product_of, text_of
from beholder.engine.cards import Cards
from beholder.engine.late import Grown, grow
from beholder.engine.variety import varied
from beholder.models.blend import Blend
from beholder.models.interface import Floats, Positions

VectorsOf = Callable[[list[str | None]], Mapping[str, Floats]]


@dataclass(frozen=True)
class Overlay:
    """What a request reads; replaced as a whole when the catalogue changes.

    Attributes
    ----------
    version
        Catalogue version it shows.
    shown
        bool (n,). Positions that may be in an answer.
    position_of_seq
        int32. Position by catalogue sequence number; -1: unknown.
    position_of_id
        Position by item id.
    popularity
        float32 (n,).
    n_late
        How many positions came after the bundle.
    """

    version: int
    cards: Cards
    blend: Blend
    similar: sp.csr_array
    content: ContentSpace
    popularity: Floats
    shown: NDArray[np.bool_]
    position_of_seq: NDArray[np.int32]
    position_of_id: Mapping[str, int]
    n_late: int

    @cached_property
    def order(self) -> Positions:
        """int32. All shown positions as strangers see them; see `variety.varied`."""
        space = self.content.main_picture
        vectors = None if space is None else space.vectors
        return varied(self.popularity, self.shown, vectors, self.blend.ties)

    def positions(self, seqs: NDArray[np.int64]) -> NDArray[np.int32]:
        """Map catalogue sequence numbers, at least 0, to positions, -1 for unknown ones."""
        return self.position_of_seq.take(seqs, mode="clip")


def bare(parts: Parts) -> Overlay:
    """Return the bundle as it is, without a store."""
    return build(parts, parts.items.schema.empty_table(), 0, lambda pictures: {})


def build(parts: Parts, changed: pa.Table, version: int, vectors_of: VectorsOf) -> Overlay:
    """Lay changes of the catalogue over a bundle.

    Parameters
    ----------
    changed
        Rows of the store's `items(changed_after=...)`, or an empty table.
    vectors_of
        Gives raw vectors by encoder for picture digests, zero rows where there are none.
    """
    n = parts.items.num_rows
    seqs = parts.items["seq"].to_numpy()
    if not changed.num_rows:
        return _assemble(parts, parts.items, _plain(parts), 0, version, set())
    changes = changed.select([*ITEM_COLUMNS, "hidden", "deleted"])
    away = pc.or_(changes["hidden"], changes["deleted"])
    gone = set(changes.filter(away)["seq"].to_pylist())
    in_bundle = np.isin(changes["seq"].to_numpy(), seqs)
    late = changes.filter(pa.array(~in_bundle & ~np.isin(changes["seq"].to_numpy(), list(gone))))
    kept = changes.filter(pa.array(in_bundle)).select(list(ITEM_COLUMNS))
    table = _replaced(parts.items, kept)
    if not late.num_rows:
        return _assemble(parts, table, _plain(parts), 0, version, gone)
    attributes = _attributes(late)
    texts = [text_of(*both) for both in zip(late["title"].to_pylist(), attributes, strict=True)]
    raw = dict(vectors_of(late["picture"].to_pylist()))
    known = np.asarray(parts.popularity > 0)
    grown = grow(parts, raw, texts, known, _variants(parts.items, attributes))
    rows = late.select(list(ITEM_COLUMNS)).cast(table.schema)
    both = pa.concat_tables([table, rows]).combine_chunks()
    assert both.num_rows == n + late.num_rows
    return _assemble(parts, both, grown, late.num_rows, version, gone)


def _attributes(items: pa.Table) -> list[dict[str, Any]]:
    return [msgspec.json.decode(text or "{}") for text in items["attributes"].to_pylist()]


def _variants(items: pa.Table, late: list[dict[str, Any]]) -> sp.csr_array:
    """Return which items of the bundle are variants of late ones: bool (n_late, n_items)."""
    variants = sp.lil_array((len(late), items.num_rows), dtype=np.bool_)
    codes = [product_of(attributes) for attributes in late]
    if any(code is not None for code in codes):
        places = defaultdict(list)
        for place, attributes in enumerate(_attributes(items)):
            places[product_of(attributes)].append(place)
        for row, code in enumerate(codes):
            if code is not None:
                variants[row, places[code]] = True
    return sp.csr_array(variants)


def _plain(parts: Parts) -> Grown:
    return Grown(parts.blend, parts.similar, parts.content)


def _replaced(items: pa.Table, changed: pa.Table) -> pa.Table:
    """Return the item table with changed rows in their places."""
    if not changed.num_rows:
        return items
    place = {seq: i for i, seq in enumerate(items["seq"].to_pylist())}
    order = np.arange(items.num_rows)
    both = pa.concat_tables([items, changed.cast(items.schema)]).combine_chunks()
    for i, seq in enumerate(changed["seq"].to_pylist()):
        order[place[seq]] = items.num_rows + i
    return both.take(pa.array(order))


def _assemble(
    parts: Parts,
    table: pa.Table,
    grown: Grown,
    n_late: int,
    version: int,
    gone: set[int],
) -> Overlay:
    seqs = table["seq"].to_numpy()
    position_of_seq = np.full(int(seqs.max(initial=-1)) + 2, -1, np.int32)  # the last: unknown
    position_of_seq[seqs] = np.arange(len(seqs), dtype=np.int32)
    shown = ~np.isin(seqs, list(gone)) if gone else np.ones(len(seqs), bool)
    return Overlay(
        version=version,
        cards=Cards(table),
        blend=grown.blend,
        similar=grown.similar,
        content=grown.content,
        popularity=np.pad(parts.popularity, (0, n_late)),
        shown=shown,
        position_of_seq=position_of_seq,
        position_of_id={item: i for i, item in enumerate(table["item_id"].to_pylist())},
        n_late=n_late,
    )
