"""Events as arrays, and the raw statements that move many of them at once.

The query layer costs several times the drivers' own time when millions of rows move; these
few statements therefore go to sqlite3 and psycopg directly, inside of the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from beholder.store.bulk import pieces

AT_ONCE = 100  # rows in one INSERT on SQLite: three times as fast as one by one


class EventColumn(NamedTuple):
    """One column of the table of events.

    Attributes
    ----------
    type
        On PostgreSQL: int8, int2, float8 or bytea.
    array, dtype
        The array of `EventColumns` that it is read into; empty: training does not read it.
    needed
        Whether every event has one.
    """

    name: str
    type: str
    array: str = ""
    dtype: Any = None
    needed: bool = True


EVENT = (
    EventColumn("seq", "int8", "seqs", np.int64),
    EventColumn("person", "int8", "people", np.int32),
    EventColumn("item", "int8", "items", np.int32),
    EventColumn("kind", "int2", "kinds", np.uint8),
    EventColumn("time", "int8", "times", np.int64),  # milliseconds since 1970
    EventColumn("value", "float8", "values", np.float32, needed=False),
    EventColumn("arrived", "int8"),
    EventColumn("mark", "int8"),  # see `marks`: with person and time it says "the same event"
    EventColumn("answer", "bytea", needed=False),  # the answer that showed the item
    EventColumn("place", "int2", needed=False),  # and where in it, from 0
    EventColumn("cipher", "bytea", needed=False),  # the event, where events are encrypted
)
"""The columns of an event, in order: the one place that spells them."""

READ = tuple(column for column in EVENT if column.array)
LOADED = EVENT[:8]  # files name no answers
ENCRYPTED = (*LOADED, EVENT[10])
ARRAYS = tuple(column.array for column in READ)


def _names(columns: Sequence[EventColumn]) -> str:
    return ",".join(column.name for column in columns)


def _typed(columns: Sequence[EventColumn], form: str) -> str:
    return ",".join(form.format(column.name, column.type) for column in columns)


@lru_cache
def _insert(columns: tuple[EventColumn, ...], rows: int) -> str:
    row = f"({','.join('?' * len(columns))})"
    values = ",".join([row] * rows)
    into = f"INSERT INTO events({_names(columns)})"
    return f"{into} VALUES {values} ON CONFLICT DO NOTHING"


# What is written into these statements are the names and types above.
_ARRAYS = f"SELECT * FROM unnest({_typed(EVENT, '%s::{1}[]')})"  # noqa: S608
_UNNEST = f"INSERT INTO events({_names(EVENT)}) {_ARRAYS} ON CONFLICT DO NOTHING RETURNING seq"
_COPY = "COPY stage FROM STDIN (FORMAT BINARY)"
_READ = f"SELECT {_names(READ)} FROM events WHERE seq > ? AND seq <= ? ORDER BY seq"  # noqa: S608


@dataclass(frozen=True)
class EventColumns:
    """Arrays of one length, one entry an event; in the order of `READ`.

    Attributes
    ----------
    seqs
        int64. Row numbers of the events, rising in the order of commits.
    people, items
        int32. Row numbers.
    kinds, times, values
        uint8, int64 (milliseconds), float32 (NaN: none).
    """

    seqs: NDArray[np.int64]
    people: NDArray[np.int32]
    items: NDArray[np.int32]
    kinds: NDArray[np.uint8]
    times: NDArray[np.int64]
    values: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.seqs)

    def take(self, rows: NDArray[Any] | slice) -> EventColumns:
        """Return some rows."""
        return EventColumns(*(getattr(self, name)[rows] for name in ARRAYS))


def insert_few(connection: Connection, events: Sequence[Mapping[str, Any]]) -> set[int]:
    """Insert events, by names of columns, that are not there yet; what is left out is NULL.

    Returns
    -------
    The seq of those that were inserted.
    """
    if not events:
        return set()
    rows: list[Any] = [tuple(event.get(column.name) for column in EVENT) for event in events]
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        return set(chain.from_iterable(_inserted(driver, piece) for piece in pieces(rows)))
    lists = [list(column) for column in zip(*rows, strict=True)]
    with driver.cursor() as cursor:
        return {row[0] for row in cursor.execute(_UNNEST, lists).fetchall()}


def _inserted(driver: Any, rows: list[Any]) -> list[int]:
    """Insert some rows in one statement; return the seq of those that were not there yet."""
    seqs = [row[0] for row in rows]
    new = driver.execute(_insert(EVENT, len(rows)), list(chain.from_iterable(rows))).rowcount
    if new == len(rows):
        return seqs
    places = ",".join("?" * len(seqs))
    found = driver.execute(f"SELECT seq FROM events WHERE seq IN ({places})", seqs)  # noqa: S608
    return [seq for (seq,) in found.fetchall()]


def insert_many(
    connection: Connection, columns: Sequence[EventColumn], lists: Sequence[list[Any]]
) -> int:
    """Insert events, a list a column, that are not there yet, and return how many that were."""
    columns, n = tuple(columns), len(lists[0])
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name != "sqlite":
        return _copy(driver, columns, lists)
    before = driver.total_changes
    whole = n - n % AT_ONCE
    flat = list(chain.from_iterable(zip(*(c[:whole] for c in lists), strict=True)))
    width = AT_ONCE * len(columns)
    many = (flat[i : i + width] for i in range(0, len(flat), width))
    driver.executemany(_insert(columns, AT_ONCE), many)
    driver.executemany(_insert(columns, 1), zip(*(c[whole:] for c in lists), strict=True))
    return int(driver.total_changes - before)


def _copy(driver: Any, columns: Sequence[EventColumn], lists: Sequence[list[Any]]) -> int:
    names = _names(columns)
    with driver.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE IF NOT EXISTS stage({_typed(columns, '{0} {1}')}) "
            "ON COMMIT DELETE ROWS"
        )
        with cursor.copy(_COPY) as copy:
            copy.set_types([column.type for column in columns])
            for row in zip(*lists, strict=True):
                copy.write_row(row)
        cursor.execute(
            f"INSERT INTO events({names}) SELECT {names} FROM stage ON CONFLICT DO NOTHING"  # noqa: S608
        )
        return int(cursor.rowcount)


def read_range(connection: Connection, after: int, last: int) -> EventColumns:
    """Return the events with `after` < seq <= `last`, by seq."""
    driver: Any = connection.connection.driver_connection
    statement = _READ if connection.dialect.name == "sqlite" else _READ.replace("?", "%s")
    rows = driver.execute(statement, (after, last)).fetchall()
    if not rows:
        return EMPTY
    found = zip(*rows, strict=True)
    # A value of None becomes NaN.
    return EventColumns(*(np.array(c, k.dtype) for c, k in zip(found, READ, strict=True)))


def join(parts: list[EventColumns]) -> EventColumns:
    """Return the parts one after the other."""
    if not parts:
        return EMPTY
    return EventColumns(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ARRAYS)
    )


EMPTY = EventColumns(*(np.empty(0, column.dtype) for column in READ))
