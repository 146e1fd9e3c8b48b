"""Bringing the store of an older version forward on purpose, and telling what it holds then."""

from __future__ import annotations

from pathlib import Path

import msgspec
from sqlalchemy import func, select

from beholder.store import schema
from beholder.store.database import Database, address
from beholder.store.locks import server_lock
from beholder.store.migrate import HEADS, version
from beholder.store.store import Store
from beholder.workspace import Workspace

COUNTED = {
    "items": schema.items,
    "pictures of items": schema.item_media,
    "events": schema.events,
    "people": schema.people,
}


class Upgraded(msgspec.Struct, frozen=True):
    """What became of a store.

    Attributes
    ----------
    before, after
        The migration that the databases `store` and `keys` stood at.
    holds
        Rows by what they are, as they are now.
    """

    before: dict[str, str]
    after: dict[str, str]
    holds: dict[str, int]


def upgrade(workspace: Workspace) -> Upgraded:
    """Run what is missing of the migrations; each one is done as a whole or not at all.

    Raises
    ------
    StoreError
        If a server is running on it, a part is missing, or a newer version made it.
    """
    with server_lock(workspace):
        before = _versions(workspace)
        with Store.open(workspace) as store, store.database.read() as connection:
            holds = {
                name: int(connection.execute(select(func.count()).select_from(table)).scalar_one())
                for name, table in COUNTED.items()
            }
        return Upgraded(before, _versions(workspace), holds)


def _versions(workspace: Workspace) -> dict[str, str]:
    found = {}
    for which in HEADS:
        url = address(workspace, which)
        if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
            continue  # `Store.open` says what is missing; looking must not make an empty one
        database = Database(url)
        try:
            with database.read() as connection:
                found[which] = version(connection, which) or "none"
        finally:
            database.close()
    return found
