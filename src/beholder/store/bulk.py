"""Looking up and inserting thousands of rows through the driver itself.

The query layer writes the statements, once; the rows go past it. With 200,000 new people this
is the difference between a minute and a few seconds.

SQLite's driver hands the interpreter to other threads at every step of a statement. So one
statement takes many rows: with a step for each, a thread that writes and one that answers would
hand it to and fro all the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice
from typing import Any, TypeVar

from sqlalchemy import Column, Connection, Dialect, Table, any_, bindparam, select
from sqlalchemy.dialects import sqlite

AT_ONCE = 256  # rows of one statement of SQLite
T = TypeVar("T")


def lookup(
    connection: Connection,
    key: Column[Any],
    columns: tuple[Column[Any], ...],
    wanted: Sequence[Any],
) -> Iterator[Sequence[Any]]:
    """Yield `columns` of every row whose `key`, a unique column, is among `wanted`."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        for piece in pieces(wanted):
            statement = _lookup(key, columns, connection.dialect, len(piece))
            yield from driver.execute(statement, piece).fetchall()
        return
    statement = _lookup(key, columns, connection.dialect)
    with driver.cursor() as cursor:
        yield from cursor.execute(statement, {"key": list(wanted)}).fetchall()


def insert_new(connection: Connection, table: Table, rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert rows, all columns in the order of the table; those that are there stay."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        for piece in pieces(rows):
            statement = _insert(table, connection.dialect, len(piece))
            driver.execute(statement, list(chain.from_iterable(piece)))
        return
    statement = _insert(table, connection.dialect)
    names = [column.name for column in table.columns]
    with driver.cursor() as cursor:
        cursor.executemany(statement, [dict(zip(names, row, strict=True)) for row in rows])


def pieces(rows: Iterable[T]) -> Iterator[list[T]]:
    """Yield rows in lists of 256, and the rest in lists of 128, 64 and so on.

    So each statement is prepared for nine numbers of rows at most.
    """
    left = iter(rows)
    while taken := list(islice(left, AT_ONCE)):
        while taken:
            size = 1 << (len(taken).bit_length() - 1)
            yield taken[:size]
            taken = taken[size:]


@lru_cache
def _lookup(
    key: Column[Any], columns: tuple[Column[Any], ...], dialect: Dialect, n: int = 0
) -> str:
    """Return the statement for `n` keys, or for an array of them."""
    among: Any = key.in_([bindparam(f"key{i}") for i in range(n)])
    wanted = among if n else key == any_(bindparam("key"))
    return str(select(*columns).where(wanted).compile(dialect=dialect))


@lru_cache
def _insert(table: Table, dialect: Dialect, n: int = 1) -> str:
    """Return the statement for `n` rows."""
    kind: Any = sqlite
    if dialect.name != "sqlite":
        from sqlalchemy.dialects import postgresql  # long to import, and seldom needed

        kind = postgresql
    one = str(kind.insert(table).on_conflict_do_nothing().compile(dialect=dialect))
    head, values, tail = one.partition(" VALUES ")
    row, on, conflict = tail.partition(" ON CONFLICT")
    return head + values + ", ".join([row] * n) + on + conflict
