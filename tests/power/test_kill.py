"""kill -9 in the middle of group commits: nothing that was acknowledged is lost."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from listener import listening, recorder

from beholder.store import Store
from beholder.workspace import Workspace
from kept import Event, kept


def kill_runs(root: Path, runs: int, *mode: str) -> tuple[set[Event], set[Event]]:
    """Start a recorder and kill it, `runs` times; return acknowledged and stored events."""
    workspace = Workspace.create(root, 'title = "kill"\n')
    Store.open(workspace, create=True).close()
    draw = random.Random(runs)
    acknowledged: set[Event] = set()
    for _ in range(runs):
        acknowledged |= one_run(root, draw.uniform(0.02, 0.4), *mode)
    return acknowledged, kept(workspace, {user for user, _ in acknowledged})


def one_run(root: Path, seconds: float, *mode: str) -> set[Event]:
    with listening(recorder(root, 16, *mode)) as listener:
        listener.wait_for(1)
        time.sleep(seconds)
    return listener.events()  # what lies in the pipe was said before the end


@pytest.mark.parametrize("runs", [5, pytest.param(50, marks=pytest.mark.long)])
def test_no_acknowledged_event_is_lost_by_kill(tmp_path: Path, runs: int) -> None:
    acknowledged, stored = kill_runs(tmp_path / "w", runs)
    assert len(acknowledged) > 20 * runs
    assert acknowledged - stored == set()


def test_the_control_that_acknowledges_before_the_commit_loses(tmp_path: Path) -> None:
    acknowledged, stored = kill_runs(tmp_path / "w", 5, "early")
    assert len(acknowledged - stored) > 0
