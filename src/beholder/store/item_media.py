"""Which media an item shows, in order, and what is known of each; the first one is the cover."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects import sqlite

from beholder.store import counters, schema

items, item_media, media = schema.items, schema.item_media, schema.media
CHUNK = 5_000  # values in one question to the database

MEDIUM = pa.struct(
    [
        ("hash", pa.string()),
        ("kind", pa.string()),
        ("width", pa.int32()),
        ("height", pa.int32()),
        ("colour", pa.string()),
        ("seconds", pa.float32()),
    ]
)
"""One medium of an item. All but the hash is null until it was looked at."""
COLUMNS = (item_media.c.hash, *(media.c[name] for name in MEDIUM.names[1:]))
LOOKED_AT = item_media.outerjoin(media, media.c.hash == item_media.c.hash)
Facts = tuple[int, int, str]


def hashes(connection: Connection, seqs: Sequence[int]) -> dict[int, list[str]]:
    """Return the SHA-256 of each item's media, in order; items without any are left out."""
    found: dict[int, list[str]] = {}
    for some in _chunks(seqs):
        wanted = select(item_media.c.item, item_media.c.hash).where(item_media.c.item.in_(some))
        for seq, digest in connection.execute(wanted.order_by(item_media.c.item, _PLACE)):
            found.setdefault(seq, []).append(digest)
    return found


def replace(connection: Connection, lists: Mapping[int, Sequence[str]]) -> None:
    """Give items other media."""
    for some in _chunks(list(lists)):
        connection.execute(delete(item_media).where(item_media.c.item.in_(some)))
    add(connection, lists)


def add(connection: Connection, lists: Mapping[int, Sequence[str]]) -> None:
    """Give media to items that have none."""
    rows = [
        {"item": seq, "place": place, "hash": digest}
        for seq, digests in lists.items()
        for place, digest in enumerate(digests)
    ]
    if rows:
        connection.execute(insert(item_media), rows)


def column(connection: Connection, seqs: NDArray[np.int64], changed_after: int) -> pa.Array:
    """Return the media of items, a list of `MEDIUM` each.

    Parameters
    ----------
    seqs
        Rising: those that changed after this version of the catalogue, or all.
    """
    wanted = select(item_media.c.item, *COLUMNS).select_from(LOOKED_AT)
    if changed_after > 0:
        changed = select(items.c.seq).where(items.c.changed > changed_after)
        wanted = wanted.where(item_media.c.item.in_(changed))
    owners: list[NDArray[np.int64]] = []
    parts: list[pa.Array] = []
    for rows in connection.execute(wanted.order_by(item_media.c.item, _PLACE)).partitions(20_000):
        item, *fields = zip(*rows, strict=True)
        owners.append(np.array(item, np.int64))
        arrays = [pa.array(values, f.type) for values, f in zip(fields, MEDIUM, strict=True)]
        parts.append(pa.StructArray.from_arrays(arrays, fields=list(MEDIUM)))
    flat = pa.concat_arrays(parts) if parts else pa.array([], MEDIUM)
    owner = np.concatenate(owners) if owners else np.empty(0, np.int64)
    kept = np.isin(owner, seqs)  # else of items that were deleted
    if not kept.all():
        flat, owner = flat.filter(pa.array(kept)), owner[kept]
    bounds = np.append(np.searchsorted(owner, seqs), len(owner)).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(bounds), flat)


def covers(lists: pa.Array) -> pa.StructArray:
    """Return the first medium of each list that could be read, or the first; null without any."""
    bounds = lists.offsets.to_numpy()
    starts, there = bounds[:-1], np.diff(bounds) > 0
    read = np.flatnonzero(lists.values.field("width").is_valid().to_numpy(zero_copy_only=False))
    following = np.append(read, bounds[-1])[np.searchsorted(read, starts)]
    chosen = np.where(following < bounds[1:], following, starts)
    return lists.values.take(pa.array(chosen, mask=~there))


def of_item(connection: Connection, seq: int) -> list[dict[str, Any]]:
    """Return the media of one item, with the fields of `MEDIUM`."""
    wanted = select(*COLUMNS).select_from(LOOKED_AT).where(item_media.c.item == seq)
    return [dict(row) for row in connection.execute(wanted.order_by(_PLACE)).mappings()]


def set_facts(connection: Connection, is_sqlite: bool, facts: Mapping[str, Facts]) -> None:
    """Keep width, height and main colour of pictures; items that show them count as changed."""
    if not facts:
        return
    statement = _dialect(is_sqlite).insert(media)
    names = ("kind", "width", "height", "colour")
    statement = statement.on_conflict_do_update(
        index_elements=["hash"], set_={name: statement.excluded[name] for name in names}
    )
    connection.execute(
        statement,
        [
            {"hash": key, "kind": "picture", "width": width, "height": height, "colour": colour}
            for key, (width, height, colour) in facts.items()
        ],
    )
    at = counters.draw(connection, "catalogue")
    for some in _chunks(list(facts)):
        showing = select(item_media.c.item).where(item_media.c.hash.in_(some))
        connection.execute(update(items).where(items.c.seq.in_(showing)).values(changed=at))


_PLACE = item_media.c.place


def _chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


def _dialect(is_sqlite: bool) -> Any:
    if is_sqlite:
        return sqlite
    from sqlalchemy.dialects import postgresql  # takes as long to import as all of SQLAlchemy

    return postgresql
