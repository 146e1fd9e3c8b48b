"""Events end: what arrived longer ago than the settings allow is deleted. So do answers."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import delete, func, select, update

from beholder.store import schema, segments
from beholder.store.database import Database

DAY = 86_400_000
events, given, texts = schema.events, schema.given, schema.texts


def expire(database: Database, folder: Path, days: int, moment: int) -> int:
    """Delete events that arrived more than `days` before `moment`; return how many.

    Retention counts from arrival, not from what an event says of itself: behaviour of years
    ago that was imported yesterday is kept.

    Parameters
    ----------
    moment
        Milliseconds since 1970.
    """
    limit = moment - days * DAY
    old = events.c.arrived < limit
    with database.write() as connection:
        newest = connection.execute(select(func.max(events.c.seq)).where(old)).scalar()
        if newest is None:
            return 0
        seqs = select(events.c.seq).where(old)
        connection.execute(delete(texts).where(texts.c.seq.in_(seqs)))
        connection.execute(delete(given).where(given.c.seq.in_(seqs)))
        n = connection.execute(delete(events).where(old)).rowcount
        table = schema.segments
        hit = (table.c.first <= newest) & (table.c.file != "")
        stale = [row[0] for row in connection.execute(select(table.c.file).where(hit))]
        connection.execute(update(table).where(hit).values(file="", rows=0, sha256=""))
        connection.execute(update(schema.buckets).values(removals=schema.buckets.c.removals + 1))
    segments.unlink(folder, stale)
    return int(n)
