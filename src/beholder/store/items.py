"""The catalogue in SQL. Every change gets a new catalogue version, so that servers can follow."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, select, update

from beholder.errors import DataError
from beholder.numbers_in_text import is_numeric
from beholder.store import counters, item_media, schema
from beholder.store.attribute_form import check_attributes
from beholder.store.bulk import insert_new, lookup
from beholder.store.ids import check_id, check_new_item
from beholder.store.quick import Question
from beholder.store.records import Attribute, Counts, ItemRecord

items = schema.items

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
        ("media", pa.list_(item_media.MEDIUM)),
        ("hidden", pa.bool_()),
        ("deleted", pa.bool_()),
        ("changed", pa.int64()),
    ]
)
"""`picture`, `width`, `height` and `colour` are those of the cover: the first of `media`."""
OWN = [name for name in SCHEMA.names if name in items.c]
VERSION = Question(select(schema.counters.c.value).where(schema.counters.c.name == "catalogue"))


def put(connection: Connection, records: Sequence[ItemRecord]) -> Counts:
    """Add items or change them; what is as it was stays untouched.

    A deleted item that is put again comes back under its old row number.
    """
    wanted = {record.item_id: record for record in records}  # the last one of an id wins
    old = {row["item_id"]: row for row in _rows(connection, list(wanted))}
    shown = item_media.hashes(connection, [row["seq"] for row in old.values()])
    counts = Counts(same=len(records) - len(wanted))
    added, changed = [], []
    lists: dict[int, list[str]] = {}  # media of items that had others
    for item_id, record in wanted.items():
        before = old.get(item_id)
        row = _row(record, before)
        if before is None:
            check_new_item(item_id)
        check_attributes(item_id, _other(record, row, before))
        if before is None:
            added.append((row, _media(record, [])))
            continue
        had = shown.get(before["seq"], [])
        has = _media(record, had)
        if has != had:
            lists[before["seq"]] = has
        if has != had or any(before[name] != value for name, value in row.items()):
            changed.append({f"_{name}": value for name, value in row.items()})
        else:
            counts.same += 1
    if not added and not changed:
        return counts
    at = counters.draw(connection, "catalogue")
    if added:
        _add(connection, added, at)
    if changed:
        names = ("title", "attributes", "hidden", "deleted")
        connection.execute(
            update(items)
            .where(items.c.item_id == bindparam("_item_id"))
            .values(changed=at, **{name: bindparam(f"_{name}") for name in names}),
            changed,
        )
    item_media.replace(connection, lists)
    counts.added, counts.changed = len(added), len(changed)
    return counts


def table(connection: Connection, changed_after: int) -> pa.Table:
    """Return the items that changed after a version, by row number; `SCHEMA` has the columns.

    Deleted ones are among them only where `changed_after` is above 0.
    """
    wanted = select(*(items.c[name] for name in OWN)).order_by(items.c.seq)
    if changed_after > 0:
        wanted = wanted.where(items.c.changed > changed_after)
    else:
        wanted = wanted.where(items.c.deleted.is_(False))
    own = pa.schema([SCHEMA.field(name) for name in OWN])
    batches = []
    for rows in connection.execute(wanted).partitions(20_000):
        columns = list(zip(*rows, strict=True))
        batches.append(
            pa.record_batch(
                [pa.array(c, f.type) for c, f in zip(columns, own, strict=True)], schema=own
            )
        )
    found = pa.Table.from_batches(batches, schema=own)
    media = item_media.column(connection, found["seq"].to_numpy(), changed_after)
    cover = item_media.covers(media)
    beside = {"picture": cover.field("hash"), "media": media}
    beside |= {name: cover.field(name) for name in ("width", "height", "colour")}
    return pa.table(
        [beside[name] if name in beside else found[name] for name in SCHEMA.names], schema=SCHEMA
    )


def was_deleted(connection: Connection, item_id: str) -> bool:
    """Return whether there was an item of this id that is no longer in the catalogue."""
    row = connection.execute(select(items.c.deleted).where(items.c.item_id == item_id)).first()
    return row is not None and bool(row[0])


def one(connection: Connection, item_id: str) -> dict[str, Any] | None:
    """Return one item as a row of `table`, with its hashes as `pictures`; None: there is none."""
    wanted = select(*(items.c[name] for name in OWN)).where(items.c.item_id == item_id)
    row = connection.execute(wanted).mappings().first()
    if row is None or row["deleted"]:
        return None
    media = item_media.of_item(connection, row["seq"])
    read = (each for each in media if each["width"] is not None)
    cover = next(read, media[0] if media else dict.fromkeys(item_media.MEDIUM.names))
    return dict(row) | {
        "attributes": json.loads(row["attributes"]),
        "media": media,
        "pictures": [each["hash"] for each in media],
        "picture": cover["hash"],
        **{name: cover[name] for name in ("width", "height", "colour")},
    }


def pictures(connection: Connection, item_ids: Sequence[str]) -> dict[str, list[str]]:
    """Return the hashes of what each item shows; items without any, or unknown, are left out."""
    found = lookup(connection, items.c.item_id, (items.c.seq, items.c.item_id), item_ids)
    names = {int(row[0]): str(row[1]) for row in found}
    shown = item_media.hashes(connection, list(names))
    return {names[seq]: digests for seq, digests in shown.items()}


def words(
    connection: Connection, item_ids: Sequence[str]
) -> dict[str, tuple[str, dict[str, Attribute]]]:
    """Return title and attributes of items; unknown and deleted ones are left out."""
    columns = (items.c.item_id, items.c.title, items.c.attributes, items.c.deleted)
    found = lookup(connection, items.c.item_id, columns, item_ids)
    return {str(row[0]): (str(row[1]), json.loads(row[2])) for row in found if not row[3]}


def without_number(connection: Connection, name: str, but: str = "") -> bool | None:
    """Return whether an item has an attribute that is no number; None: no item has it.

    Parameters
    ----------
    but
        An item that is not asked.
    """
    found = None
    wanted = select(items.c.item_id, items.c.attributes).where(
        items.c.deleted.is_(False),
        items.c.attributes.contains(json.dumps(name, ensure_ascii=False), autoescape=True),
    )
    for item_id, text in connection.execute(wanted):
        value = json.loads(text).get(name, "")
        if item_id == but or value in ("", []):
            continue
        if not is_numeric(value):
            return True
        found = False
    return found


def seqs(connection: Connection, item_ids: Sequence[str]) -> NDArray[np.int64]:
    """Return row numbers, int64, -1 where there is no such item or it was deleted."""
    columns = (items.c.item_id, items.c.seq, items.c.deleted)
    found = lookup(connection, items.c.item_id, columns, list(dict.fromkeys(item_ids)))
    known = {row[0]: row[1] for row in found if not row[2]}
    return np.array([known.get(item_id, -1) for item_id in item_ids], np.int64)


def names(connection: Connection, seqs: Sequence[int]) -> dict[int, str]:
    """Return the ids of items by row number, deleted or not."""
    found = lookup(connection, items.c.seq, (items.c.seq, items.c.item_id), list(set(seqs)))
    return {row[0]: row[1] for row in found}


def touch(connection: Connection, item_ids: Sequence[str]) -> None:
    """Give items a new catalogue version; those that are not there are passed over."""
    _change(connection, item_ids)


def delete(connection: Connection, item_ids: Sequence[str]) -> None:
    """Mark items as deleted; those that are not there are passed over."""
    _change(connection, item_ids, deleted=True)


def _change(connection: Connection, item_ids: Sequence[str], **flags: bool) -> None:
    there = seqs(connection, item_ids)
    wanted = [{"_seq": seq} for seq in there[there >= 0].tolist()]
    if wanted:
        at = counters.draw(connection, "catalogue")
        connection.execute(
            update(items).where(items.c.seq == bindparam("_seq")).values(changed=at, **flags),
            wanted,
        )


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


def _other(
    record: ItemRecord, row: Mapping[str, Any], before: Mapping[str, Any] | None
) -> dict[str, Attribute]:
    """Return the attributes that an item did not have: what it has is never refused."""
    if before is None:
        return record.attributes
    if row["attributes"] == before["attributes"]:
        return {}
    had = json.loads(before["attributes"])
    return {name: own for name, own in record.attributes.items() if had.get(name) != own}


def _media(record: ItemRecord, had: list[str]) -> list[str]:
    """Return what an item shows from now on; a picture that is named twice is shown once."""
    return had if record.pictures is None else list(dict.fromkeys(record.pictures))


def _add(
    connection: Connection, added: Sequence[tuple[dict[str, Any], list[str]]], at: int
) -> None:
    first = counters.draw(connection, "item", len(added))
    order = [column.name for column in items.columns]
    rows = [row | {"seq": first + i, "changed": at} for i, (row, _) in enumerate(added)]
    insert_new(connection, items, (tuple(row[name] for name in order) for row in rows))
    item_media.add(connection, {first + i: digests for i, (_, digests) in enumerate(added)})


def _rows(connection: Connection, item_ids: list[str]) -> list[dict[str, Any]]:
    columns = tuple(items.columns)
    names = [column.name for column in columns]
    found = lookup(connection, items.c.item_id, columns, item_ids)
    return [dict(zip(names, row, strict=True)) for row in found]


def _row(record: ItemRecord, old: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        "item_id": record.item_id,
        "title": record.title,
        "attributes": _json(record),
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
        check_attributes(record.item_id, record.attributes)  # which of them it is
        raise DataError(
            f"item {record.item_id!r} has a text or number that cannot be kept",
            remedy="valid Unicode and finite numbers",
            field="attributes",
        ) from error
    if "\x00" in record.title:
        raise DataError(f"the title of {record.item_id!r} has a NUL", remedy="remove it")
    return text
