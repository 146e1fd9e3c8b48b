"""A power cut while bundles are published: `current` names a whole one, old or new."""

from __future__ import annotations

import os
import random
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from ext4_disk import Disk
from listener import listening

from beholder.bundle import parts
from beholder.bundle.manifest import read
from beholder.bundle.promote import current, folder_of, names
from beholder.errors import BundleError
from beholder.workspace import Workspace

PUBLISHER = Path(__file__).parents[1] / "bundle" / "publish_forever.py"

pytestmark = pytest.mark.power


def workspace_on(disk: Disk, trained: Path) -> Workspace:
    shutil.copytree(trained, disk.folder / "workspace")
    disk.sync()
    return Workspace.open(disk.folder / "workspace")


def cut_while_publishing(
    disk: Disk, workspace: Workspace, manner: str, seconds: float
) -> list[str]:
    """Cut the power `seconds` after two bundles; return what was said to be promoted by then."""
    command = [sys.executable, str(PUBLISHER), str(workspace.root), manner]
    with syncing(disk.folder / "other"), listening(command) as publisher:
        publisher.wait_for(4)  # "writing" and a name, twice
        time.sleep(seconds)
        moment = disk.cut()
    disk.restart()
    return [line for line in publisher.heard(moment) if line != "writing"]


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


def serves(workspace: Workspace) -> str:
    """Return the served bundle after checking and opening it."""
    name = current(workspace)
    read(folder_of(workspace, name), workspace.secrets)
    parts.load(folder_of(workspace, name))
    return name


@pytest.mark.parametrize("cuts", [3, pytest.param(20, marks=pytest.mark.long)])
def test_a_power_cut_leaves_the_old_or_the_new_bundle_whole(
    disk: Disk, trained: Path, cuts: int
) -> None:
    workspace = workspace_on(disk, trained)
    draw = random.Random(cuts)
    for _ in range(cuts):
        before = names(workspace)
        promoted = cut_while_publishing(disk, workspace, "careful", draw.uniform(0, 0.15))
        served = serves(workspace)  # the newest, or one that was not said yet
        assert served == promoted[-1] or served not in {*before, *promoted}
        for name in names(workspace):  # what has a bundle's name is whole
            read(workspace.bundles / name, workspace.secrets)


def test_a_publisher_that_does_not_wait_for_the_disk_breaks(disk: Disk, trained: Path) -> None:
    workspace = workspace_on(disk, trained)
    cut_while_publishing(disk, workspace, "hasty", 0.05)
    with pytest.raises(BundleError):
        serves(workspace)
