"""The power fails between any two writes to the disk: nothing acknowledged is lost or broken.

Writes and flushes are recorded below the file system. Then the disk is put into states that it
could have had; in each the file system must mount, what was acknowledged by then must be there,
and all must be sound.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest
from disk_states import LoggedDisk, logged_disk, opened
from listener import Listener, listening, recorder
from publishing import promoted, publisher, served_whole, syncing

from beholder.bundle.promote import current
from beholder.errors import BundleError, StoreError
from beholder.store import Store
from beholder.workspace import Workspace
from kept import kept

SIZE = 16 * 2**20
FAULTS = (AssertionError, StoreError, sqlite3.Error, subprocess.CalledProcessError)

pytestmark = pytest.mark.power


def empty_workspace(folder: Path) -> None:
    workspace = Workspace.create(folder / "workspace", 'title = "log"\n')
    Store.open(workspace, create=True).close()


def record(folder: Path, n_events: int, *mode: str) -> tuple[LoggedDisk, Listener]:
    """Record until so many events were acknowledged."""
    with (
        logged_disk(folder, SIZE, empty_workspace) as disk,
        listening(recorder(disk.root / "workspace", 8, *mode), disk.position) as listener,
    ):
        listener.wait_for(n_events)
    return disk, listener


def verdicts(disk: LoggedDisk, listener: Listener, n: int, folder: Path) -> tuple[int, int, int]:
    """Return in how many of `n` states there was something to lose, was lost, or is broken."""
    tested, losing, broken = 0, 0, 0
    for position, state in disk.states(n):
        acknowledged = listener.events(position)
        try:
            with opened(state, folder) as root:
                workspace = Workspace.open(root / "workspace")
                stored = kept(workspace, {user for user, _ in acknowledged})
        except FAULTS:
            broken += 1
        else:
            tested += bool(acknowledged)
            losing += bool(acknowledged - stored)
    return tested, losing, broken


@pytest.mark.parametrize("points", [10, pytest.param(300, marks=pytest.mark.long)])
def test_no_order_of_writes_loses_an_acknowledged_event(tmp_path: Path, points: int) -> None:
    disk, listener = record(tmp_path, 20 * points)
    tested, losing, broken = verdicts(disk, listener, points, tmp_path)
    assert tested > points // 2
    assert (losing, broken) == (0, 0)


@pytest.mark.long
def test_without_a_sync_at_each_commit_states_of_the_disk_lose(tmp_path: Path) -> None:
    disk, listener = record(tmp_path, 600, "synchronous=NORMAL")
    _, losing, _ = verdicts(disk, listener, 10, tmp_path)
    assert losing > 0


def published(folder: Path, trained: Path, n: int, manner: str) -> tuple[LoggedDisk, Listener]:
    """Publish `n` bundles."""

    def prepare(root: Path) -> None:
        shutil.copytree(trained, root / "workspace")

    with (
        logged_disk(folder, 2 * SIZE, prepare) as disk,
        listening(publisher(disk.root / "workspace", manner), disk.position) as listener,
    ):
        listener.wait_for(1)
        with syncing(disk.root / "other"):
            listener.wait_for(2 * n)  # "writing" and a name
    return disk, listener


def broken_bundles(disk: LoggedDisk, listener: Listener, n: int, folder: Path) -> int:
    """Return in how many of `n` states `current` names no whole bundle, or one too old."""
    with opened(disk.base, folder) as root:
        first = current(Workspace.open(root / "workspace"))
    broken = 0
    for position, state in disk.states(n):
        said = promoted(listener.heard(position))
        with opened(state, folder) as root:
            try:
                served = served_whole(Workspace.open(root / "workspace"))
            except BundleError:
                broken += 1
            else:
                broken += bool(said) and served != said[-1] and served in {first, *said}
    return broken


@pytest.mark.parametrize("points", [8, pytest.param(300, marks=pytest.mark.long)])
def test_no_order_of_writes_breaks_a_published_bundle(
    trained: Path, tmp_path: Path, points: int
) -> None:
    disk, listener = published(tmp_path, trained, 6, "careful")
    assert broken_bundles(disk, listener, points, tmp_path) == 0


@pytest.mark.long
def test_bundles_that_nobody_waited_for_break(trained: Path, tmp_path: Path) -> None:
    disk, listener = published(tmp_path, trained, 6, "hasty")
    assert broken_bundles(disk, listener, 10, tmp_path) > 0
