"""The form in which events stand: in clear, or encrypted under the keys of people.

A form is the one place that writes rows of events and reads what is in them. Who is read, and
for what, is decided by those who ask it. Deleting and counting go by columns that both forms have:
number, person and arrival.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from beholder.store.columns import EventColumns
from beholder.store.keys import Link
from beholder.store.quick import Ask, Rows

DAY = 86_400_000  # milliseconds


class Stored(NamedTuple):
    """An event in clear, by the names of the columns."""

    seq: int
    person: int
    item: int
    kind: int
    time: int
    value: float | None
    arrived: int
    mark: int
    answer: bytes | None = None
    place: int | None = None


class Form(Protocol):
    """How rows of events are written and read."""

    @property
    def encrypted(self) -> bool:
        """Whether it takes the keys of people to read them."""

    def name(self, link: Link, name: str) -> bytes:
        """Return the 16 bytes under which a caller's event id is kept."""

    def insert(self, connection: Connection, rows: Sequence[tuple[Link, Stored]]) -> set[int]:
        """Insert the events that are not there yet; return their seq."""

    def load(
        self, connection: Connection, rows: EventColumns, arrived: int, marks: NDArray[np.int64]
    ) -> int:
        """Insert many events, and return how many were new."""

    def known(
        self, connection: Connection, link: Link, person: int, time: int, mark: int
    ) -> Stored | None:
        """Return the event of a person that has a moment and a mark."""

    def history(self, ask: Ask, link: Link, person: int) -> Rows:
        """Return the newest 10,000 events of a person, newest first: see `Snapshot.rows`."""

    def newest(
        self, connection: Connection, link: Link, person: int, kinds: Collection[int]
    ) -> list[Stored]:
        """Return the newest 10,000 events of a person that are of some kinds, oldest first."""

    def page(
        self, connection: Connection, link: Link, person: int, after: int, n: int
    ) -> list[Stored]:
        """Return the first `n` events of a person with a seq above `after`, by seq."""

    def days(self, connection: Connection, person: int) -> list[int]:
        """Return how many events a person has on each day of UTC; no moment is of none."""

    def recent(self, ask: Ask, last: int) -> Rows:
        """Return person, item, time, kind and value of the newest of who allow `train`.

        A bounded number, back from the seq `last`, in any order.
        """

    def link(self, subject: bytes) -> Link | None:
        """Return the link that reads a person's events; None: they were erased meanwhile."""
