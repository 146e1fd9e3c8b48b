"""Answers on their way into the store: they wait in memory, and are the first to be dropped.

Nobody waits for them. The group writer takes them after the events, at most once a second; what
does not fit in memory, or meets a disk that fails, is dropped and counted.
"""

from __future__ import annotations

import hashlib
import threading
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, update

from beholder.store import consent, schema
from beholder.store.answers import PLACE, join, seen_bits
from beholder.store.bulk import insert_new, lookup
from beholder.store.database import Database

MOST = 16 * 2**20  # bytes that wait: some 40,000 answers of 20 places
BATCH = 256  # entries in one transaction: events wait for it some milliseconds
AROUND = 160  # bytes of an entry besides its places
answers, people = schema.answers, schema.people


class Given(NamedTuple):
    """A page of an answer.

    Attributes
    ----------
    id
        Of the answer.
    person
        Row number of who was answered; None: nobody, or somebody who is not profiled.
    time
        Milliseconds since 1970.
    place
        Of the first of its places in the answer, from 0: a page after the first goes on with it.
    packed
        As `answers.pack` makes it.
    arm
        Of an experiment; empty: none.
    """

    id: bytes
    person: int | None
    bundle: str
    time: int
    place: int
    packed: bytes
    arm: str = ""


class Sighted(NamedTuple):
    """Places of an answer that were in sight.

    Attributes
    ----------
    persons
        Row numbers of who says so: the answer has to be theirs, or nobody's. None: a server
        says so, and may speak of any.
    """

    id: bytes
    places: tuple[int, ...]
    persons: tuple[int, ...] | None


@dataclass
class Written:
    """What became of answers that waited.

    Attributes
    ----------
    stored
        Pages of answers.
    dropped
        Those that there was no room for, that the disk refused, whose first page is not there,
        or whose person was erased meanwhile.
    unknown
        Sightings of answers that are not stored, or are somebody else's.
    """

    stored: int = 0
    dropped: int = 0
    unknown: int = 0


def chosen(name: str, share: float) -> bool:
    """Return whether an answer is among those that are stored: by a hash of its id.

    Parameters
    ----------
    share
        0: none, 1: all.
    """
    if share >= 1.0:
        return True
    digest = hashlib.blake2b(name.encode(), digest_size=4).digest()
    return int.from_bytes(digest) < share * 2**32


@dataclass
class AnswerLog:
    """A queue with a bound; safe to share between threads."""

    counts: Written = field(default_factory=Written)
    _entries: deque[Given | Sighted] = field(default_factory=deque)
    _bytes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, entry: Given | Sighted) -> None:
        """Queue an entry, or drop it where there is no room."""
        size = _size(entry)
        with self._lock:
            if self._bytes + size > MOST:
                self._count(entry)
                return
            self._bytes += size
            self._entries.append(entry)

    def forget(self, person: int) -> int:
        """Drop what waits of a person; return how many answers that were."""
        with self._lock:
            gone = {e.id for e in self._entries if isinstance(e, Given) and _of(e, person)}
            self._entries = deque(e for e in self._entries if not _of(e, person))
            self._bytes = sum(map(_size, self._entries))
        return len(gone)

    def flush(self, database: Database) -> None:
        """Write what has waited longest, at most `BATCH` entries, in one transaction.

        It does not wait for the disk: events, which do, would wait for it, too.

        Raises
        ------
        StoreError
            If it failed; what was taken is dropped then, and counted.
        """
        with self._lock:
            n = min(len(self._entries), BATCH)
            entries = [self._entries.popleft() for _ in range(n)]
            self._bytes -= sum(map(_size, entries))
        if not entries:
            return
        try:
            with database.write(lasting=False) as connection:
                done = write(connection, entries)
        except BaseException:
            with self._lock:
                for entry in entries:
                    self._count(entry)
            raise
        with self._lock:
            self.counts.stored += done.stored
            self.counts.dropped += done.dropped
            self.counts.unknown += done.unknown

    def _count(self, entry: Given | Sighted) -> None:
        if isinstance(entry, Given):
            self.counts.dropped += 1
        else:
            self.counts.unknown += 1


