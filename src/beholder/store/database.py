"""One database, SQLite or PostgreSQL: its connections, transactions, and errors in plain words."""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.pool import QueuePool

from beholder.disk import state_of
from beholder.errors import MissingExtraError, OverloadedError, SettingsError, StoreError
from beholder.store.quick import Ask, Lookers, Question, Rows
from beholder.workspace import Workspace

WAIT = 2.0  # seconds: somebody waits for the answer
PATIENT = 60.0  # seconds, of work that nobody asks for twice, such as an import beside others
# One writer at a time on PostgreSQL too: row numbers then rise in the order of commits.
LOCK = 7_041_776
# A database whose default is to acknowledge before its disk has the commit is overruled.
CAREFUL = (
    "SELECT set_config('lock_timeout', '{wait}ms', true),"
    " CASE current_setting('synchronous_commit')"
    " WHEN 'off' THEN set_config('synchronous_commit', 'on', true) END"
)
SOON = (
    "SELECT set_config('lock_timeout', '{wait}ms', true),"
    " set_config('synchronous_commit', 'off', true)"
)
PRAGMAS = (
    "PRAGMA page_size=8192",  # of a new file; a sixth less work in an import than 4096
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # an acknowledged event outlives a power cut
    "PRAGMA secure_delete=ON",  # an erased person leaves no bytes in free pages
    "PRAGMA cache_size=-16384",
)


class Database:
    """Connections to one database. Safe to share between threads.

    Parameters
    ----------
    url
        `sqlite:////path/file.db` or `postgresql://...`.
    pragmas
        What each SQLite connection starts with.
    wait
        Seconds that a transaction waits for another writer before it gives up.
    """

    def __init__(self, url: URL, *, pragmas: tuple[str, ...] = PRAGMAS, wait: float = WAIT) -> None:
        self.url = url
        self.wait = wait
        self.pragmas = pragmas
        self.is_sqlite = url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            _keep_from_others(Path(url.database or ""))
        self.engine = self._engine()
        self._lookers = Lookers(self._connect, lambda error: _plain_of(error, url))

    def look(self) -> AbstractContextManager[Ask]:
        """Return what gives, in a `with`, a function that answers each `Question` from one state.

        See `quick`.
        """
        return self._lookers.look() if self.is_sqlite else self._look_by_toolkit()

    @contextmanager
    def _look_by_toolkit(self) -> Iterator[Ask]:
        with self.read() as connection:
            yield lambda question, **given: [
                tuple(row) for row in connection.execute(question.statement, given)
            ]

    def ask(self, question: Question, **given: Any) -> Rows:
        """Answer one `Question`; several that belong together are for `look`."""
        if not self.is_sqlite:
            with self.look() as ask:
                return ask(question, **given)
        return self._lookers.ask(question, given)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Yield a connection inside of one transaction that sees one state throughout."""
        with translated(self.url), self.engine.connect() as connection:
            if not self.is_sqlite:
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def write(self, *, lasting: bool = True) -> Iterator[Connection]:
        """Yield a connection inside of one writing transaction, committed when the block ends.

        If the commit fails, nothing of it is stored and the connection is closed for good: a
        failed fsync is never tried again, since the pages may be gone already.

        Parameters
        ----------
        lasting
            Whether it waits until the disk has it. Else a power cut may take it away, whole, and
            the next lasting one keeps it, too.
        """
        with translated(self.url, self.wait), self.engine.connect() as connection:
            usual = [text for text in self.pragmas if text.startswith("PRAGMA synchronous")]
            waits = usual[-1] if lasting else "PRAGMA synchronous=NORMAL"
            connection = connection.execution_options(beholder_write=waits, beholder_wait=self.wait)
            try:
                with connection.begin():
                    if not self.is_sqlite:
                        words = CAREFUL if lasting else SOON
                        connection.exec_driver_sql(words.format(wait=int(self.wait * 1000)))
                        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
                    yield connection
            except Exception as error:
                if isinstance(error, (OperationalError, *_of_drivers("OperationalError"))):
                    connection.invalidate()
                    self.engine.dispose()
                raise

    @contextmanager
    def outside(self) -> Iterator[Any]:
        """Yield a connection of the driver, outside of any transaction."""
        with translated(self.url), self.engine.connect() as connection:
            yield connection.connection.driver_connection

    def close(self) -> None:
        """Close all connections."""
        self._lookers.close()
        self.engine.dispose()

    def _engine(self) -> Engine:
        connect: dict[str, Any] = {}
        if self.is_sqlite:
            connect = {"timeout": WAIT, "check_same_thread": False}
        try:
            engine = create_engine(
                self.url, poolclass=QueuePool, pool_size=16, max_overflow=48, connect_args=connect
            )
        except ImportError as error:
            raise MissingExtraError(
                "PostgreSQL needs a driver", remedy="pip install 'beholder[postgres]'"
            ) from error
        if self.is_sqlite:
            event.listen(engine, "connect", self._configure)
            event.listen(engine, "begin", _begin)
        return engine

    def _connect(self) -> sqlite3.Connection:
        path = self.url.database or ""
        connection = sqlite3.connect(path, timeout=WAIT, check_same_thread=False)
        self._configure(connection, None)
        return connection

    def _configure(self, connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None  # transactions are begun by `_begin`, in our words
        for pragma in self.pragmas:
            connection.execute(pragma)


def _begin(connection: Connection) -> None:
    """Begin on SQLite: at once as the writer, or as a reader that never blocks."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    told = connection.get_execution_options()
    waits = told.get("beholder_write")
    if waits is None:
        driver.execute("BEGIN")
        return
    driver.execute(waits)
    # SQLite's own waiting sleeps up to 100 ms between looks, so that a long import beside a
    # server would nearly always win; looking every millisecond is fair.
    driver.execute("PRAGMA busy_timeout=0")
    deadline = time.monotonic() + told["beholder_wait"]
    try:
        while True:
            try:
                driver.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
            time.sleep(0.001)
    finally:
        driver.execute(f"PRAGMA busy_timeout={int(WAIT * 1000)}")


