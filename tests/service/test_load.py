"""What one request takes of a process, and that all of it is given back."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from beholder.service.load import Load, Turn
from beholder.service.queue import Queue

WHOLE = [
    {"type": "http.request", "body": b"12345", "more_body": True},
    {"type": "http.request", "body": b"678", "more_body": False},
    {"type": "http.disconnect"},
]


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("/v1/interactions", (0, 1, 8), (0, 1, 8)),  # counted until the events are on the disk
        ("/v1/search", (1, 0, 0), (1, 0, 0)),
        ("/v1/users/ann/profiling", (0, 0, 0), (0, 0, 0)),
    ],
)
def test_a_body_is_counted_once_and_given_back(
    path: str, before: tuple[int, ...], after: tuple[int, ...]
) -> None:
    async def taken() -> list[tuple[int, ...]]:
        load, messages, found = Load(2), iter(WHOLE), []

        async def receive() -> Any:
            return next(messages)

        scope = {"method": "POST", "path": path}
        turn = Turn(load, Queue(), scope, {b"content-length": b"8"}, receive)
        for _ in WHOLE:
            await turn.receive()
            found.append((load.at_work, load.held, load.held_bytes))
        for _ in range(2):
            turn.end()
            found.append((load.at_work, load.held, load.held_bytes))
        return found

    first, whole, gone, ended, again = asyncio.run(taken())
    assert first == ((0, 0, 0) if "users" in path else (0, 1, 5))
    assert (whole, gone) == (before, after)
    assert ended == again == (0, 0, 0)
