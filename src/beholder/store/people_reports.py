"""Reports that show what single people did: in one folder, which falls with any of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from beholder.store.taken_away import take_away
from beholder.workspace import Workspace


def make(workspace: Workspace) -> Path:
    """Return the folder, made if need be; to be asked for before the people are read."""
    workspace.people_reports.mkdir(mode=0o700, parents=True, exist_ok=True)
    return workspace.people_reports


@contextmanager
def making(workspace: Workspace, name: str) -> Iterator[Path]:
    """Let a report have a folder of its own among them while it is made; what is in it stays.

    Others make `reports/people` anew after an erasure, and this one nobody.
    """
    own = make(workspace) / name
    own.mkdir(mode=0o700)
    try:
        yield own
    finally:
        with suppress(OSError):  # it was taken away, or something is in it
            own.rmdir()


def drop(workspace: Workspace) -> None:
    """Take all of them away, and write zeros over them."""
    take_away(workspace.people_reports)
