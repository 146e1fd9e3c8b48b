"""Which files of a workspace are in its backup, and under which names."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import BinaryIO

from beholder.backup.container import Packer
from beholder.bundle import promote
from beholder.bundle.signature import PUBLIC
from beholder.errors import BundleError
from beholder.store import bucket_file
from beholder.store.bucket_file import Ring
from beholder.workspace import Workspace

FOLDERS = ("media", "vectors", "reports")  # segments are not: they are made again from the store
EVENTS, KEYS, CURRENT, SETTINGS = "store/events.db", "store/keys.db", "current", "beholder.toml"
SIGNED_BY = f"secrets/{PUBLIC}"  # no secret: bundles are checked with it
_SECRET = re.compile(r"secrets/[^/]+")
_OURS = re.compile(rf"({'|'.join((*FOLDERS, 'bundles'))})/.+")


def in_workspace(name: str) -> bool:
    """Whether a file may be in the backup of a workspace."""
    return name in (EVENTS, CURRENT, SETTINGS, SIGNED_BY) or _OURS.fullmatch(name) is not None


def in_keys(name: str) -> bool:
    """Whether a file may be in the backup of its keys."""
    return name == KEYS or (_SECRET.fullmatch(name) is not None and name != SIGNED_BY)


def add_workspace(packer: Packer, workspace: Workspace) -> None:
    """Add everything but the databases and the secrets.

    Files are only ever added or replaced as a whole, and what the copied store names was written
    before it: the files are read after it, and one that has gone meanwhile is nobody's any more.
    """
    for path in (workspace.toml, workspace.secrets / PUBLIC):
        add_file(packer, workspace, path)
    for path in _others(workspace):
        add_file(packer, workspace, path)
    _add_bundles(packer, workspace)


def add_secrets(packer: Packer, workspace: Workspace, ring: Ring | None) -> None:
    """Add the keys that lie in files, and the bucket keys as they belong to the copied links."""
    for path in files_below(workspace.secrets):
        if path.parent == workspace.secrets and path.name not in (PUBLIC, bucket_file.NAME):
            add_file(packer, workspace, path)
    if ring is not None:
        packer.add_bytes(f"secrets/{bucket_file.NAME}", bucket_file.encoded(ring))


def add_file(packer: Packer, workspace: Workspace, path: Path) -> None:
    """Add one file under its place in the workspace, if it is there."""
    with suppress(FileNotFoundError), path.open("rb") as file:
        packer.add(path.relative_to(workspace.root).as_posix(), file)


def files_below(folder: Path) -> Iterator[Path]:
    """Yield all files below a folder in order, but for those that begin with a dot."""
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith("."):
                yield Path(place, name)


def size_of(workspace: Workspace) -> int:
    """Return about how many bytes `add_workspace` will add."""
    size = 0
    for path in (*_others(workspace), *files_below(workspace.bundles)):
        with suppress(FileNotFoundError):
            size += path.stat().st_size
    return size


def _others(workspace: Workspace) -> Iterator[Path]:
    """Yield what is neither store, secret nor bundle, but for reports that show people.

    Those fall with an erasure, and no backup brings them back.
    """
    for name in FOLDERS:
        for path in files_below(workspace.root / name):
            if workspace.people_reports not in path.parents:
                yield path


def _add_bundles(packer: Packer, workspace: Workspace) -> None:
    """Add whole bundles, and last which one is served."""
    added = {name for name in promote.names(workspace) if _add_bundle(packer, workspace, name)}
    for path in sorted(workspace.bundles.glob("*.erased")):
        add_file(packer, workspace, path)
    with suppress(BundleError):
        served, before = promote.current(workspace), ""
        while served not in (*added, before) and not _add_bundle(packer, workspace, served):
            # A training has promoted another one, and removed that, since it was looked at.
            served, before = promote.current(workspace), served
        packer.add_bytes(CURRENT, f"{served}\n".encode())


def _add_bundle(packer: Packer, workspace: Workspace, name: str) -> bool:
    """Add a bundle as a whole, or not at all where it has gone."""
    with ExitStack() as stack:
        opened: list[tuple[Path, BinaryIO]] = []
        try:
            for path in files_below(workspace.bundles / name):
                opened.append((path, stack.enter_context(path.open("rb"))))
        except FileNotFoundError:  # an open file can be read even when it is deleted
            return False
        for path, file in opened:
            packer.add(path.relative_to(workspace.root).as_posix(), file)
        return bool(opened)
