"""Loading millions of events: sorted runs into SQL, and from the same arrays into segments.

Rows of a run are put in the order of people before they are inserted. The index over people
then grows page by page instead of touching all of its pages for every few rows, which is what
makes a large import fast on SQLite. The order of a file within each person is kept.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from beholder.store import counters, people, schema, segments
from beholder.store.columns import EventColumns, join
from beholder.store.database import PRAGMAS, Database
from beholder.store.ids import now
from beholder.store.marks import apart, marks
from beholder.store.records import Who
from beholder.store.store import Store

RUN = 1_000_000  # rows sorted together: about 120 MB with all that is made of them
BLOCK = 50_000  # rows in one transaction: others wait at most a fraction of a second
PAUSE = 0.003  # seconds between transactions, in which others get their turn
CHUNK = 50_000  # people made at once
# A checkpoint writes each changed page once, however often it changed: fewer are cheaper.
LOADING = (*PRAGMAS, "PRAGMA wal_autocheckpoint=8000", "PRAGMA cache_size=-65536")


class Loader:
    """Takes arrays of events, and stores those that are not there yet.

    Attributes
    ----------
    stored, same
        How many events were new, and how many were there already or came twice.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.stored = 0
        self.same = 0
        self.database = Database(store.database.url, pragmas=LOADING, wait=store.database.wait)
        self._parts: list[EventColumns] = []
        self._names: list[NDArray[np.int64]] = []
        self._waiting = 0

    def __enter__(self) -> Loader:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self.flush()
        finally:
            self.database.close()

    def people(self, persons: Sequence[Who]) -> NDArray[np.int32]:
        """Return the row numbers of people, made where they are new; -1: erased today."""
        keys, found = self.store.keys, np.full(len(persons), -1, np.int32)
        for start in range(0, len(persons), CHUNK):
            macs = [keys.mac(who) for who in persons[start : start + CHUNK]]
            links = keys.ensure(macs)
            with self.database.write() as connection:
                # Looked at again inside of the transaction, as `events.record` does.
                links = keys.alive(links)
                subjects = [link.subject for link in links.values()]
                rows = people.ensure(connection, subjects, self.store.profiling_default)
            for i, mac in enumerate(macs, start):
                if mac in links:
                    found[i] = rows[links[mac].subject][0]
        return found

    def add(
        self,
        persons: NDArray[np.int32],
        items: NDArray[np.int32],
        kinds: NDArray[np.uint8],
        times: NDArray[np.int64],
        values: NDArray[np.float32],
        names: NDArray[np.int64] | None = None,
    ) -> None:
        """Take events, arrays of one length: row numbers, codes, milliseconds, NaN for none.

        Parameters
        ----------
        names
            int64 (n,). Events of which all else agrees are one where this does, too, and else
            several; None: they are one.
        """
        seqs = np.empty(len(persons), np.int64)
        self._names.append(np.zeros(len(persons), np.int64) if names is None else names)
        self._parts.append(EventColumns(seqs, persons, items, kinds, times, values))
        self._waiting += len(persons)
        if self._waiting >= RUN:
            self.flush()

    def flush(self) -> None:
        """Store what waits."""
        rows = join(self._parts)
        names = np.concatenate(self._names) if self._names else np.empty(0, np.int64)
        self._parts, self._names, self._waiting = [], [], 0
        if not len(rows):
            return
        n = len(rows)
        order = np.argsort(rows.people, kind="stable")
        rows, names = rows.take(order), names[order]
        identity = marks(rows.items.astype(np.int64), rows.kinds, rows.values.astype(np.float64))
        if names.any():
            identity = apart(identity, _nth(rows, identity, names))
        twice = _repeated(rows, identity)
        if twice.any():
            rows, identity = rows.take(~twice), identity[~twice]
        with self.database.read() as connection:
            removals = segments.removed(connection)
        firsts: list[int] = []
        fresh = 0
        for start in range(0, len(rows), BLOCK):
            here = slice(start, start + BLOCK)
            first, new = self._insert(rows.take(here), identity[here], removals)
            firsts.append(first)
            fresh += new
            rows.seqs[here] = np.arange(first, first + len(rows.seqs[here]))
            time.sleep(PAUSE)
        self.stored += fresh
        self.same += n - fresh
        unbroken = all(b - a == BLOCK for a, b in pairwise(firsts))
        sealing = not self.store.form.encrypted
        if sealing and fresh == len(rows) >= segments.TAIL and unbroken:
            self._seal(rows, removals)

    def _insert(
        self, rows: EventColumns, identity: NDArray[np.int64], removals: NDArray[np.int64]
    ) -> tuple[int, int]:
        """Insert one block; return its first seq and how many rows were new."""
        with self.database.write() as connection:
            if (segments.removed(connection) != removals).any():
                # Somebody was erased since the rows were read: not one row may revive them.
                wanted = np.unique(rows.people)
                alive = select(schema.people.c.person).where(
                    schema.people.c.person.between(int(wanted[0]), int(wanted[-1]))
                )
                present = np.array([row[0] for row in connection.execute(alive)], np.int32)
                keep = np.isin(rows.people, present)
                rows, identity = rows.take(keep), identity[keep]
            first = counters.draw(connection, "event", len(rows))
            rows.seqs[:] = np.arange(first, first + len(rows))
            return first, self.store.form.load(connection, rows, now(), identity)

    def _seal(self, rows: EventColumns, removals: NDArray[np.int64]) -> None:
        """Write segments from the arrays at hand, where nothing unsealed but little lies before."""
        first, last = int(rows.seqs[0]), int(rows.seqs[-1])
        with self.database.read() as connection:
            after = counters.read(connection, "sealed")
        if first - 1 - after <= segments.TAIL:
            before = list(segments.pages(self.database, after, first - 1))
            whole = join([*before, rows]) if before else rows
            segments.adopt(self.database, self.store.segments, after, last, whole, removals)


def _nth(
    rows: EventColumns, identity: NDArray[np.int64], names: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return which of the names of one event each row has, int64 (n,), from 0.

    The same rows in another order have the same numbers among them.
    """
    order = np.lexsort((names, identity, rows.times, rows.people))
    other = np.ones(len(order), bool)
    other[1:] = False
    for column in (rows.people, rows.times, identity):
        other[1:] |= column[order][1:] != column[order][:-1]
    named = other.copy()
    named[1:] |= names[order][1:] != names[order][:-1]
    so_far = np.cumsum(named)
    nth = np.empty(len(order), np.int64)
    nth[order] = so_far - np.maximum.accumulate(np.where(other, so_far, 0))
    return nth


def _repeated(rows: EventColumns, identity: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which rows are the same event as an earlier one of the run."""
    mixed = marks(rows.times, np.zeros(len(rows), np.uint8), np.full(len(rows), np.nan))
    mixed = mixed ^ identity ^ (rows.people.astype(np.int64) << 20)
    order = np.argsort(mixed, kind="stable")
    sames = mixed[order][1:] == mixed[order][:-1]
    a, b = order[:-1][sames], order[1:][sames]
    true = (
        (rows.people[a] == rows.people[b])
        & (rows.times[a] == rows.times[b])
        & (identity[a] == identity[b])
    )
    twice = np.zeros(len(rows), bool)
    twice[b[true]] = True
    return twice
