"""Reports that show what single people did: in one folder, which falls with any of them."""

from __future__ import annotations

from pathlib import Path

from beholder.store.taken_away import take_away
from beholder.workspace import Workspace


def make(workspace: Workspace) -> Path:
    """Return the folder, made if need be; to be asked for before the people are read."""
    workspace.people_reports.mkdir(mode=0o700, parents=True, exist_ok=True)
    return workspace.people_reports


def drop(workspace: Workspace) -> None:
    """Take all of them away, and write zeros over them."""
    take_away(workspace.people_reports)
