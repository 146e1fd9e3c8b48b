"""A power cut on a real ext4 file system: nothing that was acknowledged is lost.

The file system lies in an image on a loop device. An ioctl shuts it down without writing its
log: what was not on the device is gone, as when the plug is pulled. Then it is mounted again,
which replays the journal, and the store is compared with what had been acknowledged through a
pipe, which the cut does not reach.
"""

from __future__ import annotations

import fcntl
import os
import random
import shutil
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from test_kill import Event, events_of, stored

from beholder.store import Store
from beholder.workspace import Workspace

RECORDER = Path(__file__).with_name("recorder.py")
SHUTDOWN = 0x8004587D  # EXT4_IOC_SHUTDOWN, _IOR('X', 125, __u32)
WITHOUT_LOG = 2  # EXT4_GOING_FLAGS_NOLOGFLUSH
SIZE = 96 * 2**20

pytestmark = pytest.mark.power


def call(*words: str) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()


@dataclass
class Disk:
    """An ext4 file system that can lose its power."""

    device: str
    folder: Path

    def mount(self) -> None:
        call("mount", "-o", "noatime", self.device, str(self.folder))

    def unmount(self) -> None:
        call("umount", str(self.folder))

    def cut(self) -> None:
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, SHUTDOWN, struct.pack("I", WITHOUT_LOG))
        finally:
            os.close(handle)


def impossible(reason: str) -> None:
    """Skip with a reason, but fail where the machine is meant to be able to."""
    if os.environ.get("CI"):
        pytest.fail(f"cannot cut power: {reason}")
    pytest.skip(f"cannot cut power: {reason}")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    if os.geteuid() != 0:
        impossible("it needs root")
    for tool in ("mkfs.ext4", "losetup", "mount", "umount"):
        if shutil.which(tool) is None:
            impossible(f"there is no {tool}")
    image, folder = tmp_path / "disk.img", tmp_path / "disk"
    folder.mkdir()
    with image.open("wb") as file:
        file.truncate(SIZE)
    try:
        call("mkfs.ext4", "-q", "-F", str(image))
        device = call("losetup", "-f", "--show", str(image))
    except subprocess.CalledProcessError as error:
        impossible(str(error.stderr))
    made = Disk(device, folder)
    try:
        try:
            made.mount()
        except subprocess.CalledProcessError as error:
            impossible(str(error.stderr))
        yield made
    finally:
        subprocess.run(["umount", "-l", str(folder)], capture_output=True, check=False)
        call("losetup", "-d", device)


def cut_runs(disk: Disk, cuts: int, *mode: str) -> tuple[set[Event], set[Event]]:
    """Record and cut, `cuts` times; return acknowledged and stored events."""
    workspace = Workspace.create(disk.folder / "workspace", 'title = "cut"\n')
    Store.open(workspace, create=True).close()
    draw = random.Random(cuts)
    acknowledged: set[Event] = set()
    for _ in range(cuts):
        acknowledged |= one_cut(disk, workspace.root, draw.uniform(0.02, 0.3), *mode)
        disk.unmount()
        disk.mount()  # replays the journal of the file system
    return acknowledged, stored(workspace, {user for user, _ in acknowledged})


def one_cut(disk: Disk, root: Path, seconds: float, *mode: str) -> set[Event]:
    process = subprocess.Popen(
        [sys.executable, str(RECORDER), str(root), "8", *mode],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # it dies of errors of the disk, as it should
    )
    assert process.stdout is not None
    lines: list[bytes] = []
    with process.stdout as stream:
        lines.append(stream.readline())
        reader = threading.Thread(target=lambda: lines.extend(stream))
        reader.start()
        time.sleep(seconds)
        disk.cut()
        process.kill()
        process.wait()
        reader.join()
    return events_of(b"".join(lines))


@pytest.mark.parametrize("cuts", [5, pytest.param(20, marks=pytest.mark.long)])
def test_no_acknowledged_event_is_lost_by_a_power_cut(disk: Disk, cuts: int) -> None:
    acknowledged, kept = cut_runs(disk, cuts)
    assert len(acknowledged) > 5 * cuts
    assert acknowledged - kept == set()


def test_the_control_that_does_not_wait_for_the_disk_loses(disk: Disk) -> None:
    acknowledged, kept = cut_runs(disk, 2, "synchronous=OFF")
    assert len(acknowledged - kept) > 0