@contextmanager
def translated(url: URL, wait: float = WAIT) -> Iterator[None]:
    """Turn errors of the drivers into `StoreError` and `OverloadedError`."""
    try:
        yield
    except Exception as error:
        known = _plain_of(error, url, wait)
        if known is error:
            raise
        raise known from error


def _plain_of(error: BaseException, url: URL, wait: float = WAIT) -> BaseException:
    """Return an error of the drivers in plain words, and any other as it is."""
    if isinstance(error, DBAPIError):
        return _plain(error.orig or error, url, wait)
    if isinstance(error, _of_drivers("Error")):  # of statements that go to a driver itself
        return _plain(error, url, wait)
    return error


def _of_drivers(name: str) -> tuple[type[BaseException], ...]:
    """Return an exception of each driver that is loaded: psycopg is an extra."""
    loaded = (sys.modules.get(driver) for driver in ("sqlite3", "psycopg"))
    return tuple(getattr(driver, name) for driver in loaded if driver is not None)


def _plain(error: BaseException, url: URL, wait: float) -> StoreError:
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    low = text.lower()
    if "locked" in low or "lock timeout" in low or "busy" in low:
        return OverloadedError(
            f"another writer holds the store for more than {wait:g} s", remedy="try again later"
        )
    if "malformed" in low or "not a database" in low:
        return StoreError(
            f"the store is damaged: {text}", remedy="restore the last backup of this workspace"
        )
    folder = Path(url.database or "").parent if url.drivername.startswith("sqlite") else None
    disk = "" if folder is None else state_of(folder)
    where = "" if folder is None else f" ({str(folder)!r})"
    if "full" in low or "no space" in low or disk == "full":
        return StoreError(
            f"the disk of the store{where} is full",
            remedy="make room there; a server that runs goes on answering",
        )
    if disk == "read-only":
        return StoreError(
            f"the disk of the store{where} is read-only",
            remedy="mount it so that it can be written; a server that runs goes on answering",
        )
    if "disk i/o" in low or "readonly" in low or "unable to open" in low:
        return StoreError(
            f"the disk of the store{where} fails: {text}",
            remedy="see who may write there, and whether the disk is whole",
        )
    # What it says may name its host: that is for who runs it, and remedies are not sent to callers.
    return StoreError("the database refused", remedy=f"it says: {text}; see that it runs")


def sqlite_url(path: str) -> URL:
    """Return the address of an SQLite file."""
    return URL.create("sqlite", database=path)


def _keep_from_others(file: Path) -> None:
    """Let nobody but its owner read a database; what SQLite writes beside it is as it is.

    A file that is there is never opened here: closing any descriptor of it would drop the locks
    that SQLite holds on it in this process (POSIX), and others would take its WAL away.
    """
    with suppress(OSError):  # a folder that is read-only, or somebody else's
        if not file.exists():
            os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        elif file.stat().st_mode & 0o077:
            file.chmod(0o600)


def address(workspace: Workspace, which: str) -> URL:
    """Return where a workspace keeps its `store`, or its `keys`.

    Raises
    ------
    SettingsError
        If the setting is no address of a database.
    """
    setting, file = {"store": ("url", "events.db"), "keys": ("keys_url", "keys.db")}[which]
    remote = getattr(workspace.settings.store, setting)
    return (
        parse_url(remote, f"store.{setting}") if remote else sqlite_url(str(workspace.store / file))
    )


def parse_url(text: str, setting: str) -> URL:
    """Return the address of a PostgreSQL database (psycopg 3) or SQLite file.

    Raises
    ------
    SettingsError
        For anything else.
    """
    with suppress(ArgumentError):
        url = make_url(text)
        backend = url.get_backend_name()
        if backend == "sqlite":
            return url
        if backend in ("postgresql", "postgres"):
            return url.set(drivername="postgresql+psycopg")
    raise SettingsError(
        f"{setting} is no address of a database",
        remedy="postgresql://user@host/name, or leave it empty for SQLite",
    )
