"""`beholder serve` killed, or its disk without power: nothing it acknowledged is lost."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

import httpx
import pytest
from ext4_disk import Disk

from beholder.workspace import Workspace
from kept import Event, kept
from live_server import PATIENCE, SERVE, Server
from poster import crowd

HASTY = (sys.executable, str(Path(__file__).with_name("hasty_server.py")))
LEAST = 100  # events acknowledged before it happens
OFTEN = 4  # kills after which a hasty server has lost something: one may find nothing pending


def end(root: Path, how: signal.Signals, name: str, program: tuple[str, ...]) -> set[Event]:
    """Serve, post, and end the server in the middle of it; return what it acknowledged."""
    with Server(root, workers=2, program=program) as server, crowd(server, name) as posting:
        posting.wait_for(LEAST)
        time.sleep(random.Random(name).uniform(0, 0.2))
        server.stop(how)
    return {event for _, event in posting.heard}  # said before the end, whenever it was read


def ends(
    workspace: Workspace, how: signal.Signals, times: int, program: tuple[str, ...] = SERVE
) -> tuple[set[Event], set[Event]]:
    """End a server, `times` times; return acknowledged and stored events."""
    acknowledged: set[Event] = set()
    for n in range(times):
        acknowledged |= end(workspace.root, how, f"{how.name}-{n}", program)
    return acknowledged, kept(workspace, {user for user, _ in acknowledged})


@pytest.mark.parametrize("kills", [5, pytest.param(50, marks=pytest.mark.long)])
def test_nothing_acknowledged_is_lost_when_the_server_is_killed(
    workspace: Workspace, kills: int
) -> None:
    acknowledged, stored = ends(workspace, signal.SIGKILL, kills)
    assert len(acknowledged) >= kills * LEAST
    assert acknowledged - stored == set()


def test_nothing_acknowledged_is_lost_when_the_server_is_stopped(workspace: Workspace) -> None:
    acknowledged, stored = ends(workspace, signal.SIGTERM, 1)
    assert len(acknowledged) >= LEAST
    assert acknowledged - stored == set()


@pytest.mark.long
def test_a_server_that_answers_before_the_commit_loses_when_killed(workspace: Workspace) -> None:
    acknowledged, stored = ends(workspace, signal.SIGKILL, OFTEN, (*HASTY, "early"))
    assert len(acknowledged - stored) > 0


def kill_workers(root: Path, name: str, program: tuple[str, ...] = SERVE) -> set[Event]:
    """Kill all workers at once, and wait for those that replace them."""
    with Server(root, workers=2, program=program) as server, crowd(server, name) as posting:
        posting.wait_for(LEAST)
        old = server.workers()
        for worker in old:
            os.kill(worker, signal.SIGKILL)
        deadline = time.monotonic() + PATIENCE
        while server.workers() == old or not lives(server):
            assert time.monotonic() < deadline, "no new worker"
            time.sleep(0.05)
        server.stop(signal.SIGKILL)
        assert len(old) == 2
    return {event for _, event in posting.heard}


def lives(server: Server) -> bool:
    try:
        with server.client() as client:
            return client.get("/health/ready").status_code == 200
    except httpx.TransportError:
        return False


def test_killed_workers_are_replaced_and_lose_nothing(workspace: Workspace) -> None:
    acknowledged = kill_workers(workspace.root, "worker")
    assert len(acknowledged) >= LEAST
    assert acknowledged - kept(workspace, {user for user, _ in acknowledged}) == set()


@pytest.mark.long
def test_killed_workers_that_answer_before_the_commit_lose(workspace: Workspace) -> None:
    acknowledged: set[Event] = set()
    for n in range(OFTEN):
        acknowledged |= kill_workers(workspace.root, f"worker-{n}", (*HASTY, "early"))
    assert len(acknowledged - kept(workspace, {user for user, _ in acknowledged})) > 0


def cuts(
    disk: Disk, trained: Path, times: int, program: tuple[str, ...] = SERVE
) -> tuple[set[Event], set[Event]]:
    """Cut the power of a serving workspace, `times` times; return acknowledged and stored."""
    shutil.copytree(trained, disk.folder / "workspace")
    disk.sync()
    workspace = Workspace.open(disk.folder / "workspace")
    acknowledged: set[Event] = set()
    for n in range(times):
        acknowledged |= one_cut(disk, workspace.root, f"cut-{n}", program)
        disk.restart()
    return acknowledged, kept(workspace, {user for user, _ in acknowledged})


def one_cut(disk: Disk, root: Path, name: str, program: tuple[str, ...]) -> set[Event]:
    with Server(root, workers=2, program=program) as server, crowd(server, name) as posting:
        posting.wait_for(LEAST)
        time.sleep(random.Random(name).uniform(0, 0.2))
        moment = disk.cut()
        server.stop(signal.SIGKILL)
    return {event for at, event in posting.heard if at <= moment}


@pytest.mark.power
@pytest.mark.parametrize("times", [3, pytest.param(20, marks=pytest.mark.long)])
def test_nothing_acknowledged_by_the_server_is_lost_by_a_power_cut(
    disk: Disk, trained: Path, times: int
) -> None:
    acknowledged, stored = cuts(disk, trained, times)
    assert len(acknowledged) >= times * LEAST
    assert acknowledged - stored == set()


@pytest.mark.long
@pytest.mark.power
def test_a_server_that_does_not_wait_for_the_disk_loses_by_a_power_cut(
    disk: Disk, trained: Path
) -> None:
    acknowledged, stored = cuts(disk, trained, 1, (*HASTY, "OFF"))
    assert len(acknowledged - stored) > 0
