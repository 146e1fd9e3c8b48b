"""One server a store file, one training a workspace: locks that end when their process dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
    with _held(
        workspace.store / "server.lock",
        "another server (process {pid}) serves this workspace already",
        "stop it, or set store.url to a PostgreSQL database for several",
    ):
        yield


@contextmanager
def training_lock(workspace: Workspace) -> Iterator[None]:
    """Hold the right to train in this workspace: of two, the slower would promote last.

    Raises
    ------
    StoreError
        If another training holds it.
    """
    with _held(
        workspace.bundles / "training.lock",
        "another training (process {pid}) is at work in this workspace",
        "wait until it ends, or stop it",
    ):
        yield


@contextmanager
def _held(path: Path, said: str, remedy: str) -> Iterator[None]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            pid = os.read(handle, 20).decode(errors="replace").strip()
            raise StoreError(said.format(pid=pid or "unknown"), remedy=remedy) from error
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        yield
    finally:
        os.close(handle)
