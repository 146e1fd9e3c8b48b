"""`beholder serve` over PostgreSQL, whole: several servers, and one of them killed."""

from __future__ import annotations

import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from beholder.store import Store
from beholder.training.train import train_workspace
from beholder.workspace import Workspace
from kept import Event, kept
from live_server import SERVE, Server
from own_postgres import crash, own_postgres
from planted import World, workspace_of
from poster import BEGAN, crowd

HASTY = (sys.executable, str(Path(__file__).parents[1] / "power" / "hasty_server.py"))

pytestmark = pytest.mark.postgres


@pytest.fixture
def roots(world: World, postgres_url: str, tmp_path: Path) -> list[Path]:
    """Two trained workspaces, as on two machines, over one database."""
    stores = f'\n[store]\nurl = "{postgres_url}"\nkeys_url = "{postgres_url}"\n'
    first = workspace_of(world, tmp_path / "first", stores)
    train_workspace(first, budget="2s")
    shutil.copytree(first.root, tmp_path / "second")
    return [first.root, tmp_path / "second"]


@pytest.fixture
def clients(roots: list[Path]) -> Iterator[list[httpx.Client]]:
    with ExitStack() as stack:
        servers = [stack.enter_context(Server(root)) for root in roots]
        yield [stack.enter_context(server.client()) for server in servers]


def shown(client: httpx.Client, user: str) -> tuple[str, list[str]]:
    answer = client.get("/v1/recommendations", params={"user": user, "k": 12}).json()
    return answer["level"], [item["id"] for item in answer["items"]]


def test_a_click_changes_the_next_answer_of_every_server(clients: list[httpx.Client]) -> None:
    here, there = clients
    level, before = shown(here, "new-here")
    assert (level, before) == shown(there, "new-here")
    assert level == "popular"
    click = {"user": "new-here", "item": before[3], "kind": "click", "event_id": "click-1"}
    assert here.post("/v1/interactions", json=click).json()["events"][0]["status"] == "stored"
    for client in (here, there):
        level, after = shown(client, "new-here")
        assert level == "personal"
        assert before[3] not in after
    assert shown(here, "new-here") == shown(there, "new-here")
    assert there.post("/v1/interactions", json=click).json()["events"][0]["status"] == "same"


def test_what_is_taken_back_or_hidden_at_one_server_is_gone_at_the_other(
    roots: list[Path], clients: list[httpx.Client]
) -> None:
    here, there = clients
    popular = shown(here, "fickle")
    click = {"user": "fickle", "item": popular[1][0], "kind": "click", "event_id": "click-2"}
    here.post("/v1/interactions", json=click)
    assert shown(there, "fickle")[0] == "personal"
    assert there.delete("/v1/interactions/click-2", params={"user": "fickle"}).is_success
    assert shown(here, "fickle") == popular
    with Store.open(Workspace.open(roots[0])) as store:
        store.hide(popular[1][0], True)
    for client in (here, there):
        assert popular[1][0] not in shown(client, "fickle")[1]


def test_nothing_acknowledged_is_lost_when_a_server_is_killed(roots: list[Path]) -> None:
    acknowledged, stored = kill_one(roots, SERVE)
    assert len(acknowledged) >= 100
    assert acknowledged - stored == set()


@pytest.mark.long
def test_a_server_that_answers_before_the_commit_loses_when_killed(roots: list[Path]) -> None:
    acknowledged, stored = kill_one(roots, (*HASTY, "early"))
    assert len(acknowledged - stored) > 0


@pytest.fixture
def crashable(world: World, tmp_path: Path) -> Iterator[tuple[Any, Path]]:
    """A server of PostgreSQL, whose default is not to wait for its disk, and a workspace."""
    import psycopg

    with own_postgres() as postgres:
        url = postgres.get_uri()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET synchronous_commit = off")
            connection.execute("SELECT pg_reload_conf()")
        stores = f'\n[store]\nurl = "{url}"\nkeys_url = "{url}"\n'
        workspace = workspace_of(world, tmp_path / "crash", stores)
        train_workspace(workspace, budget="2s")
        yield postgres, workspace.root


def test_nothing_acknowledged_is_lost_when_postgresql_crashes(crashable: tuple[Any, Path]) -> None:
    acknowledged, stored = crash_once(*crashable, SERVE)
    assert len(acknowledged) >= 200
    assert acknowledged - stored == set()


@pytest.mark.long
def test_a_server_that_does_not_wait_for_postgresql_loses(crashable: tuple[Any, Path]) -> None:
    acknowledged, stored = crash_once(*crashable, (*HASTY, "OFF"))
    assert len(acknowledged - stored) > 0


def crash_once(
    postgres: Any, root: Path, program: tuple[str, ...]
) -> tuple[set[Event], set[Event]]:
    """Crash the database under load; the server goes on with it by itself."""
    with Server(root, workers=2, program=program) as server, crowd(server, "crash") as posting:
        posting.wait_for(100)
        crash(postgres)
        posting.wait_for(len(posting.heard) + 100)
        server.stop(signal.SIGKILL)
    acknowledged = {event for _, event in posting.heard}
    return acknowledged, kept(Workspace.open(root), {user for user, _ in acknowledged})


def kill_one(roots: list[Path], program: tuple[str, ...]) -> tuple[set[Event], set[Event]]:
    """Kill one of two servers under load; return what both acknowledged, and what is stored."""
    late = {"user": "after", "item": "item-0001", "kind": "like", "time": BEGAN}
    with (
        Server(roots[1]) as other,
        other.client() as client,
        Server(roots[0], workers=2, program=program) as doomed,
        crowd(doomed, "killed") as posting,
    ):
        posting.wait_for(100)
        doomed.stop(signal.SIGKILL)
        assert client.get("/health/ready").status_code == 200
        assert client.post("/v1/interactions", json=late).status_code == 200
    acknowledged = {event for _, event in posting.heard} | {("after", BEGAN)}
    return acknowledged, kept(Workspace.open(roots[1]), {user for user, _ in acknowledged})
