"""A power cut on a real ext4 file system: nothing that was acknowledged is lost.

The file system lies in an image on a loop device and is shut down without writing its log.
Then it is mounted again, and the store is compared with what had been acknowledged through a
pipe, which the cut does not reach.
"""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from ext4_disk import Disk
from listener import listening, recorder

from beholder.store import Store
from beholder.workspace import Workspace
from kept import Event, kept

pytestmark = pytest.mark.power


def cut_runs(disk: Disk, cuts: int, *mode: str, least: int = 1) -> tuple[set[Event], set[Event]]:
    """Record and cut, `cuts` times; return acknowledged and stored events."""
    workspace = Workspace.create(disk.folder / "workspace", 'title = "cut"\n')
    Store.open(workspace, create=True).close()
    draw = random.Random(cuts)
    acknowledged: set[Event] = set()
    for _ in range(cuts):
        acknowledged |= one_cut(disk, workspace.root, least, draw.uniform(0.02, 0.3), *mode)
        disk.restart()
    return acknowledged, kept(workspace, {user for user, _ in acknowledged})


def one_cut(disk: Disk, root: Path, least: int, seconds: float, *mode: str) -> set[Event]:
    """Cut the power `seconds` after `least` acknowledgements; return those heard before it."""
    with listening(recorder(root, 8, *mode)) as listener:
        listener.wait_for(least)
        time.sleep(seconds)
        moment = disk.cut()
    return listener.events(moment)


@pytest.mark.parametrize("cuts", [5, pytest.param(100, marks=pytest.mark.long)])
def test_no_acknowledged_event_is_lost_by_a_power_cut(disk: Disk, cuts: int) -> None:
    acknowledged, stored = cut_runs(disk, cuts)
    assert len(acknowledged) > 5 * cuts
    assert acknowledged - stored == set()


def test_the_control_that_does_not_wait_for_the_disk_loses(disk: Disk) -> None:
    acknowledged, stored = cut_runs(disk, 1, "synchronous=OFF", least=500)
    assert len(acknowledged - stored) > 0
