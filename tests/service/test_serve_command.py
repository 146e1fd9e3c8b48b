from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

import forked
from beholder.store import Store
from beholder.workspace import Workspace
from live_server import COMMAND, PATIENCE, Server


def refused(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, "serve", str(root), *words]
    return forked.run(command)


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


def test_a_host_is_an_address_or_this_machine(workspace: Workspace) -> None:
    one_line(refused(workspace.root, "--host", "shop.example"), "'shop.example' is no address")
    with Server(workspace.root, "--host", "localhost") as server:
        assert server.url.startswith("http://127.0.0.1:")


def test_a_second_server_of_the_same_workspace_is_refused(workspace: Workspace) -> None:
    with Server(workspace.root):
        one_line(refused(workspace.root, "--port", "0"), "another server (process")


def test_a_workspace_without_a_bundle_is_refused(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "empty", "")
    Store.open(workspace, create=True).close()
    one_line(refused(workspace.root, "--port", "0"), "nothing was trained yet")


def test_a_broken_rule_is_named_before_anything_is_served(workspace: Workspace) -> None:
    broken = workspace.toml.read_text() + "\n[[rules]]\nrule = 'ban'\nwhere = 'price <'\n"
    workspace.toml.write_text(broken)
    one_line(refused(workspace.root, "--port", "0"), "rule 1")


def test_the_operator_key_is_shown_once(workspace: Workspace) -> None:
    with Server(workspace.root) as first:
        assert first.key.startswith("bhk_")
    with Server(workspace.root) as second:
        assert second.key == ""


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_server_ends_gracefully(workspace: Workspace, how: signal.Signals) -> None:
    with Server(workspace.root, workers=2, start=subprocess.Popen) as server:
        assert server.stop(how) in (0, 130)
    assert server.errors[1:] == []
    with pytest.raises(OSError):
        socket.create_connection(server.address, timeout=1).close()


def test_workers_that_die_again_and_again_are_started_again_for_ever(workspace: Workspace) -> None:
    with Server(workspace.root) as server:
        deadline = time.monotonic() + PATIENCE
        while not any("started again in 2 s" in line for line in server.errors):
            assert time.monotonic() < deadline
            assert server.process.poll() is None
            for worker in server.workers():
                with suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGKILL)
            time.sleep(0.05)
        while True:
            assert time.monotonic() < deadline
            with suppress(httpx.TransportError), server.client() as client:
                assert client.get("/v1/recommendations").status_code == 200
                break
            time.sleep(0.1)
        assert server.stop() == 0
    assert [line for line in server.errors if "operator key" not in line] == [
        "a worker died twice within seconds: see whether memory ran out (dmesg); started again in "
        "2 s"
    ]


def test_a_server_that_rests_can_be_stopped(workspace: Workspace) -> None:
    with Server(workspace.root) as server:
        deadline = time.monotonic() + PATIENCE
        while not any("started again" in line for line in server.errors):
            assert time.monotonic() < deadline
            for worker in server.workers():
                with suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGKILL)
            time.sleep(0.05)
        assert server.stop() == 0


@pytest.mark.parametrize(
    ("file", "content", "told"),
    [
        ("signing.key", None, "secrets/signing.key is missing (restore it, or delete it and train"),
        ("signing.key", b"short", "secrets/signing.key is 5 bytes long, not 32"),
        ("visitor.key", b"x", "secrets/visitor.key is 1 bytes long, not 32 (delete it: browsers"),
        ("root.key", b"", "secrets/root.key is 0 bytes long, not 32 (restore it; the keys of"),
    ],
)
def test_what_keeps_a_worker_from_starting_is_told_in_its_own_words(
    workspace: Workspace, file: str, content: bytes | None, told: str
) -> None:
    path = workspace.secrets / file
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    one_line(refused(workspace.root, "--port", "0"), told)


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
