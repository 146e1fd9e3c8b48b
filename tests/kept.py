"""What a store still holds after its process or its disk lost the power."""

from __future__ import annotations

import sqlite3

from listener import Event

from beholder.store import Store, Who
from beholder.workspace import Workspace


def kept(workspace: Workspace, users: set[str]) -> set[Event]:
    """Return the events of these users; both databases must be sound."""
    for name in ("events.db", "keys.db"):
        database = sqlite3.connect(workspace.store / name)
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)], name
        database.close()
    with Store.open(workspace) as store:
        return {
            (user, record["time"])
            for user in users
            for record in store.export(Who("user", user))
            if record["record"] == "event"
        }
