"""Everything that is held of a person, as plain records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from beholder.behaviour.kinds import KINDS
from beholder.store import people, schema
from beholder.store.database import Database
from beholder.store.keys import Keys, unseal
from beholder.store.marks import event_id
from beholder.store.records import Who

PAGE = 5_000
events, items, texts = schema.events, schema.items, schema.texts


def export(database: Database, keys: Keys, who: Who) -> Iterator[dict[str, Any]]:
    """Yield a record of the person, then one for each event, oldest arrival first.

    An event has `event_id`, `item`, `kind`, `time`, `arrived`, and where it has them `value`
    and `text`. Nothing is yielded for someone unknown.
    """
    link = keys.find_one(keys.mac(who))
    if link is None:
        return
    with database.read() as connection:
        found = people.find(connection, [link.subject]).get(link.subject)
    if found is None:
        return
    person, profiling = found
    yield {"record": "person", who.kind: who.id, "profiling": profiling}
    after = 0
    while True:
        wanted = (
            select(events, items.c.item_id, texts.c.cipher)
            .select_from(
                events.join(items, items.c.seq == events.c.item).outerjoin(
                    texts, texts.c.seq == events.c.seq
                )
            )
            .where((events.c.person == person) & (events.c.seq > after))
            .order_by(events.c.seq)
            .limit(PAGE)
        )
        with database.read() as connection:
            rows = connection.execute(wanted).all()
        for row in rows:
            record = {
                "record": "event",
                "event_id": event_id(row.time, row.mark),
                "item": row.item_id,
                "kind": KINDS[row.kind - 1],
                "time": row.time,
                "arrived": row.arrived,
            }
            if row.value is not None:
                record["value"] = row.value
            if row.cipher is not None:
                record["text"] = unseal(keys.key(link), bytes(row.cipher), link.subject)
            yield record
        if len(rows) < PAGE:
            return
        after = rows[-1].seq
