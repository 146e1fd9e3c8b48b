"""All events that may be learned from, as arrays: segments first, then what is not sealed yet.

Where events are encrypted there are no segments: they are read from the store, person by person.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from beholder.store import consent, counters, events, schema, segments
from beholder.store.columns import EventColumns
from beholder.store.database import Database
from beholder.store.encrypted_events import EncryptedEvents
from beholder.store.plain_events import PlainEvents
from beholder.store.records import Purpose, TrainingEvents


def training_events(
    database: Database, folder: Path, form: PlainEvents | EncryptedEvents, purpose: Purpose
) -> TrainingEvents:
    """Read the events of everyone who allows a purpose, in segments or not.

    The memory needed is that of the arrays returned, about 25 bytes an event, and of one
    segment.

    Parameters
    ----------
    purpose
        What the events are read for.

    Raises
    ------
    UsageError
        For a purpose that nobody has been asked about.
    """
    consent.allows(purpose)
    if isinstance(form, PlainEvents):
        segments.seal(database, folder)
        segments.mend(database, folder)
    with database.read() as connection:
        known = segments.listed(connection)
        sealed = counters.read(connection, "sealed")
        top = counters.read(connection, "event")
        allowed, measured, persons = _allowed(connection, purpose)
        expected = events.count(connection) + sum(s.rows == 0 for s in known)
    arrays = _Arrays(expected)
    if isinstance(form, PlainEvents):
        parts = _parts(database, folder, known, sealed, top)
    else:
        parts = form.pages(database, allowed >= 0)
    for part in parts:
        arrays.add(part, allowed)
    return arrays.done(measured, persons)


def _parts(
    database: Database, folder: Path, known: list[segments.Segment], sealed: int, top: int
) -> Iterator[EventColumns]:
    for segment in known:
        rows = segments.load(folder, segment)
        if rows is None:  # broken, or emptied by an erasure since the list was read
            segments.disown(database, folder, segment)
            for page in segments.pages(database, segment.first - 1, segment.last):
                yield page.take(page.people % segments.BUCKETS == segment.bucket)
        else:
            yield rows
    yield from segments.pages(database, sealed, top)


def _allowed(
    connection: Connection, purpose: Purpose
) -> tuple[NDArray[np.int32], NDArray[np.bool_], NDArray[np.int64]]:
    """Return a code for each row number of people, -1: not to be read; and who may be measured.

    The second is by code, and so is the third: row numbers.
    """
    people = schema.people
    wanted = select(people.c.person, consent.allows("measure")).where(consent.allows(purpose))
    rows = connection.execute(wanted).all()
    codes = np.full(counters.read(connection, "person") + 1, -1, np.int32)
    persons = np.array([row[0] for row in rows], np.int64)
    codes[persons] = np.arange(len(rows), dtype=np.int32)
    return codes, np.array([row[1] for row in rows], bool), persons


class _Arrays:
    """Arrays of the final size that are filled part by part, so that nothing is held twice."""

    def __init__(self, expected: int) -> None:
        self.n = 0
        self._new(expected)

    def add(self, part: EventColumns, allowed: NDArray[np.int32]) -> None:
        """Append the events of those who allow it."""
        known = part.people < len(allowed)
        codes = np.where(known, allowed[np.where(known, part.people, 0)], -1)
        keep = codes >= 0
        end = self.n + int(keep.sum())
        if end > len(self.users):  # rows that arrived since they were counted
            self._grow(end)
        here = slice(self.n, end)
        self.users[here] = codes[keep]
        self.seqs[here] = part.items[keep]
        self.times[here] = part.times[keep]
        self.kinds[here] = part.kinds[keep]
        self.values[here] = part.values[keep]
        self.n = end

    def done(self, measured: NDArray[np.bool_], persons: NDArray[np.int64]) -> TrainingEvents:
        """Return what was added, with codes of users that leave no gaps."""
        users = self.users[: self.n]
        present = np.bincount(users, minlength=len(measured)) > 0
        dense = (np.cumsum(present) - 1).astype(np.int32)
        if len(users):
            np.take(dense, users, out=users)
        n = self.n
        return TrainingEvents(
            users,
            self.seqs[:n],
            self.times[:n],
            self.kinds[:n],
            self.values[:n],
            int(present.sum()),
            measured[present],
            persons[present],
        )

    def _new(self, size: int) -> None:
        self.users = np.empty(size, np.int32)
        self.seqs = np.empty(size, np.int64)
        self.times = np.empty(size, np.int64)
        self.kinds = np.empty(size, np.uint8)
        self.values = np.empty(size, np.float32)

    def _grow(self, least: int) -> None:
        size = max(least, len(self.users) * 5 // 4)
        for name in ("users", "seqs", "times", "kinds", "values"):
            setattr(self, name, np.resize(getattr(self, name), size))
