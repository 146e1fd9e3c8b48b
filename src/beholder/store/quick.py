"""The reading that every answer waits for: statements built once, rows as plain tuples.

On SQLite they go to the driver directly. The toolkit's way from a statement to rows takes
several times as long as SQLite itself takes to find them.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
    """

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connect = connect
        self._idle: deque[sqlite3.Connection] = deque()

    @contextmanager
    def look(self) -> Iterator[Ask]:
        """Yield a function that answers questions, all from one state of the database."""
        with self._taken() as connection:
            connection.execute("BEGIN")
            yield lambda question, **given: connection.execute(
                question.sql, question.values(given)
            ).fetchall()
            connection.execute("COMMIT")

    def ask(self, question: Question, given: dict[str, Any]) -> Rows:
        """Answer one question, which needs no transaction around it."""
        with self._taken() as connection:
            return connection.execute(question.sql, question.values(given)).fetchall()

    @contextmanager
    def _taken(self) -> Iterator[sqlite3.Connection]:
        connection = self._idle.pop() if self._idle else self._connect()
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)

    def close(self) -> None:
        """Close what is idle."""
        while self._idle:
            self._idle.pop().close()
