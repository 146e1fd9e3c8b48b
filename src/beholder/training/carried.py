"""The network of the bundle that is served goes on into the next one."""

from __future__ import annotations

from typing import NamedTuple

from beholder.bundle import network
from beholder.bundle.manifest import read
from beholder.bundle.network import Network
from beholder.bundle.promote import current, folder_of
from beholder.errors import BundleError
from beholder.workspace import Workspace


class Carried(NamedTuple):
    """What a new bundle takes over, and what is said of it."""

    network: Network | None = None
    notes: tuple[str, ...] = ()


def carried(workspace: Workspace) -> Carried:
    """Return the network of the served bundle, unless it learned from somebody erased since."""
    try:
        served = current(workspace)
        folder = folder_of(workspace, served)
        read(folder, workspace.secrets)
    except BundleError:
        return Carried()
    found = network.load(folder)
    if found is None:
        return Carried()
    name = found.record.name
    if found.record.of_people and workspace.mark_of(served).exists():
        said = (
            f"{name} is left out, since somebody was erased whom it may have learned from: run "
            f"`beholder train {workspace.root} --tune-encoder {name}`"
        )
        return Carried(None, (said,))
    return Carried(found, (f"{name} of bundle {served} answers `POST /recommend` as before",))
