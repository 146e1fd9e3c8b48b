"""What goes wrong by our fault is told where the server runs, without anything of people."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from beholder.service.front import Front
from beholder.service.queue import Queue
from beholder.workspace import Workspace


@pytest.mark.parametrize("log", [False, True])
def test_a_fault_of_ours_is_told_with_its_places_in_the_program(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], log: bool
) -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise ZeroDivisionError("of somebody")

    front = Front(broken, workspace, Queue(), loopback=True, log=log)  # type: ignore[arg-type]

    async def ask() -> int:
        transport = httpx.ASGITransport(front)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return (await client.get("/health/live?user=somebody")).status_code

    assert asyncio.run(ask()) == 500
    (line,) = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert told["status"] == 500
    assert told["fault"]["error"] == "ZeroDivisionError"
    assert any(place.startswith("test_log.py:") for place in told["fault"]["at"])
    assert "somebody" not in line
