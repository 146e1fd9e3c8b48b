"""Events as arrays, and the raw statements that move many of them at once.

The query layer costs several times the drivers' own time when millions of rows move; these
few statements therefore go to sqlite3 and psycopg directly, inside of the caller's transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

AT_ONCE = 100  # rows in one INSERT on SQLite: three times as fast as one by one
_WIDTH = 8
_ROW = "(" + ",".join("?" * _WIDTH) + ")"
_INTO = "INSERT INTO events(seq,person,item,kind,time,value,arrived,mark)"
_ONE = f"{_INTO} VALUES {_ROW} ON CONFLICT DO NOTHING"
_MANY = f"{_INTO} VALUES {','.join([_ROW] * AT_ONCE)} ON CONFLICT DO NOTHING"
_UNNEST = (
    "INSERT INTO events(seq,person,item,kind,time,value,arrived,mark)"
    " SELECT * FROM unnest(%s::bigint[],%s::bigint[],%s::bigint[],%s::smallint[],"
    "%s::bigint[],%s::float8[],%s::bigint[],%s::bigint[]) ON CONFLICT DO NOTHING RETURNING seq"
)
_STAGE = (
    "CREATE TEMP TABLE IF NOT EXISTS stage(seq bigint, person bigint, item bigint, kind smallint,"
    " time bigint, value float8, arrived bigint, mark bigint) ON COMMIT DELETE ROWS"
)
_COPY = "COPY stage FROM STDIN (FORMAT BINARY)"
_UNSTAGE = (
    "INSERT INTO events(seq,person,item,kind,time,value,arrived,mark)"
    " SELECT * FROM stage ON CONFLICT DO NOTHING"
)
_READ = "SELECT seq,person,item,kind,time,value FROM events WHERE seq > ? AND seq <= ? ORDER BY seq"


@dataclass(frozen=True)
class EventColumns:
    """Arrays of one length, one entry an event.

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
        return EventColumns(*(getattr(self, field.name)[rows] for field in fields(self)))


def insert_few(connection: Connection, rows: list[tuple[Any, ...]]) -> set[int]:
    """Insert rows (seq, person, item, kind, time, value, arrived, mark) that are not there yet.

    Returns
    -------
    The seq of those that were inserted.
    """
    if not rows:
        return set()
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        return {row[0] for row in rows if driver.execute(_ONE, row).rowcount == 1}
    lists = [list(column) for column in zip(*rows, strict=True)]
    with driver.cursor() as cursor:
        return {row[0] for row in cursor.execute(_UNNEST, lists).fetchall()}


def insert_many(
    connection: Connection,
    events: EventColumns,
    arrived: int,
    marks: NDArray[np.int64],
) -> int:
    """Insert events that are not there yet, and return how many that were."""
    n = len(events)
    values: list[float | None] = [None if v != v else v for v in events.values.tolist()]
    columns = (
        events.seqs.tolist(),
        events.people.tolist(),
        events.items.tolist(),
        events.kinds.tolist(),
        events.times.tolist(),
        values,
        [arrived] * n,
        marks.tolist(),
    )
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name != "sqlite":
        return _copy(driver, columns)
    before = driver.total_changes
    whole = n - n % AT_ONCE
    flat = list(chain.from_iterable(zip(*(c[:whole] for c in columns), strict=True)))
    width = AT_ONCE * _WIDTH
    driver.executemany(_MANY, (flat[i : i + width] for i in range(0, len(flat), width)))
    driver.executemany(_ONE, zip(*(c[whole:] for c in columns), strict=True))
    return int(driver.total_changes - before)


def _copy(driver: Any, columns: tuple[list[Any], ...]) -> int:
    with driver.cursor() as cursor:
        cursor.execute(_STAGE)
        with cursor.copy(_COPY) as copy:
            copy.set_types(["int8", "int8", "int8", "int2", "int8", "float8", "int8", "int8"])
            for row in zip(*columns, strict=True):
                copy.write_row(row)
        cursor.execute(_UNSTAGE)
        return int(cursor.rowcount)


def read_range(connection: Connection, after: int, last: int) -> EventColumns:
    """Return the events with `after` < seq <= `last`, by seq."""
    driver: Any = connection.connection.driver_connection
    statement = _READ if connection.dialect.name == "sqlite" else _READ.replace("?", "%s")
    rows = driver.execute(statement, (after, last)).fetchall()
    if not rows:
        return EMPTY
    seqs, people, items, kinds, times, values = zip(*rows, strict=True)
    return EventColumns(
        np.array(seqs, np.int64),
        np.array(people, np.int32),
        np.array(items, np.int32),
        np.array(kinds, np.uint8),
        np.array(times, np.int64),
        np.array(values, np.float32),  # None becomes NaN
    )


def join(parts: list[EventColumns]) -> EventColumns:
    """Return the parts one after the other."""
    if not parts:
        return EMPTY
    return EventColumns(
        *(np.concatenate([getattr(p, field.name) for p in parts]) for field in fields(EventColumns))
    )


EMPTY = EventColumns(
    np.empty(0, np.int64),
    np.empty(0, np.int32),
    np.empty(0, np.int32),
    np.empty(0, np.uint8),
    np.empty(0, np.int64),
    np.empty(0, np.float32),
)
