"""What somebody did last, for pages: bounded, however much it is."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from beholder.behaviour.kinds import CODES, KINDS
from beholder.store import items, people
from beholder.store.database import Database
from beholder.store.event_form import Form
from beholder.store.keys import Keys
from beholder.store.marks import event_id
from beholder.store.records import Who


class Did(NamedTuple):
    """One event of somebody."""

    item: str
    kind: str
    event_id: str


def newest(
    database: Database, keys: Keys, form: Form, who: Who, kinds: Collection[str]
) -> list[Did]:
    """Return somebody's newest 10,000 events of some kinds, oldest first."""
    link = keys.find_one(keys.mac(who))
    if link is None:
        return []
    with database.read() as connection:
        found = people.find(connection, [link.subject]).get(link.subject)
        if found is None:
            return []
        rows = form.newest(connection, link, found[0], [CODES[kind] for kind in kinds])
        names = items.names(connection, [row.item for row in rows])
    return [Did(names[row.item], KINDS[row.kind - 1], event_id(row.time, row.mark)) for row in rows]
