"""Events in clear: SQL reads item, kind, time and value itself."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, and_, bindparam, func, select

from beholder.behaviour.kinds import CODES, NEGATIVE
from beholder.behaviour.reduce import NEWEST
from beholder.store import consent, schema
from beholder.store.columns import LOADED, READ, EventColumns, insert_few, insert_many
from beholder.store.event_form import DAY, Stored
from beholder.store.keys import Link
from beholder.store.quick import Ask, Question, Rows
from beholder.store.stated_form import check_stated

RECENT = 100_000  # events that trends are read of
events, people = schema.events, schema.people
COLUMNS = tuple(events.c[name] for name in Stored._fields)
AGAINST = sorted(CODES[kind] for kind in NEGATIVE)

HISTORY = Question(
    select(events.c.time, events.c.item, events.c.kind, events.c.value, events.c.seq)
    .where(events.c.person == bindparam("person"))
    .order_by(events.c.time.desc())  # as the index stands: to sort takes as long as to find
    .limit(NEWEST)
)
TRENDS = Question(
    select(events.c.person, events.c.item, events.c.time, events.c.kind, events.c.value)
    .select_from(events.join(people, people.c.person == events.c.person))
    .where(
        and_(
            events.c.seq > bindparam("after"),
            consent.allows("train"),
            events.c.kind != AGAINST[0],
            events.c.kind != AGAINST[1],
        )
    )
)


class PlainEvents:
    """The form in clear; see `Form`."""

    encrypted = False

    def name(self, link: Link, name: str) -> bytes:
        """Return a hash of a caller's event id, under the subject."""
        return hashlib.blake2b(name.encode(), key=link.subject, digest_size=16).digest()

    def insert(self, connection: Connection, rows: Sequence[tuple[Link, Stored]]) -> set[int]:
        """Insert the events that are not there yet; return their seq."""
        check_stated(connection, encrypted=False)
        return insert_few(connection, [row._asdict() for _, row in rows])

    def load(
        self, connection: Connection, rows: EventColumns, arrived: int, marks: NDArray[np.int64]
    ) -> int:
        """Insert many events, and return how many were new."""
        check_stated(connection, encrypted=False)
        beside = {"arrived": [arrived] * len(rows), "mark": marks.tolist()}
        lists = {column.name: getattr(rows, column.array).tolist() for column in READ} | beside
        lists["value"] = [None if v != v else v for v in lists["value"]]
        return insert_many(connection, LOADED, [lists[column.name] for column in LOADED])

    def known(
        self, connection: Connection, link: Link, person: int, time: int, mark: int
    ) -> Stored | None:
        """Return the event of a person that has a moment and a mark."""
        mine = (events.c.person == person) & (events.c.time == time) & (events.c.mark == mark)
        row = connection.execute(select(*COLUMNS).where(mine)).first()
        return None if row is None else Stored(*row)

    def history(self, ask: Ask, link: Link, person: int) -> Rows:
        """Return the newest events of a person, newest first."""
        return ask(HISTORY, person=person)

    def newest(
        self, connection: Connection, link: Link, person: int, kinds: Collection[int]
    ) -> list[Stored]:
        """Return the newest events of a person that are of some kinds, oldest first."""
        wanted = (
            select(*COLUMNS)
            .where(events.c.person == person)
            .where(events.c.kind.in_(kinds))
            .order_by(events.c.time.desc(), events.c.seq.desc())
            .limit(NEWEST)
        )
        return [Stored(*row) for row in connection.execute(wanted)][::-1]

    def page(
        self, connection: Connection, link: Link, person: int, after: int, n: int
    ) -> list[Stored]:
        """Return the first events of a person with a seq above `after`, by seq."""
        wanted = select(*COLUMNS).where((events.c.person == person) & (events.c.seq > after))
        rows = connection.execute(wanted.order_by(events.c.seq).limit(n))
        return [Stored(*row) for row in rows]

    def days(self, connection: Connection, person: int) -> list[int]:
        """Return how many events a person has on each day of UTC; no moment is of none."""
        day = events.c.time // DAY
        mine = (events.c.person == person) & (events.c.time != 0)
        wanted = select(func.count()).where(mine).group_by(day)
        return [int(row[0]) for row in connection.execute(wanted)]

    def recent(self, ask: Ask, last: int) -> Rows:
        """Return what trends are made of, of the newest 100,000 events."""
        return ask(TRENDS, after=last - RECENT)

    def link(self, subject: bytes) -> Link | None:
        """Return a link that has no key: none is needed."""
        return Link(subject, b"")
