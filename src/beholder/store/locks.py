"""One server a store file: a lock that the operating system frees when the process dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from beholder.errors import StoreError
from beholder.workspace import Workspace


@contextmanager
def server_lock(workspace: Workspace) -> Iterator[None]:
    """Hold the right to serve this workspace's SQLite store.

    Import, training and other commands do not ask for it and may run beside. On PostgreSQL
    several servers are welcome, and nothing is locked.

    Raises
    ------
    StoreError
        If another server holds it.
    """
    if workspace.settings.store.url:
        yield
        return
    handle = os.open(workspace.store / "server.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            pid = os.read(handle, 20).decode(errors="replace").strip()
            raise StoreError(
                f"another server (process {pid}) serves this workspace already",
                remedy="stop it, or set store.url to a PostgreSQL database for several",
            ) from error
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        yield
    finally:
        os.close(handle)
