from __future__ import annotations

import signal
import socket
import subprocess
import threading
import time
import uuid
from pathlib import Path

import httpx
import pytest

from beholder.store import Store
from beholder.workspace import Workspace
from live_server import COMMAND, Server


def refused(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, "serve", str(root), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def one_line(ended: subprocess.CompletedProcess[str], begins: str) -> None:
    assert ended.returncode in (1, 2)
    assert ended.stdout == ""
    lines = [line for line in ended.stderr.splitlines() if "operator key" not in line]
    assert len(lines) == 1, ended.stderr
    assert lines[0].startswith(f"beholder: {begins}")


def test_a_port_in_use_is_named(workspace: Workspace) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        one_line(refused(workspace.root, "--port", str(port)), f"port {port} of 127.0.0.1 is in")


def test_a_second_server_of_the_same_workspace_is_refused(workspace: Workspace) -> None:
    with Server(workspace.root):
        one_line(refused(workspace.root, "--port", "0"), "another server (process")


def test_a_workspace_without_a_bundle_is_refused(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "empty", "")
    Store.open(workspace, create=True).close()
    one_line(refused(workspace.root, "--port", "0"), "nothing was trained yet")


def test_the_operator_key_is_shown_once(workspace: Workspace) -> None:
    with Server(workspace.root) as first:
        assert first.key.startswith("bhk_")
    with Server(workspace.root) as second:
        assert second.key == ""


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_server_ends_gracefully(workspace: Workspace, how: signal.Signals) -> None:
    with Server(workspace.root, workers=2) as server:
        assert server.stop(how) in (0, 130)
    assert server.errors[1:] == []
    with pytest.raises(OSError):
        socket.create_connection(server.address, timeout=1).close()


class Poster(threading.Thread):
    """Posts events one after the other, and remembers which were acknowledged."""

    def __init__(self, server: Server, user: str) -> None:
        super().__init__()
        self.server, self.user = server, user
        self.acknowledged: list[str] = []

    def run(self) -> None:
        with self.server.client() as client:
            for n in range(1_000_000):
                event = {
                    "user": self.user,
                    "item": f"picture-{n % 100:05d}",
                    "kind": "view",
                    "time": 1_700_000_000_000 + n,
                    "event_id": uuid.uuid4().hex,
                }
                try:
                    answer = client.post("/v1/interactions", json=event)
                except httpx.TransportError:
                    return
                if answer.status_code == 200:
                    self.acknowledged.append(str(event["event_id"]))


def posted_until_stopped(root: Path, how: signal.Signals, name: str) -> list[Poster]:
    with Server(root, workers=2) as server:
        posters = [Poster(server, f"{name}-{i}") for i in range(8)]
        for poster in posters:
            poster.start()
        deadline = time.monotonic() + 30
        while sum(len(p.acknowledged) for p in posters) < 100 and time.monotonic() < deadline:
            time.sleep(0.01)
        server.stop(how)
        for poster in posters:
            poster.join()
    return posters


def lost(workspace: Workspace, posters: list[Poster]) -> int:
    """How many acknowledged events the store does not know."""
    with Store.open(workspace) as store:
        kept = [len(store.snapshot(p.user).seqs) for p in posters]
    return sum(max(0, len(p.acknowledged) - n) for p, n in zip(posters, kept, strict=True))


def kills(workspace: Workspace, how: signal.Signals, times: int) -> None:
    for round_ in range(times):
        posters = posted_until_stopped(workspace.root, how, f"{how.name}-{round_}")
        assert sum(len(p.acknowledged) for p in posters) >= 100
        assert lost(workspace, posters) == 0


def test_nothing_acknowledged_is_lost_when_the_server_is_killed(workspace: Workspace) -> None:
    kills(workspace, signal.SIGKILL, 5)


def test_nothing_acknowledged_is_lost_when_the_server_is_stopped(workspace: Workspace) -> None:
    kills(workspace, signal.SIGTERM, 1)


def test_the_count_of_lost_events_can_fail(workspace: Workspace) -> None:
    posters = posted_until_stopped(workspace.root, signal.SIGKILL, "control")
    posters[0].acknowledged += ["an event that was never sent"] * 5
    assert lost(workspace, posters) > 0


@pytest.mark.long
def test_nothing_acknowledged_is_lost_in_fifty_kills(workspace: Workspace) -> None:
    kills(workspace, signal.SIGKILL, 50)


def test_workers_end_when_their_parent_is_killed(workspace: Workspace) -> None:
    with Server(workspace.root) as server:
        server.process.kill()
        deadline = time.monotonic() + 15
        while True:
            try:
                socket.create_connection(server.address, timeout=1).close()
            except OSError:
                break
            assert time.monotonic() < deadline, "a worker still listens"
            time.sleep(0.1)
    with Server(workspace.root):
        pass  # and its lock is free
