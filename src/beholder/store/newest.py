"""What somebody did last, for pages: bounded, however much it is."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import select

from beholder.behaviour.kinds import CODES, KINDS
from beholder.behaviour.reduce import NEWEST
from beholder.store import people, schema
from beholder.store.database import Database
from beholder.store.keys import Keys
from beholder.store.marks import event_id
from beholder.store.records import Who


class Did(NamedTuple):
    """One event of somebody."""

    item: str
    kind: str
    event_id: str


def newest(database: Database, keys: Keys, who: Who, kinds: Collection[str]) -> list[Did]:
    """Return somebody's newest 10,000 events of some kinds, oldest first."""
    link = keys.find_one(keys.mac(who))
    if link is None:
        return []
    events, items = schema.events, schema.items
    columns = (events.c.time, events.c.seq, events.c.mark, events.c.item, events.c.kind)
    with database.read() as connection:
        found = people.find(connection, [link.subject]).get(link.subject)
        if found is None:
            return []
        last = (
            select(*columns)
            .where(events.c.person == found[0])
            .where(events.c.kind.in_([CODES[kind] for kind in kinds]))
            .order_by(events.c.time.desc(), events.c.seq.desc())
            .limit(NEWEST)
            .subquery()
        )
        wanted = (
            select(items.c.item_id, last.c.kind, last.c.time, last.c.mark)
            .select_from(last.join(items, items.c.seq == last.c.item))
            .order_by(last.c.time, last.c.seq)
        )
        rows = connection.execute(wanted).all()
    return [Did(row.item_id, KINDS[row.kind - 1], event_id(row.time, row.mark)) for row in rows]
