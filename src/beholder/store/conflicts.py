"""Which events have an id that came before with another body, before anything is stored."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from beholder.behaviour.event import Event
from beholder.store.bulk import lookup
from beholder.store.database import Database
from beholder.store.event_form import Form
from beholder.store.events import body_of, who
from beholder.store.keys import Keys
from beholder.store.schema import given


def conflicting(database: Database, keys: Keys, form: Form, batch: Sequence[Event]) -> list[bool]:
    """Return which events `record` would refuse for their id; nobody is made of them.

    Their ids are compared with those of callers that are stored, and with each other: of two
    bodies of one id the first counts.
    """
    macs = [keys.mac(who(event)) for event in batch]
    links = keys.find(set(macs))
    names = [
        form.name(links[mac], event.event_id) if event.event_id and mac in links else None
        for mac, event in zip(macs, batch, strict=True)
    ]
    with database.read() as connection:
        wanted = [name for name in names if name is not None]
        found = lookup(connection, given.c.id, (given.c.id, given.c.body), wanted)
        stored = {bytes(row[0]): bytes(row[1]) for row in found}
    first: dict[tuple[bytes, str], bytes] = {}
    conflicts = []
    for mac, name, event in zip(macs, names, batch, strict=True):
        if name is not None and name in stored:
            conflicts.append(stored[name] != body_of(keys, links[mac], event))
            continue
        body = msgspec.json.encode(event)
        known = body if event.event_id is None else first.setdefault((mac, event.event_id), body)
        conflicts.append(known != body)
    return conflicts
