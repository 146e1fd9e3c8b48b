"""A whole database as one SQLite file, of one moment, while others write; and such a file into
PostgreSQL.

SQLite is copied page by page by its own backup, under one reading transaction. PostgreSQL is read
table by table by COPY in one transaction that sees one state throughout. Either way the file has
the tables of the version that the database stood at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, func, inspect, select

from beholder.errors import BackupError, StoreError
from beholder.progress import Progress
from beholder.store import schema
from beholder.store.database import Database, sqlite_url
from beholder.store.migrate import VERSION_TABLES, migrate, version

STEP = 2_000  # pages in one step, 16 MB
ROWS = 10_000  # rows between two words about progress
BOOLEAN = 16  # PostgreSQL's number of the type
SEEDED = {"counters", "buckets", "kinds", "bucket_keys"}  # tables that are never empty
# The file is of no use before it is whole, so that nothing in it has to outlive a power cut.
LOOSE = ("PRAGMA page_size=8192", "PRAGMA journal_mode=MEMORY", "PRAGMA synchronous=OFF")
COUNTED: dict[str, tuple[Table, ...]] = {
    "store": (schema.items, schema.events, schema.people, schema.answers),
    "keys": (schema.links,),
}


class Copied(msgspec.Struct, frozen=True):
    """What a copy holds.

    Attributes
    ----------
    version
        The migration that it stands at.
    holds
        Rows by table.
    """

    version: str
    holds: dict[str, int]


def copy_out(database: Database, which: str, file: Path, progress: Progress) -> Copied:
    """Copy a database (`store` or `keys`) into a new SQLite file, readable by its owner alone.

    Raises
    ------
    StoreError
        If the database does not answer, is damaged, or has no tables yet.
    """
    target = Database(sqlite_url(str(file)), pragmas=LOOSE)
    try:
        if database.is_sqlite:
            _pages(database, target, progress)
        else:
            _tables(database, target, which, progress)
        with target.read() as connection:
            found = version(connection, which)
            if found is None:
                raise StoreError(
                    f"the {which} database has no tables", remedy="there is nothing to back up yet"
                )
            return Copied(found, _counts(connection, which))
    finally:
        target.close()


def _pages(source: Database, target: Database, progress: Progress) -> None:
    """Copy an SQLite database. Its state is that of the moment at which this begins."""
    with source.outside() as driver, target.outside() as copy:
        driver.execute("BEGIN")
        try:
            # The first reading decides what is seen; without it every step would see another
            # state, and the copy would begin anew with each commit of another process.
            total = driver.execute("PRAGMA page_count").fetchone()[0]
            driver.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            size = driver.execute("PRAGMA page_size").fetchone()[0]
            progress.start("Copying the database", total * size, "bytes")
            left = total

            def advance(_: int, remaining: int, __: int) -> None:
                nonlocal left
                progress.advance(max(left - remaining, 0) * size)
                left = remaining

            driver.backup(copy, pages=STEP, progress=advance, sleep=0.0)
            progress.finish()
        finally:
            driver.execute("ROLLBACK")
        broken = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
        if broken != "ok":
            raise StoreError(
                f"the store is damaged: {broken}",
                remedy="keep the backups that there are, and restore the last whole one",
            )


def _tables(source: Database, target: Database, which: str, progress: Progress) -> None:
    """Copy a PostgreSQL database, all tables from one state."""
    with source.read() as connection:
        found = version(connection, which)
        if found is None:
            return
        migrate(target, which, to=found)
        driver: Any = connection.connection.driver_connection
        progress.start(f"Copying rows of the {which}")
        with target.write() as sink:
            writer: Any = sink.connection.driver_connection
            for name, columns in _columns(sink):
                into, places = ",".join(columns), ",".join("?" * len(columns))
                writer.execute(f"DELETE FROM {name}")  # noqa: S608  (names of our own tables)
                insert = f"INSERT INTO {name}({into}) VALUES ({places})"  # noqa: S608
                rows = _read(driver, name, columns)
                writer.executemany(insert, _told(rows, progress))
        progress.finish()


def _read(driver: Any, table: str, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    names = ",".join(columns)
    with driver.cursor() as cursor:
        types = _types(cursor, table, names)
        with cursor.copy(f"COPY {table}({names}) TO STDOUT (FORMAT BINARY)") as copy:
            copy.set_types(types)
            yield from copy.rows()


def check_empty(database: Database, which: str) -> None:
    """Make the tables of a PostgreSQL database where they are missing; they must hold nothing.

    Raises
    ------
    BackupError
        If they hold something: it would be mixed with what is restored.
    """
    migrate(database, which)
    with database.read() as connection:
        for table in (schema.store if which == "store" else schema.keys).sorted_tables:
            if table.name in SEEDED:
                continue
            if connection.execute(select(table.c[0]).limit(1)).first() is not None:
                raise BackupError(
                    f"the {which} database holds something already ({table.name})",
                    remedy="name an empty one with --store, or drop what it holds yourself",
                )


def copy_in(file: Path, connection: Connection, progress: Progress) -> None:
    """Copy an SQLite file, of this version's tables, into empty tables of PostgreSQL.

    Parameters
    ----------
    connection
        Inside of a writing transaction, which the caller ends.
    """
    source = Database(sqlite_url(str(file)))
    driver: Any = connection.connection.driver_connection
    progress.start(f"Copying rows of {file.name}")
    try:
        with source.read() as reading:
            reader: Any = reading.connection.driver_connection
            for name, columns in _columns(reading):
                names = ",".join(columns)
                rows = reader.execute(f"SELECT {names} FROM {name}")  # noqa: S608  (our own)
                with driver.cursor() as cursor:
                    cursor.execute(f"DELETE FROM {name}")  # noqa: S608
                    _write(cursor, name, names, _told(rows, progress))
        progress.finish()
    finally:
        source.close()


def _write(cursor: Any, table: str, names: str, rows: Iterator[tuple[Any, ...]]) -> None:
    types = _types(cursor, table, names)
    flags = [place for place, type_ in enumerate(types) if type_ == BOOLEAN]
    with cursor.copy(f"COPY {table}({names}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(types)
        for row in rows:
            values = list(row)
            for place in flags:  # SQLite keeps them as numbers
                values[place] = bool(values[place])
            copy.write_row(values)


def _types(cursor: Any, table: str, names: str) -> list[int]:
    cursor.execute(f"SELECT {names} FROM {table} LIMIT 0")  # noqa: S608  (our own)
    return [column.type_code for column in cursor.description]


def _columns(connection: Connection) -> list[tuple[str, list[str]]]:
    """Return the tables of one of our SQLite files and their columns, but for the version."""
    inspector = inspect(connection)
    names = [n for n in inspector.get_table_names() if n not in VERSION_TABLES.values()]
    return [(name, [str(c["name"]) for c in inspector.get_columns(name)]) for name in names]


def _told(rows: Iterator[tuple[Any, ...]], progress: Progress) -> Iterator[tuple[Any, ...]]:
    """Yield the rows, and tell how many there were."""
    waiting = 0
    for row in rows:
        yield row
        waiting += 1
        if waiting == ROWS:
            progress.advance(waiting)
            waiting = 0
    progress.advance(waiting)


def counts(database: Database, which: str) -> dict[str, int]:
    """Return how many rows there are, by the name of the table."""
    with database.read() as connection:
        return _counts(connection, which)


def _counts(connection: Connection, which: str) -> dict[str, int]:
    there = set(inspect(connection).get_table_names())
    return {
        table.name: int(connection.execute(select(func.count()).select_from(table)).scalar_one())
        for table in COUNTED[which]
        if table.name in there
    }
