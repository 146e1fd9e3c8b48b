"""The reading that every answer waits for: statements built once, rows as plain tuples.

On SQLite they go to the driver directly. The toolkit's way from a statement to rows takes
several times as long as SQLite itself takes to find them.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable
from typing import Any

from sqlalchemy import Select
from sqlalchemy.dialects import sqlite

Rows = list[tuple[Any, ...]]
Ask = Callable[..., Rows]


class Question:
    """A statement whose open places are filled by name when it is asked."""

    def __init__(self, statement: Select[Any]) -> None:
        self.statement = statement
        compiled = statement.compile(dialect=sqlite.dialect(paramstyle="qmark"))
        self.sql = str(compiled)
        self.fixed = dict(compiled.params)
        self.names: list[str] = list(compiled.positiontup or ())

    def values(self, given: dict[str, Any]) -> list[Any]:
        """Return what stands in the places, in their order."""
        return [given[name] if name in given else self.fixed[name] for name in self.names]


class Lookers:
    """Connections of the SQLite driver for reading, kept open between requests.

    Parameters
    ----------
    connect
        Opens a new one.
    plain
        Returns an error of the driver in plain words, and any other as it is.
    """

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        plain: Callable[[BaseException], BaseException],
    ) -> None:
        self._connect, self._plain = connect, plain
        self._idle: deque[sqlite3.Connection] = deque()

    def look(self) -> Look:
        """Return what gives, in a `with`, a function that answers questions from one state."""
        return Look(self)

    def ask(self, question: Question, given: dict[str, Any]) -> Rows:
        """Answer one question, which needs no transaction around it."""
        connection = self.take()
        try:
            rows = connection.execute(question.sql, question.values(given)).fetchall()
        except BaseException as error:
            self.let_go(connection, error)
            raise
        self._idle.append(connection)
        return rows

    def take(self) -> sqlite3.Connection:
        """Return a connection that nobody else has."""
        try:
            return self._idle.pop() if self._idle else self._connect()
        except sqlite3.Error as error:
            raise self._plain(error) from error

    def give_back(self, connection: sqlite3.Connection) -> None:
        """Let others take a connection."""
        self._idle.append(connection)

    def let_go(self, connection: sqlite3.Connection, error: BaseException) -> None:
        """Close a connection that an error came through, and raise that in plain words."""
        connection.close()
        known = self._plain(error)
        if known is not error:
            raise known from error

    def close(self) -> None:
        """Close what is idle."""
        while self._idle:
            self._idle.pop().close()


class Look:
    """One state of the database. Every answer takes one: a generator would take longer."""

    __slots__ = ("_connection", "_lookers")

    def __init__(self, lookers: Lookers) -> None:
        self._lookers = lookers

    def __enter__(self) -> Ask:
        self._connection = self._lookers.take()
        try:
            self._connection.execute("BEGIN")
        except BaseException as error:
            self._lookers.let_go(self._connection, error)
            raise
        return self._ask

    def _ask(self, question: Question, **given: Any) -> Rows:
        return self._connection.execute(question.sql, question.values(given)).fetchall()

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if error is None:
            try:
                self._connection.execute("COMMIT")
            except BaseException as failed:
                self._lookers.let_go(self._connection, failed)
                raise
            self._lookers.give_back(self._connection)
        else:
            self._lookers.let_go(self._connection, error)
