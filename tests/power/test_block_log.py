"""The power fails between any two writes to the disk: nothing acknowledged is lost or broken.

A disk writes in the order it likes until it is told to flush. So the store's writes and flushes
are recorded below the file system. Then the disk is put into states that it could have had:
what was flushed, and of what came after all, a random half, or none. In each the file system
must mount, and the store be sound and hold what had been acknowledged by then.
"""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from block_log import Flush, Write, read_log
from ext4_disk import call, format_image, impossible, mounted, need
from listener import Listener, listening, recorder

from beholder.errors import StoreError
from beholder.store import Store
from beholder.workspace import Workspace
from kept import Event, kept

DAEMON = Path(__file__).with_name("block_log.py")
SIZE = 16 * 2**20
BLOCK = 4096  # a disk writes this much whole or not at all
SHARES = (1.0, 0.5, 0.0)  # of what was written since the last flush

pytestmark = pytest.mark.power


@dataclass
class Recording:
    """What a disk was told while events were recorded.

    Attributes
    ----------
    base
        The disk before it began.
    ends
        The size of the log after each of `steps`.
    listener
        What was acknowledged, with the size of the log at the moment it was heard.
    """

    base: bytes
    steps: list[Write | Flush]
    ends: list[int]
    listener: Listener

    def acknowledged(self, n: int) -> set[Event]:
        """Return the events acknowledged within the first `n` steps."""
        return self.listener.events(self.ends[n - 1])

    def states(self, points: list[int], draw: random.Random) -> Iterator[tuple[int, bytes]]:
        """Yield each of the rising `points` and a state of the disk after so many steps."""
        flushes = [n for n, step in enumerate(self.steps) if isinstance(step, Flush)]
        disk, done = bytearray(self.base), 0
        for order, point in enumerate(points):
            last = bisect_right(flushes, point - 1)
            flushed = flushes[last - 1] if last else 0
            put(disk, self.steps[done:flushed], 1.0, draw)
            done = max(done, flushed)
            state = bytearray(disk)
            put(state, self.steps[done:point], SHARES[order % len(SHARES)], draw)
            yield point, bytes(state)


def put(disk: bytearray, steps: list[Write | Flush], share: float, draw: random.Random) -> None:
    """Write a share of the blocks of some steps."""
    for step in steps:
        if isinstance(step, Write):
            for at in range(0, len(step.data), BLOCK):
                if draw.random() < share:
                    block = step.data[at : at + BLOCK]
                    disk[step.offset + at : step.offset + at + len(block)] = block


@contextmanager
def logged(image: Path, log: Path, place: Path) -> Iterator[None]:
    """Let `place` be a view of the image that logs what is done to it."""
    if not Path("/dev/fuse").exists():
        impossible("there is no /dev/fuse")
    place.touch()
    with subprocess.Popen(
        [sys.executable, str(DAEMON), str(image), str(log), str(place)], stdout=subprocess.PIPE
    ) as daemon:
        try:
            assert daemon.stdout is not None
            if daemon.stdout.readline() != b"ready\n":
                impossible("no FUSE")
            yield
        finally:
            subprocess.run(["umount", "-l", str(place)], check=False)
            daemon.wait(10)


def record(folder: Path, n_events: int, *mode: str) -> Recording:
    """Record until so many events were acknowledged."""
    need()
    image, log = folder / "disk.img", folder / "log"
    format_image(image, SIZE, "-b", str(BLOCK), "-E", "lazy_itable_init=0,lazy_journal_init=0")
    with mounted(image, folder / "disk") as disk:
        workspace = Workspace.create(disk.folder / "workspace", 'title = "log"\n')
        Store.open(workspace, create=True).close()
        disk.unmount()
    base = image.read_bytes()
    with (
        logged(image, log, folder / "view"),
        mounted(folder / "view", folder / "disk"),
        listening(recorder(workspace.root, 8, *mode), lambda: log.stat().st_size) as listener,
    ):
        listener.wait_for(n_events)
    told = list(read_log(log.read_bytes()))
    return Recording(base, [step for _, step in told], [end for end, _ in told], listener)


def verdicts(recording: Recording, n: int, folder: Path) -> tuple[int, int, int]:
    """Return in how many of `n` states there was something to lose, was lost, or is broken."""
    draw = random.Random(n)
    points = sorted(draw.sample(range(1, len(recording.steps) + 1), n))
    image, tested, losing, broken = folder / "cut.img", 0, 0, 0
    for point, state in recording.states(points, draw):
        image.write_bytes(state)
        acknowledged = recording.acknowledged(point)
        try:
            stored = kept_in(image, folder / "cut", {user for user, _ in acknowledged})
        except (AssertionError, StoreError, sqlite3.Error, subprocess.CalledProcessError):
            broken += 1
        else:
            tested += bool(acknowledged)
            losing += bool(acknowledged - stored)
    return tested, losing, broken


def kept_in(image: Path, place: Path, users: set[str]) -> set[Event]:
    place.mkdir(exist_ok=True)
    call("mount", "-o", "loop,noatime", str(image), str(place))
    try:
        return kept(Workspace.open(place / "workspace"), users)
    finally:
        call("umount", str(place))


@pytest.mark.parametrize("points", [30, pytest.param(300, marks=pytest.mark.long)])
def test_no_order_of_writes_loses_an_acknowledged_event(tmp_path: Path, points: int) -> None:
    recording = record(tmp_path, 20 * points)
    tested, losing, broken = verdicts(recording, points, tmp_path)
    assert tested > points // 2
    assert (losing, broken) == (0, 0)


def test_without_a_sync_at_each_commit_states_of_the_disk_lose(tmp_path: Path) -> None:
    recording = record(tmp_path, 600, "synchronous=NORMAL")
    _, losing, _ = verdicts(recording, 10, tmp_path)
    assert losing > 0
