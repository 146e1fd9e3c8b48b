"""A power cut while bundles are published: `current` names a whole one, old or new."""

from __future__ import annotations

import random
import shutil
import time
from pathlib import Path

import pytest
from ext4_disk import Disk
from listener import listening
from publishing import promoted, publisher, served_whole, syncing

from beholder.bundle.promote import names
from beholder.errors import BundleError
from beholder.workspace import Workspace

pytestmark = pytest.mark.power


def workspace_on(disk: Disk, trained: Path) -> Workspace:
    shutil.copytree(trained, disk.folder / "workspace")
    disk.sync()
    return Workspace.open(disk.folder / "workspace")


def cut_while_publishing(
    disk: Disk, workspace: Workspace, manner: str, seconds: float
) -> list[str]:
    """Cut the power `seconds` after two bundles; return what was said to be promoted by then."""
    command = publisher(workspace.root, manner)
    with syncing(disk.folder / "other"), listening(command) as listener:
        listener.wait_for(4)  # "writing" and a name, twice
        time.sleep(seconds)
        moment = disk.cut()
    disk.restart()
    return promoted(listener.heard(moment))


@pytest.mark.parametrize("cuts", [3, pytest.param(20, marks=pytest.mark.long)])
def test_a_power_cut_leaves_the_old_or_the_new_bundle_whole(
    disk: Disk, trained: Path, cuts: int
) -> None:
    workspace = workspace_on(disk, trained)
    draw = random.Random(cuts)
    for _ in range(cuts):
        before = names(workspace)
        said = cut_while_publishing(disk, workspace, "careful", draw.uniform(0, 0.15))
        served = served_whole(workspace)  # the newest, or one that was not said yet
        assert served == said[-1] or served not in {*before, *said}


@pytest.mark.long
def test_a_publisher_that_does_not_wait_for_the_disk_breaks(disk: Disk, trained: Path) -> None:
    workspace = workspace_on(disk, trained)
    cut_while_publishing(disk, workspace, "hasty", 0.05)
    with pytest.raises(BundleError):
        served_whole(workspace)
