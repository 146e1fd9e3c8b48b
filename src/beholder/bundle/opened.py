"""A bundle of a workspace, checked and opened: one way for Python, commands and the service."""

from __future__ import annotations

import threading
import warnings
from typing import NamedTuple

from beholder.bundle import parts as bundle_parts
from beholder.bundle.manifest import read
from beholder.bundle.parts import Parts
from beholder.bundle.promote import current, folder_of
from beholder.errors import BeholderError
from beholder.workspace import Workspace


class Opened(NamedTuple):
    """A bundle that can be served."""

    name: str
    parts: Parts


def open_bundle(workspace: Workspace, name: str) -> Opened:
    """Check and open a bundle.

    Raises
    ------
    BundleError
        If there is none of this name, or it is not whole.
    """
    folder = folder_of(workspace, name)
    read(folder, workspace.secrets)
    return Opened(name, bundle_parts.load(folder))


def stamp(workspace: Workspace) -> bytes:
    """Return something that changes whenever a bundle is promoted: the cost of one stat."""
    try:
        found = (workspace.root / "current").stat()
    except FileNotFoundError:
        return b""
    return f"{found.st_ino}.{found.st_mtime_ns}".encode()


class Promotions:
    """Tells a program with an open bundle when another one was promoted."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._seen = stamp(workspace)
        self._lock = threading.Lock()

    def newer(self, name: str) -> Opened | None:
        """Open what was promoted since it was last looked at, unless it is that of this name.

        While one thread opens it, others are told of nothing and go on with what they have. What
        cannot be opened is warned of once.
        """
        found = stamp(self.workspace)
        if found == self._seen or not self._lock.acquire(blocking=False):
            return None
        try:
            self._seen = found
            promoted = current(self.workspace)
            return None if promoted == name else open_bundle(self.workspace, promoted)
        except BeholderError as error:
            warnings.warn(f"{name} is served as before: {error}", stacklevel=4)
            return None
        finally:
            self._lock.release()

    def forget(self) -> None:
        """Tell of it again: what was opened could not be shown."""
        self._seen = b""
