"""`beholder serve` that acknowledges too early: the controls that must lose.

    python hasty_server.py early|OFF DIR [--port N] ...

`early` answers before the commit, which a kill shows. `OFF` answers after a commit that did not
wait for the disk, which a power cut shows, or a crash of PostgreSQL. All else is the program.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection

from beholder.behaviour.event import Event
from beholder.cli.serve import command
from beholder.service import running
from beholder.store import GroupWriter, Outcome, Store
from beholder.store.database import Database


class HastyWriter(GroupWriter):
    """Says that events are stored as soon as they wait to be."""

    def submit(self, events: Sequence[Event]) -> Future[list[Outcome]]:
        super().submit(events)
        early: Future[list[Outcome]] = Future()
        early.set_result([Outcome(event.event_id or "", "stored") for event in events])
        return early


class HastyDatabase(Database):
    """Commits without waiting for the disk."""

    def __init__(self, url: URL) -> None:
        super().__init__(url)
        self.pragmas = (*self.pragmas, "PRAGMA synchronous=OFF")

    @contextmanager
    def write(self, *, lasting: bool = True) -> Iterator[Connection]:
        with super().write(lasting=lasting) as connection:
            if not self.is_sqlite:
                connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
            yield connection


class HastyStore(Store):
    """A store whose events go to such a database; its keys are as careful as ever."""

    def __init__(self, workspace: Any, database: Database, keys: Any) -> None:
        database.close()
        super().__init__(workspace, HastyDatabase(database.url), keys)


def main(manner: str, arguments: list[str]) -> None:
    if manner == "early":
        vars(running)["GroupWriter"] = HastyWriter
    else:
        vars(running)["Store"] = HastyStore
    command.main(arguments)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
