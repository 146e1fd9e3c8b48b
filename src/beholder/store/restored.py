"""The databases of a backup, made into the store that a workspace's settings name."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, closing
from pathlib import Path

from sqlalchemy import URL, Connection

from beholder.durable import write_file
from beholder.errors import BackupError
from beholder.progress import Progress
from beholder.store.copying import check_empty, copy_in, counts
from beholder.store.database import Database, address, sqlite_url
from beholder.store.keys import Keys
from beholder.store.migrate import migrate
from beholder.store.opening_keys import ROOT, ready
from beholder.store.records import Receipt
from beholder.store.replay import replay
from beholder.store.stated_form import is_encrypted
from beholder.workspace import Workspace

OTHER = "fetch it again from where it is kept, or use an older one"
FILES = {"store": "events.db", "keys": "keys.db"}


def settle(workspace: Workspace, receipts: Iterable[Receipt], holds: Mapping[str, int]) -> int:
    """Bring the databases forward to this version's tables, and erase whom receipts name.

    Where the keys are missing new ones are made, under which nobody is known.

    Parameters
    ----------
    holds
        How many rows of each table the backup says that there are.

    Returns
    -------
    How many people were erased.

    Raises
    ------
    StoreError
        If the root key or the bucket keys are missing, or are not those of the keys.
    BackupError
        If there are not as many rows, or the keys are missing that alone open the events.
    """
    if not (workspace.store / FILES["store"]).exists():
        raise BackupError("the backup has no database of the store", remedy=OTHER)
    root = workspace.secrets / "root.key"
    keyless = not (workspace.store / FILES["keys"]).exists()
    if keyless:
        write_file(root, os.urandom(ROOT), mode=0o600)
    with ExitStack() as stack:
        store, keys = (stack.enter_context(closing(_file(workspace, which))) for which in FILES)
        there = counts(store, "store")
        if there != dict(holds):
            raise BackupError(f"the backup says {dict(holds)}, and has {there}", remedy=OTHER)
        migrate(store, "store")
        if keyless:
            _check_in_clear(store)
        migrate(keys, "keys")
        # New ones are begun, others must fit.
        opened = Keys(keys, *ready(keys, workspace.secrets))
        opened.rest()  # the erasures that were at work are those that receipts name
        return replay(workspace, store, opened, receipts)


def _check_in_clear(store: Database) -> None:
    with store.read() as connection:
        if is_encrypted(connection):
            raise BackupError(
                "the events of the backup are encrypted, and nothing opens them without its keys",
                remedy="give the file of keys that was written with it (--keys)",
            )


def hand_over(workspace: Workspace, progress: Progress) -> None:
    """Move the databases into those that the settings name, in one transaction each.

    Raises
    ------
    BackupError
        If one holds something already, or is an SQLite file somewhere else.
    """
    with ExitStack() as stack:
        targets: dict[str, Database] = {}
        for which in FILES:
            url = address(workspace, which)
            if url.get_backend_name() == "sqlite":
                _check_own(workspace, which, url.database or "")
                continue
            targets[which] = stack.enter_context(closing(Database(url)))
            check_empty(targets[which], which)
        open_: dict[URL, Connection] = {}
        for which, target in targets.items():
            if target.url not in open_:  # both may share a database, and then a transaction
                open_[target.url] = stack.enter_context(target.write())
            copy_in(workspace.store / FILES[which], open_[target.url], progress)
        for which in targets:
            (workspace.store / FILES[which]).unlink()


def _check_own(workspace: Workspace, which: str, database: str) -> None:
    if Path(database) != workspace.store / FILES[which]:
        raise BackupError(
            f"the settings keep the {which} in the SQLite file {database}",
            remedy="restore with --store sqlite, and move the file there yourself",
        )


def _file(workspace: Workspace, which: str) -> Database:
    return Database(sqlite_url(str(workspace.store / FILES[which])))
