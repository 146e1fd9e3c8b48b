"""What a store holds, after its process was killed or its disk lost the power."""

from __future__ import annotations

import sqlite3

from beholder.store import Store, Who
from beholder.workspace import Workspace

Event = tuple[str, int]  # user, time


def kept(workspace: Workspace, users: set[str]) -> set[Event]:
    """Return the events of these users; SQLite's files must be sound."""
    for path in workspace.store.glob("*.db"):
        database = sqlite3.connect(path)
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)], path
        database.close()
    with Store.open(workspace) as store:
        return {
            (user, record["time"])
            for user in users
            for record in store.export(Who("user", user))
            if record["record"] == "event"
        }
