"""The catalogue in SQL. Every change gets a new catalogue version, so that servers can follow."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects import sqlite

from beholder.errors import DataError
from beholder.store import counters, schema
from beholder.store.bulk import insert_new, lookup
from beholder.store.ids import check_id
from beholder.store.quick import Question
from beholder.store.records import Counts, ItemRecord

items, media = schema.items, schema.media
CHUNK = 5_000  # hashes in one question to the database

SCHEMA = pa.schema(
    [
        ("seq", pa.int64()),
        ("item_id", pa.string()),
        ("title", pa.string()),
        ("attributes", pa.string()),
        ("picture", pa.string()),
        ("width", pa.int32()),
        ("height", pa.int32()),
        ("colour", pa.string()),
        ("hidden", pa.bool_()),
        ("deleted", pa.bool_()),
        ("changed", pa.int64()),
    ]
)
COLUMNS = (
    items.c.seq,
    items.c.item_id,
    items.c.title,
    items.c.attributes,
    items.c.cover.label("picture"),
    media.c.width,
    media.c.height,
    media.c.colour,
    items.c.hidden,
    items.c.deleted,
    items.c.changed,
)
JOINED = items.outerjoin(media, media.c.hash == items.c.cover)
VERSION = Question(select(schema.counters.c.value).where(schema.counters.c.name == "catalogue"))


def put(connection: Connection, records: Sequence[ItemRecord]) -> Counts:
    """Add items or change them; what is as it was stays untouched.

    A deleted item that is put again comes back under its old row number.
    """
    wanted = {record.item_id: record for record in records}  # the last one of an id wins
    old = {row["item_id"]: row for row in _rows(connection, list(wanted))}
    counts = Counts(same=len(records) - len(wanted))
    added, changed = [], []
    for item_id, record in wanted.items():
        row = _row(record, old.get(item_id))
        if item_id not in old:
            added.append(row)
        elif any(old[item_id][name] != value for name, value in row.items()):
            changed.append({f"_{name}": value for name, value in row.items()})
        else:
            counts.same += 1
    if not added and not changed:
        return counts
    at = counters.draw(connection, "catalogue")
    if added:
        first = counters.draw(connection, "item", len(added))
        for i, row in enumerate(added):
            row |= {"seq": first + i, "changed": at}
        order = [column.name for column in items.columns]
        insert_new(connection, items, (tuple(row[name] for name in order) for row in added))
    if changed:
        names = ("title", "attributes", "pictures", "cover", "hidden", "deleted")
        connection.execute(
            update(items)
            .where(items.c.item_id == bindparam("_item_id"))
            .values(changed=at, **{name: bindparam(f"_{name}") for name in names}),
            changed,
        )
    counts.added, counts.changed = len(added), len(changed)
    return counts


def table(connection: Connection, changed_after: int) -> pa.Table:
    """Return the items that changed after a version, by row number; `SCHEMA` has the columns.

    Deleted ones are among them only where `changed_after` is above 0.
    """
    wanted = select(*COLUMNS).select_from(JOINED).order_by(items.c.seq)
    if changed_after > 0:
        wanted = wanted.where(items.c.changed > changed_after)
    else:
        wanted = wanted.where(items.c.deleted.is_(False))
    batches = []
    for rows in connection.execute(wanted).partitions(20_000):
        columns = list(zip(*rows, strict=True))
        batches.append(
            pa.record_batch(
                [pa.array(c, f.type) for c, f in zip(columns, SCHEMA, strict=True)], schema=SCHEMA
            )
        )
    return pa.Table.from_batches(batches, schema=SCHEMA)


def one(connection: Connection, item_id: str) -> dict[str, Any] | None:
    """Return one item as a row of `table`, with all its pictures; None where there is none."""
    wanted = select(*COLUMNS, items.c.pictures).select_from(JOINED)
    row = connection.execute(wanted.where(items.c.item_id == item_id)).mappings().first()
    if row is None or row["deleted"]:
        return None
    return dict(row) | {
        "attributes": json.loads(row["attributes"]),
        "pictures": json.loads(row["pictures"]),
    }


def seqs(connection: Connection, item_ids: Sequence[str]) -> NDArray[np.int64]:
    """Return row numbers, int64, -1 where there is no such item or it was deleted."""
    columns = (items.c.item_id, items.c.seq, items.c.deleted)
    found = lookup(connection, items.c.item_id, columns, list(dict.fromkeys(item_ids)))
    known = {row[0]: row[1] for row in found if not row[2]}
    return np.array([known.get(item_id, -1) for item_id in item_ids], np.int64)


def mark(connection: Connection, item_id: str, **flags: bool) -> bool:
    """Set `hidden` or `deleted`; whether there is such an item."""
    row = _rows(connection, [item_id])
    if not row or (row[0]["deleted"] and not flags.get("deleted")):
        return False
    if any(row[0][name] != value for name, value in flags.items()):
        at = counters.draw(connection, "catalogue")
        connection.execute(
            update(items).where(items.c.item_id == item_id).values(changed=at, **flags)
        )
    return True


def set_picture_facts(
    connection: Connection, is_sqlite: bool, facts: Mapping[str, tuple[int, int, str]]
) -> None:
    """Keep width, height and main colour of pictures; items that show them count as changed."""
    if not facts:
        return
    statement = _dialect(is_sqlite).insert(media)
    statement = statement.on_conflict_do_update(
        index_elements=["hash"],
        set_={name: statement.excluded[name] for name in ("width", "height", "colour")},
    )
    connection.execute(
        statement,
        [
            {"hash": key, "width": width, "height": height, "colour": colour}
            for key, (width, height, colour) in facts.items()
        ],
    )
    at = counters.draw(connection, "catalogue")
    for some in _chunks(list(facts)):
        connection.execute(update(items).where(items.c.cover.in_(some)).values(changed=at))


def _dialect(is_sqlite: bool) -> Any:
    if is_sqlite:
        return sqlite
    from sqlalchemy.dialects import postgresql  # takes as long to import as all of SQLAlchemy

    return postgresql


def _chunks(values: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


def _rows(connection: Connection, item_ids: list[str]) -> list[dict[str, Any]]:
    columns = tuple(items.columns)
    names = [column.name for column in columns]
    found = lookup(connection, items.c.item_id, columns, item_ids)
    return [dict(zip(names, row, strict=True)) for row in found]


def _row(record: ItemRecord, old: Mapping[str, Any] | None) -> dict[str, Any]:
    if record.pictures is None and old is not None:
        pictures = old["pictures"]
    else:
        pictures = json.dumps(record.pictures or [])
    cover = next(iter(json.loads(pictures)), None)
    return {
        "item_id": record.item_id,
        "title": record.title,
        "attributes": _json(record),
        "pictures": pictures,
        "cover": cover,
        "hidden": bool(old["hidden"]) if old is not None else False,
        "deleted": False,
    }


def _json(record: ItemRecord) -> str:
    """Return the attributes as JSON, after a look at everything that comes from outside."""
    check_id(record.item_id, "item_id")
    try:
        text = json.dumps(record.attributes, sort_keys=True, ensure_ascii=False, allow_nan=False)
        (text + record.title).encode()
    except (ValueError, UnicodeEncodeError) as error:
        raise DataError(
            f"item {record.item_id!r} has a text or number that cannot be kept",
            remedy="valid Unicode and finite numbers",
            field="attributes",
        ) from error
    if "\x00" in record.title:
        raise DataError(f"the title of {record.item_id!r} has a NUL", remedy="remove it")
    return text
