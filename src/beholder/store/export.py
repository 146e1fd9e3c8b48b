"""Everything that is held of a person, as plain records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import numpy as np
from sqlalchemy import select

from beholder.store import answers, consent, people, schema
from beholder.store.database import Database
from beholder.store.keys import Keys, Link, unseal
from beholder.store.marks import event_id, marks
from beholder.store.records import Who

PAGE = 5_000
events, items, kinds, texts = schema.events, schema.items, schema.kinds, schema.texts


def export(database: Database, keys: Keys, who: Who) -> Iterator[dict[str, Any]]:
    """Yield a record of the person, then one for each event, oldest arrival first.

    An event has `event_id`, `item`, `kind`, `time`, `arrived`, and where it has them `value`,
    `text`, `answer` and `place`; `own_id` says that it came under an id of its caller's, which is
    another event than the same without one. Then come the answers. Nothing is yielded for someone
    unknown.
    """
    link = keys.find_one(keys.mac(who))
    if link is None:
        return
    with database.read() as connection:
        found = people.find(connection, [link.subject]).get(link.subject)
        allowed = consent.read(connection, link.subject)
    if found is None or allowed is None:
        return
    person, profiling = found
    told = {"profiling": profiling, "purposes": msgspec.structs.asdict(allowed)}
    yield {"record": "person", who.kind: who.id, **told}
    yield from _events(database, keys, link, person)
    yield from answers.export(database, person)


def _events(database: Database, keys: Keys, link: Link, person: int) -> Iterator[dict[str, Any]]:
    after = 0
    while True:
        wanted = (
            select(events, items.c.item_id, kinds.c.name, texts.c.cipher)
            .select_from(
                events.join(items, items.c.seq == events.c.item)
                .join(kinds, kinds.c.code == events.c.kind)
                .outerjoin(texts, texts.c.seq == events.c.seq)
            )
            .where((events.c.person == person) & (events.c.seq > after))
            .order_by(events.c.seq)
            .limit(PAGE)
        )
        with database.read() as connection:
            rows = connection.execute(wanted).all()
        plain = _plain_marks(rows)
        for row, mark in zip(rows, plain, strict=True):
            record = {
                "record": "event",
                "event_id": event_id(row.time, row.mark),
                "item": row.item_id,
                "kind": row.name,
                "time": row.time,
                "arrived": row.arrived,
            }
            if row.mark != mark:
                record["own_id"] = True
            if row.value is not None:
                record["value"] = row.value
            if row.answer is not None:
                record["answer"] = bytes(row.answer).hex()
            if row.place is not None:
                record["place"] = row.place
            if row.cipher is not None:
                record["text"] = unseal(keys.key(link), bytes(row.cipher), link.subject)
            yield record
        if len(rows) < PAGE:
            return
        after = rows[-1].seq


def _plain_marks(rows: Sequence[Any]) -> list[int]:
    """Return the marks that the events would have without an id of their own."""
    found = marks(
        np.array([row.item for row in rows], np.int64),
        np.array([row.kind for row in rows], np.uint8),
        np.array([row.value for row in rows], np.float64),  # None becomes NaN
    )
    return [int(mark) for mark in found]
