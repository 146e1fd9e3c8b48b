"""One server a store file, one training a workspace, one run an output file.

The locks end when their process does, however it ends.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from beholder.durable import beside
from beholder.errors import StoreError, TrainingBusyError, UsageError
from beholder.workspace import Workspace

WAIT_FOR_IT = "wait until it ends, or stop it"


class _TakenError(Exception):
    """Another process holds a lock; its text is which."""


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
    try:
        handle = _taken(workspace.store / "server.lock")
    except _TakenError as error:
        raise StoreError(
            f"another server (process {error}) serves this workspace already",
            remedy="stop it, or set store.url to a PostgreSQL database for several",
        ) from error
    with os.fdopen(handle):
        yield


@contextmanager
def training_lock(workspace: Workspace) -> Iterator[None]:
    """Hold the right to train in this workspace: of two, the slower would promote last.

    Raises
    ------
    TrainingBusyError
        If another training holds it.
    """
    try:
        handle = _taken(workspace.bundles / "training.lock")
    except _TakenError as error:
        raise TrainingBusyError(
            f"another training (process {error}) is at work in this workspace", remedy=WAIT_FOR_IT
        ) from error
    with os.fdopen(handle):
        yield


@contextmanager
def output_lock(out: Path) -> Iterator[None]:
    """Hold the right to write a file, and the parts beside it that it is made of.

    Raises
    ------
    UsageError
        If another run holds it, or nothing can be written there.
    """
    path = out.with_name(f"{beside(out)}run.lock")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        handle = _taken(path)
    except _TakenError as error:
        raise UsageError(
            f"another run (process {error}) is at work on {out.name}",
            remedy=f"{WAIT_FOR_IT}, or name another file",
            field="out",
        ) from error
    except OSError as error:
        raise UsageError(
            f"{out} cannot be written: {error.strerror}", remedy="name another file", field="out"
        ) from error
    with os.fdopen(handle):
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def _taken(path: Path) -> int:
    """Lock a file, write our process into it, and return it open; closing it gives it back."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            pid = os.read(handle, 20).decode(errors="replace").strip()
            os.close(handle)
            raise _TakenError(pid or "unknown") from error
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle), path.stat()):
                break
        os.close(handle)  # whoever held it took its name away: there is another file, or none
    with suppress(OSError):  # on a full disk it is held all the same, without a name
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
    return handle
