"""What goes wrong by our fault is told where the server runs, without anything of people."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from beholder.service.front import Front
from beholder.service.meters import Meters
from beholder.service.queue import Queue
from beholder.service.reach import Reach
from beholder.workspace import Workspace
from live_server import Server


@pytest.mark.parametrize("log", [False, True])
def test_a_fault_of_ours_is_told_with_its_places_in_the_program(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], log: bool
) -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise ZeroDivisionError("of somebody")

    meters = Meters([])
    front = Front(broken, workspace, Queue(), meters, reach=Reach(), log=log)  # type: ignore[arg-type]

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(front)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.get("/health/live?user=somebody")

    answer = asyncio.run(ask())
    assert answer.status_code == 500
    (line,) = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert told["status"] == 500
    assert told["request_id"] == answer.json()["request_id"]
    assert told["fault"]["error"] == "ZeroDivisionError"
    assert any(place.startswith("test_log.py:") for place in told["fault"]["at"])
    assert "somebody" not in line


def test_every_refusal_has_the_id_that_its_line_in_the_log_has(workspace: Workspace) -> None:
    with Server(workspace.root, "--log") as server, server.client() as client:
        told = [
            client.get("/v1/items/nowhere").json()["request_id"],
            client.get("/v1/recommendations?k=x").json()["request_id"],
        ]
        page = client.get("/nowhere", headers={"accept": "text/html"}).text
    lines = [json.loads(line) for line in server.errors if line.startswith("{")]
    found = [line["request_id"] for line in lines if "request_id" in line]
    assert found[:2] == told
    assert found[2] in page
    assert len(found) == len(set(found)) == 3
