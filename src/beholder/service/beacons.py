"""Beacons: what a page sends while it is left. They can have no headers, so the token is inside.

A beacon is turned into the request that it stands for, and goes on as that.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from beholder.errors import KeyNeededError
from beholder.service import bodies, tokens
from beholder.service.problems import understood
from beholder.settings import Settings

PATHS = frozenset({"/v1/interactions", "/v1/seen"})
Receive = Callable[[], Awaitable[Any]]
Headers = dict[bytes, bytes]


def is_beacon(method: str, path: str, headers: Headers) -> bool:
    """Return whether a request is plain text where events are taken, and no key comes with it."""
    if method != "POST" or path not in PATHS:
        return False
    said = headers.get(b"content-type", b"").split(b";")[0].strip().lower()
    return said == b"text/plain" and b"authorization" not in headers


async def opened(
    receive: Receive, headers: Headers, settings: Settings
) -> tuple[Headers, list[tuple[bytes, bytes]], Receive]:
    """Take the token out of the body of a beacon.

    Returns
    -------
    The headers of the request that it stands for, as a table and in the form of ASGI, and its
    body.

    Raises
    ------
    KeyNeededError
        If there is no token of a visitor; secret keys are not read here.
    """
    body = await bodies.read(receive, headers, "beacon", settings)
    try:
        parts = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        token = msgspec.json.decode(parts.pop("token", msgspec.Raw(b'""')), type=str)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise understood(error) from error
    if not token.startswith(tokens.PREFIX) or not token.isascii():
        raise KeyNeededError(
            "plain text needs a visitor's token in it",
            remedy='{"token": "bhv_...", ...}; POST /v1/visitors gives one',
            field="token",
        )
    rest = msgspec.json.encode(parts)
    table = {
        **headers,
        b"content-type": b"application/json",
        b"content-length": str(len(rest)).encode(),
        b"authorization": b"Bearer " + token.encode(),
    }
    waiting: list[Any] = [{"type": "http.request", "body": rest, "more_body": False}]

    async def replay() -> Any:
        return waiting.pop() if waiting else await receive()

    return table, list(table.items()), replay
