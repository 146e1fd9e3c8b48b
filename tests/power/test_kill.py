"""kill -9 in the middle of group commits: nothing that was acknowledged is lost."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from beholder.store import Store, Who
from beholder.workspace import Workspace

RECORDER = Path(__file__).with_name("recorder.py")
Event = tuple[str, int]


def kill_runs(root: Path, runs: int, *mode: str) -> tuple[set[Event], set[Event]]:
    """Start a recorder and kill it, `runs` times; return acknowledged and stored events."""
    workspace = Workspace.create(root, 'title = "kill"\n')
    Store.open(workspace, create=True).close()
    draw = random.Random(runs)
    acknowledged: set[Event] = set()
    for _ in range(runs):
        acknowledged |= one_run(root, draw.uniform(0.02, 0.4), *mode)
    return acknowledged, stored(workspace, {user for user, _ in acknowledged})


def one_run(root: Path, seconds: float, *mode: str) -> set[Event]:
    process = subprocess.Popen(
        [sys.executable, str(RECORDER), str(root), "16", *mode], stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    lines: list[bytes] = []
    with process.stdout as stream:
        lines.append(stream.readline())  # it works
        reader = threading.Thread(target=lambda: lines.extend(stream))
        reader.start()
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.wait()
        reader.join()
    return events_of(b"".join(lines))


def events_of(text: bytes) -> set[Event]:
    """The acknowledged events; a last line that was cut is none."""
    found = set()
    for line in text.decode().split("\n")[:-1]:
        user, _, moment = line.partition(" ")
        found.add((user, int(moment)))
    return found


def stored(workspace: Workspace, users: set[str]) -> set[Event]:
    with sqlite3.connect(workspace.store / "events.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()
    found: set[Event] = set()
    with Store.open(workspace) as store:
        for user in users:
            records = list(store.export(Who("user", user)))[1:]
            found |= {(user, record["time"]) for record in records}
    return found


@pytest.mark.parametrize("runs", [5, pytest.param(50, marks=pytest.mark.long)])
def test_no_acknowledged_event_is_lost_by_kill(tmp_path: Path, runs: int) -> None:
    acknowledged, kept = kill_runs(tmp_path / "w", runs)
    assert len(acknowledged) > 20 * runs
    assert acknowledged - kept == set()


def test_the_control_that_acknowledges_before_the_commit_loses(tmp_path: Path) -> None:
    acknowledged, kept = kill_runs(tmp_path / "w", 2, "early")
    assert len(acknowledged - kept) > 0
