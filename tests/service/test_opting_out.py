"""What a browser asks for with every request: that nobody is profiled."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from beholder.service import visitor
from beholder.store import Store, Who
from beholder.workspace import Workspace
from live_server import Server

GPC = {"Sec-GPC": "1"}


def of_browser(server: Server, root: Path, name: str, **headers: str) -> httpx.Client:
    """A browser that has been here before."""
    secret = visitor.secret_of(Workspace.open(root).secrets)
    given = visitor.set_cookie(secret, name, https=False).split(";")[0]
    return server.client(headers={"cookie": given, **headers})


def level(client: httpx.Client) -> str:
    found: str = client.get("/v1/recommendations").json()["level"]
    return found


def like(client: httpx.Client) -> httpx.Response:
    return client.post("/v1/interactions", json={"item": "picture-00005", "kind": "like"})


@pytest.fixture
def root(workspace: Workspace) -> Path:
    return workspace.root


def test_who_asks_not_to_be_profiled_is_not_from_the_first_event_on(root: Path) -> None:
    name = "a" * 32
    with Server(root) as server:
        with of_browser(server, root, name, **GPC) as client:
            assert level(client) == "popular"
            assert client.get("/").status_code == 200
            with Store.open(Workspace.open(root)) as store:
                assert not store.snapshot(session=name).known, "looking makes nobody known"
            assert like(client).json()["events"][0]["status"] == "stored"
            assert level(client) == "popular"
            assert client.get("/saved").status_code == 200
        with of_browser(server, root, name) as client:
            assert level(client) == "popular", "it stays so until it is said otherwise"
    with Store.open(Workspace.open(root)) as store:
        before = len(store.training_events())
        assert not store.snapshot(session=name).profiling
        store.set_profiling(Who("session", name), True)
        assert len(store.training_events()) == before + 1


def test_a_browser_that_begins_to_ask_is_heard_at_once(root: Path) -> None:
    name = "b" * 32
    with Server(root) as server:
        with of_browser(server, root, name) as client:
            like(client)
            assert level(client) == "session"
        with of_browser(server, root, name, **GPC) as client:
            assert level(client) == "popular"


def test_where_the_setting_is_off_it_is_not_read(root: Path) -> None:
    name = "c" * 32
    off = {"privacy.gpc": "false"}
    with Server(root, settings=off) as server, of_browser(server, root, name, **GPC) as client:
        like(client)
        assert level(client) == "session"
