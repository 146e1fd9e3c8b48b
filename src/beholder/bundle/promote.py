"""Which bundle is served: a file `current` with its name, replaced by rename."""

from __future__ import annotations

import re
from pathlib import Path

from beholder.bundle.manifest import read
from beholder.durable import write_file
from beholder.errors import BundleError
from beholder.workspace import Workspace

NAME = re.compile(r"\d{8}T\d{6}-[0-9a-f]{4}")


def names(workspace: Workspace) -> list[str]:
    """Return all whole bundles, oldest first."""
    found = [path.name for path in workspace.bundles.iterdir() if NAME.fullmatch(path.name)]
    return sorted(found)


def folder_of(workspace: Workspace, name: str) -> Path:
    """Return the folder of a bundle.

    Raises
    ------
    BundleError
        If there is none of this name.
    """
    if not NAME.fullmatch(name) or not (workspace.bundles / name).is_dir():
        raise BundleError(
            f"there is no bundle {name!r}", remedy="`beholder bundle list` shows them"
        )
    return workspace.bundles / name


def current(workspace: Workspace) -> str:
    """Return the name of the promoted bundle.

    Raises
    ------
    BundleError
        If nothing was promoted yet.
    """
    path = workspace.root / "current"
    if not path.exists():
        raise BundleError(
            "nothing was trained yet", remedy=f"run `beholder train {workspace.root}`"
        )
    return path.read_text().strip()


def promote(workspace: Workspace, name: str) -> None:
    """Check a bundle and make it the one that is served.

    Raises
    ------
    BundleError
        If it is not whole; the one that was served before stays.
    """
    read(folder_of(workspace, name), workspace.secrets)
    write_file(workspace.root / "current", f"{name}\n".encode())


def roll_back(workspace: Workspace) -> str:
    """Promote the newest bundle older than the current one and return its name.

    Raises
    ------
    BundleError
        If there is no older one.
    """
    older = [name for name in names(workspace) if name < current(workspace)]
    if not older:
        raise BundleError("there is no older bundle", remedy="`beholder bundle list` shows them")
    promote(workspace, older[-1])
    return older[-1]
