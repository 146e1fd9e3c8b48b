"""What a request reads of a person: history, profiling, catalogue version, of one moment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sqlalchemy import Connection, select

from beholder.store import items, people, schema
from beholder.store.database import Database
from beholder.store.keys import Keys
from beholder.store.records import Snapshot, Who

NEWEST = 10_000
events = schema.events


def snapshot(database: Database, keys: Keys, persons: Sequence[Who], profiling: bool) -> Snapshot:
    """Read what is known of someone, who may be both a user and a session.

    Where any of them has profiling off, no event is returned.

    Parameters
    ----------
    profiling
        What is allowed of a person whom the store does not know.
    """
    links = keys.find([keys.mac(person) for person in persons]) if persons else {}
    with database.read() as connection:
        version = items.version(connection)
        found = people.find(connection, [link.subject for link in links.values()])
        if not found:
            return Snapshot(version, profiling=profiling)
        if not all(allowed for _, allowed in found.values()):
            return Snapshot(version, known=True, profiling=False)
        return _history(connection, version, [person for person, _ in found.values()])


def _history(connection: Connection, version: int, persons: list[int]) -> Snapshot:
    wanted = select(events.c.item, events.c.time, events.c.kind, events.c.value)
    rows = connection.execute(
        wanted.where(events.c.person.in_(persons))
        .order_by(events.c.time.desc(), events.c.mark)
        .limit(NEWEST)
    ).all()
    if not rows:
        return Snapshot(version, known=True, profiling=True)
    seqs, times, kinds, values = zip(*reversed(rows), strict=True)
    return Snapshot(
        version,
        known=True,
        profiling=True,
        seqs=np.array(seqs, np.int64),
        times=np.array(times, np.int64),
        kinds=np.array(kinds, np.uint8),
        values=np.array(values, np.float32),  # None becomes NaN
    )
