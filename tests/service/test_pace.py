from __future__ import annotations

import pytest

from beholder.errors import TooManyEventsError
from beholder.service.keys import KeyFile
from beholder.service.pace import MOST, Pace
from beholder.workspace import Workspace
from live_server import Server

LIKE = {"item": "picture-00001", "kind": "view"}


def test_a_bucket_fills_evenly_and_is_emptied_at_most_twice() -> None:
    pace = Pace(60)
    pace.take("a", 60, 0.0)
    with pytest.raises(TooManyEventsError, match="60 events a minute"):
        pace.take("a", 1, 0.5)
    pace.take("b", 60, 0.5)
    pace.take("a", 1, 1.0)
    with pytest.raises(TooManyEventsError):
        pace.take("a", 1, 1.9)
    pace.take("a", 1_000, 2.0)  # 940 more than a minute has: that of the next is gone with them
    with pytest.raises(TooManyEventsError):
        pace.take("a", 1, 62.9)
    pace.take("a", 1, 63.0)


def test_without_a_bound_all_are_taken() -> None:
    pace = Pace(0)
    for _ in range(3):
        pace.take("a", 1_000_000, 0.0)


def test_visitors_that_went_take_no_memory() -> None:
    pace = Pace(60)
    for i in range(MOST + 10):
        pace.take(f"{i}", 1, i * 1e-4)
    assert len(pace._left) == MOST
    pace.take("late", 1, 1_000.0)
    assert list(pace._left) == ["late"]


def test_a_visitor_that_runs_away_is_stopped_and_nobody_else(workspace: Workspace) -> None:
    settings = {"serve.visitor_events": "20", "serve.local_only_open": "false"}
    with Server(workspace.root, settings=settings) as server:
        with server.client() as browser, server.client() as other:
            browser.get("/")
            other.get("/")
            statuses = [
                browser.post("/v1/interactions", json={**LIKE, "event_id": f"{n}"}).status_code
                for n in range(60)
            ]
            refused = browser.post("/v1/interactions", json=LIKE)
            assert other.post("/v1/interactions", json=LIKE).status_code == 200
            assert browser.get("/v1/recommendations").status_code == 200
            form = {"item": "picture-00002", "kind": "like"}
            assert browser.post("/react", data=form).status_code == 429
            exported = browser.get("/v1/me/export").text
        _, key = KeyFile(workspace.secrets).add("shop", ["events"])
        with server.client(headers={"authorization": f"Bearer {key}"}) as shop:
            many = {"events": [{**LIKE, "user": f"u{n}"} for n in range(100)]}
            assert shop.post("/v1/interactions", json=many).status_code == 200
    assert 20 <= statuses.count(200) < 60
    assert set(statuses) == {200, 429}
    assert refused.headers["retry-after"] == "60"
    assert refused.json()["code"] == "too-many-events"
    assert exported.count('"kind":"view"') == statuses.count(200)
