"""A process that publishes bundles on a disk that is synced beside it, and what is served then."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from beholder.bundle import parts
from beholder.bundle.manifest import read
from beholder.bundle.promote import current, folder_of, names
from beholder.workspace import Workspace

SCRIPT = Path(__file__).parents[1] / "bundle" / "publish_forever.py"


def publisher(root: Path, manner: str) -> list[str]:
    """Return the command of a process that publishes bundles."""
    return [sys.executable, str(SCRIPT), str(root), manner]


def promoted(lines: list[str]) -> list[str]:
    """Return the bundles that the publisher said were promoted."""
    return [line for line in lines if line != "writing"]


def served_whole(workspace: Workspace) -> str:
    """Return the served bundle after checking and opening it, and checking all others.

    Raises
    ------
    BundleError
        If anything that has a bundle's name is not whole.
    """
    name = current(workspace)
    parts.load(folder_of(workspace, name))
    for each in names(workspace):
        read(workspace.bundles / each, workspace.secrets)
    return name


@contextmanager
def syncing(path: Path) -> Iterator[None]:
    """Sync another file of this disk all the time, as a server does that records events.

    The journal of the file system is written out with each: renames reach the disk at once,
    and what the renamed files hold only where somebody waited for it.
    """
    over = threading.Event()

    def work() -> None:
        with suppress(OSError), path.open("wb", buffering=0) as file:  # the disk fails
            while not over.is_set():
                file.write(b"x")
                os.fsync(file.fileno())

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
