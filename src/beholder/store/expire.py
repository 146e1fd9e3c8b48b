"""Events end: what arrived longer ago than the settings allow is deleted.

A clock that is wrong would end everything at once. So where much would end it is asked first.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, select, update

from beholder.errors import ManyEndError
from beholder.store import schema, segments
from beholder.store.database import Database

DAY = 86_400_000
AT_ONCE = 5_000  # events: others who write wait for no more of them
MUCH, FEW, MOST = 0.2, 100, 0.5
events, given, texts = schema.events, schema.given, schema.texts


class Ending(NamedTuple):
    """How many events are older than they may be, of all that there are."""

    old: int
    all: int

    @property
    def much(self) -> bool:
        """Whether that is more than a few days without a clean-up would bring about."""
        return self.old > max(MUCH * self.all, FEW) or self.old > MOST * self.all


def ending(database: Database, days: int, moment: int) -> Ending:
    """Count the events that arrived more than `days` before `moment`, milliseconds since 1970."""
    counted = select(func.count()).select_from(events)
    with database.read() as connection:
        old = connection.execute(counted.where(events.c.arrived < moment - days * DAY)).scalar_one()
        return Ending(int(old), int(connection.execute(counted).scalar_one()))


def check_ending(found: Ending, days: int, moment: int) -> None:
    """Refuse to end much at once.

    Raises
    ------
    ManyEndError
        If it is more than a fifth of all events and than a hundred, or more than half.
    """
    if found.much:
        clock = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(moment / 1000))
        told = f"{days} day" if days == 1 else f"{days} days"
        raise ManyEndError(
            f"{found.old} of {found.all} events arrived more than {told} ago and would be "
            f"deleted, if it is {clock} now",
            remedy="set the clock right, raise `privacy.retention_days`, or delete them with "
            "`beholder expire DIR --yes`",
        )


def expire(database: Database, folder: Path, days: int, moment: int) -> int:
    """Delete events that arrived more than `days` before `moment`; return how many.

    Retention counts from arrival, not from what an event says of itself: behaviour of years
    ago that was imported yesterday is kept.

    Parameters
    ----------
    moment
        Milliseconds since 1970.
    """
    limit, n = moment - days * DAY, 0
    while True:
        with database.write() as connection:
            some, stale = _some(connection, limit)
        segments.unlink(folder, stale)
        n += some
        if some < AT_ONCE:
            return n


def _some(connection: Connection, limit: int) -> tuple[int, list[str]]:
    """Delete some of what arrived before a moment; return how many, and segments they were in."""
    old = select(events.c.seq).where(events.c.arrived < limit).order_by(events.c.seq)
    found = [row[0] for row in connection.execute(old.limit(AT_ONCE))]
    if not found:
        return 0, []
    mine = events.c.seq.in_(old.limit(AT_ONCE).scalar_subquery())
    seqs = select(events.c.seq).where(mine)
    connection.execute(delete(texts).where(texts.c.seq.in_(seqs)))
    connection.execute(delete(given).where(given.c.seq.in_(seqs)))
    n = connection.execute(delete(events).where(mine)).rowcount
    table = schema.segments
    hit = (table.c.first <= found[-1]) & (table.c.last >= found[0]) & (table.c.file != "")
    stale = [row[0] for row in connection.execute(select(table.c.file).where(hit))]
    connection.execute(update(table).where(hit).values(file="", rows=0, sha256=""))
    connection.execute(update(schema.buckets).values(removals=schema.buckets.c.removals + 1))
    return int(n), stale
