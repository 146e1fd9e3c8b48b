"""Events under the keys of people: SQL sees whose an event is, and on which day it arrived.

The columns `item`, `kind` and `time` are 0, `value` is empty, and `mark` is keyed. What a person
did is read with their key alone, which is unwrapped once a reading and kept no longer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from heapq import nlargest
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, or_, select

from beholder.behaviour.reduce import NEWEST
from beholder.store import consent, schema
from beholder.store.bulk import lookup
from beholder.store.columns import ENCRYPTED, READ, EventColumns, insert_few, insert_many
from beholder.store.database import Database
from beholder.store.event_cipher import Secret, decrypt, encrypt, keyed_mark, keyed_name
from beholder.store.event_form import DAY, Stored
from beholder.store.keys import Keys, Link
from beholder.store.quick import Ask, Question, Rows
from beholder.store.stated_form import check_stated

RECENT = 20_000  # events that trends are read of
PAGE = 100_000  # events that are decrypted at once, for training
events, people = schema.events, schema.people
ROW = (events.c.seq, events.c.arrived, events.c.mark, events.c.cipher)
Rowlike = Iterable[Any]
NOT_TOLD = {"item": 0, "kind": 0, "time": 0}

HISTORY = Question(
    select(*ROW)
    .where(events.c.person == bindparam("person"))
    .order_by(events.c.seq.desc())
    .limit(NEWEST)
)
TRENDS = Question(
    select(people.c.subject, events.c.person, *ROW)
    .select_from(events.join(people, people.c.person == events.c.person))
    .where(events.c.seq > bindparam("after"))
    .where(consent.allows("train"))
)


class EncryptedEvents:
    """The encrypted form; see `Form`."""

    encrypted = True

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def name(self, link: Link, name: str) -> bytes:
        """Return a hash of a caller's event id, under the person's key."""
        return keyed_name(self._keys.key(link), name)

    def insert(self, connection: Connection, rows: Sequence[tuple[Link, Stored]]) -> set[int]:
        """Insert the events that are not there yet; return their seq."""
        check_stated(connection, encrypted=True)
        return insert_few(connection, [self._written(link, row) for link, row in rows])

    def load(
        self, connection: Connection, rows: EventColumns, arrived: int, marks: NDArray[np.int64]
    ) -> int:
        """Insert many events, and return how many were new; whoever was erased is left out."""
        check_stated(connection, encrypted=True)
        links = self._links(connection, np.unique(rows.people).tolist())
        lists = (getattr(rows, column.array).tolist() for column in READ)
        told = [
            self._written(
                links[person],
                Stored(seq, person, item, kind, time, _value(value), arrived, mark),
            )
            for seq, person, item, kind, time, value, mark in zip(
                *lists, marks.tolist(), strict=True
            )
            if person in links
        ]
        columns = [[row.get(column.name) for row in told] for column in ENCRYPTED]
        return insert_many(connection, ENCRYPTED, columns)

    def known(
        self, connection: Connection, link: Link, person: int, time: int, mark: int
    ) -> Stored | None:
        """Return the event of a person that has a moment and a mark."""
        keyed = keyed_mark(self._keys.key(link), time, mark)
        mine = (events.c.person == person) & (events.c.time == 0) & (events.c.mark == keyed)
        rows = connection.execute(select(*ROW).where(mine))
        return next(self._read(link, person, rows), None)

    def history(self, ask: Ask, link: Link, person: int) -> Rows:
        """Return the newest events of a person, by arrival, newest first."""
        read = self._secrets(link, ask(HISTORY, person=person))
        rows = [(told.time, told.item, told.kind, told.value, row[0]) for row, told in read]
        return sorted(rows, key=itemgetter(0, 4), reverse=True)

    def newest(
        self, connection: Connection, link: Link, person: int, kinds: Collection[int]
    ) -> list[Stored]:
        """Return the newest events of a person that are of some kinds, oldest first."""
        mine = select(*ROW).where(events.c.person == person)
        rows = connection.execute(mine, execution_options={"yield_per": PAGE})
        found = (event for event in self._read(link, person, rows) if event.kind in kinds)
        return nlargest(NEWEST, found, key=lambda event: (event.time, event.seq))[::-1]

    def page(
        self, connection: Connection, link: Link, person: int, after: int, n: int
    ) -> list[Stored]:
        """Return the first events of a person with a seq above `after`, by seq."""
        mine = select(*ROW).where((events.c.person == person) & (events.c.seq > after))
        rows = connection.execute(mine.order_by(events.c.seq).limit(n))
        return list(self._read(link, person, rows))

    def days(self, connection: Connection, person: int) -> list[int]:
        """Return how many events a person has on each day of UTC; no moment is of none."""
        counts: dict[int, int] = {}
        links = self._links(connection, [person])
        mine = select(*ROW).where(events.c.person == person)
        if person in links:
            rows = connection.execute(mine, execution_options={"yield_per": PAGE})
            for _, told in self._secrets(links[person], rows):
                if told.time:
                    counts[told.time // DAY] = counts.get(told.time // DAY, 0) + 1
        return list(counts.values())

    def recent(self, ask: Ask, last: int) -> Rows:
        """Return what trends are made of, of the newest 20,000 events."""
        rows = sorted(ask(TRENDS, after=last - RECENT), key=itemgetter(1))
        links = self._keys.of_subjects(list({bytes(row[0]) for row in rows}))
        found: Rows = []
        for (subject, person), mine in groupby(rows, key=lambda row: (bytes(row[0]), row[1])):
            if subject in links:
                read = self._secrets(links[subject], (row[2:] for row in mine))
                found += [(person, told.item, told.time, told.kind, told.value) for _, told in read]
        return found

    def link(self, subject: bytes) -> Link | None:
        """Return the link of a person; None: they were erased meanwhile."""
        return self._keys.of_subjects([subject]).get(subject)

    def pages(self, database: Database, wanted: NDArray[np.bool_]) -> Iterator[EventColumns]:
        """Yield the events of the people whose row numbers are wanted, person by person.

        Those of one person are in the order in which they were stored. Of others nothing is
        decrypted.
        """
        person = seq = 0
        while True:
            after = or_(events.c.person > person, events.c.seq > seq)
            page = (
                select(events.c.person, *ROW)
                .where(events.c.person >= person, after)
                .order_by(events.c.person, events.c.seq)
                .limit(PAGE)
            )
            with database.read() as connection:
                rows = [tuple(row) for row in connection.execute(page)]
                there = {row[0] for row in rows if row[0] < len(wanted) and wanted[row[0]]}
                links = self._links(connection, sorted(there))
            yield self._columns(rows, links)
            if len(rows) < PAGE:
                return
            person, seq = rows[-1][0], rows[-1][1]

    def _columns(self, rows: Rows, links: dict[int, Link]) -> EventColumns:
        found = [
            (row[0], person, told.item, told.kind, told.time, told.value)
            for person, mine in groupby(rows, key=itemgetter(0))
            if person in links
            for row, told in self._secrets(links[person], (row[1:] for row in mine))
        ]
        columns: Any = zip(*found, strict=True) if found else [()] * len(READ)
        return EventColumns(*(np.array(c, k.dtype) for c, k in zip(columns, READ, strict=True)))

    def _written(self, link: Link, row: Stored) -> dict[str, Any]:
        """Return the columns of an event."""
        key = self._keys.key(link)
        mark = keyed_mark(key, row.time, row.mark)
        secret = Secret(row.item, row.kind, row.time, row.value, row.mark, row.answer, row.place)
        return {
            **NOT_TOLD,
            "seq": row.seq,
            "person": row.person,
            "arrived": row.arrived // DAY * DAY,
            "mark": mark,
            "cipher": encrypt(AESGCM(key), link.subject, row.seq, mark, secret),
        }

    def _read(self, link: Link, person: int, rows: Rowlike) -> Iterator[Stored]:
        for row, told in self._secrets(link, rows):
            seq, arrived = row[:2]
            what = (told.item, told.kind, told.time, told.value)
            yield Stored(seq, person, *what, arrived, told.mark, told.answer, told.place)

    def _secrets(self, link: Link, rows: Rowlike) -> Iterator[tuple[Any, Secret]]:
        """Yield rows that begin as `ROW`, and what is in them; none of who was erased meanwhile."""
        key = self._keys.living(link)
        if key is None:
            return
        cipher = AESGCM(key)
        for row in rows:
            yield row, decrypt(cipher, link.subject, row[0], row[2], row[3])

    def _links(self, connection: Connection, persons: Sequence[int]) -> dict[int, Link]:
        """Return the links of row numbers; those who were erased have none."""
        columns = (people.c.subject, people.c.person)
        rows = list(lookup(connection, people.c.person, columns, persons))
        links = self._keys.of_subjects([bytes(row[0]) for row in rows])
        return {row[1]: links[bytes(row[0])] for row in rows if bytes(row[0]) in links}


def _value(value: float) -> float | None:
    return None if value != value else value