def _size(entry: Given | Sighted) -> int:
    told = len(entry.packed) if isinstance(entry, Given) else 8 * len(entry.places)
    return AROUND + told


def _of(entry: Given | Sighted, person: int) -> bool:
    if isinstance(entry, Given):
        return entry.person == person
    return entry.persons is not None and person in entry.persons


def write(connection: Connection, entries: Iterable[Given | Sighted]) -> Written:
    """Write pages and sightings, in the order in which they came.

    Whether a person may be measured is read here, at the last moment: what was answered to
    somebody who was erased since is dropped, and where `recommend` or `measure` is refused it is
    stored as nobody's.
    """
    entries = list(entries)
    done = Written()
    allowed = _allowed(connection, entries)
    rows = _stored(connection, {e.id for e in entries if not isinstance(e, Given) or e.place})
    there = set(rows)
    changed: set[bytes] = set()
    for entry in entries:
        row = rows.get(entry.id)
        if isinstance(entry, Sighted):
            places = [] if row is None else [p for p in entry.places if p < _places(row)]
            if row is None or not places or not _may(entry, row.person):
                done.unknown += 1
                continue
            row.seen = seen_bits(places, row.seen)
        elif entry.person is not None and entry.person not in allowed:
            done.dropped += 1
            continue
        else:
            person = entry.person if allowed.get(entry.person) else None
            if row is None and not entry.place:
                rows[entry.id] = _row(entry, person)
            elif row is None or not _continues(row, entry, person):
                done.dropped += 1
                continue
            done.stored += 1
        changed.add(entry.id)
    new = {name: row for name, row in rows.items() if name not in there}
    insert_new(connection, answers, map(msgspec.structs.astuple, new.values()))
    for name in changed - new.keys():
        told = {"packed": rows[name].packed, "seen": rows[name].seen}
        connection.execute(update(answers).where(answers.c.id == name).values(told))
    return done


def _allowed(connection: Connection, entries: Sequence[Given | Sighted]) -> dict[int | None, bool]:
    """Return whether each person that is still there may be measured."""
    wanted = sorted({e.person for e in entries if isinstance(e, Given) and e.person is not None})
    columns = (people.c.person, people.c.profiling, people.c.purposes)
    found = {
        int(person): consent.told(bool(profiling), purposes)
        for person, profiling, purposes in lookup(connection, people.c.person, columns, wanted)
    }
    return {person: own.recommend and own.measure for person, own in found.items()}


class _Row(msgspec.Struct):
    """A row of the table, its columns in their order."""

    id: bytes
    person: int | None
    bundle: str
    arm: str
    time: int
    packed: bytes
    seen: bytes | None = None


def _stored(connection: Connection, names: set[bytes]) -> dict[bytes, _Row]:
    found = lookup(connection, answers.c.id, tuple(answers.columns), sorted(names))
    return {bytes(row[0]): _Row(*row) for row in found}


def _row(entry: Given, person: int | None) -> _Row:
    return _Row(entry.id, person, entry.bundle, entry.arm, entry.time, entry.packed)


def _places(row: _Row) -> int:
    return len(row.packed) // PLACE


def _continues(row: _Row, entry: Given, person: int | None) -> bool:
    """Add a page where it goes on; asked for once more, it stands as it was shown last."""
    if row.person not in (None, person):
        return False
    n = _places(row)
    if n >= entry.place:
        row.packed = join(bytes(row.packed), entry.place, entry.packed)
    return n >= entry.place


def _may(entry: Sighted, person: int | None) -> bool:
    """Return whether somebody may say so of an answer."""
    return entry.persons is None or person is None or person in entry.persons
