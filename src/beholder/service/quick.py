"""The door of the two busiest routes: answered without the framework, by the same functions.

The framework's way to them costs more than they do. Whatever is not plain goes its way all the
same, and gets its errors.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import msgspec

from beholder.service import bodies, interactions, recommendations
from beholder.service.access import Caller
from beholder.service.running import Running
from beholder.settings import Settings

Receive = Callable[[], Awaitable[Any]]


class Asked(NamedTuple):
    """A request whose caller is known."""

    query: bytes
    headers: dict[bytes, bytes]
    receive: Receive
    caller: Caller
    settings: Settings


async def _recommend(asked: Asked, running: Running) -> bytes | None:
    asked.caller.check("recommend")
    plain = recommendations.plain_question(asked.query)
    return None if plain is None else await recommendations.answered(running, asked.caller, *plain)


async def _record(asked: Asked, running: Running) -> bytes | None:
    if asked.query:
        return None
    asked.caller.check("events")
    body = await bodies.read(asked.receive, asked.headers, "json", asked.settings)
    return msgspec.json.encode(await interactions.record_body(running, asked.caller, body))


ROUTES: dict[tuple[str, str], Callable[[Asked, Running], Awaitable[bytes | None]]] = {
    ("GET", recommendations.PATH): _recommend,
    ("POST", interactions.PATH): _record,
}
"""By method and path. Each returns JSON; None: the framework is to answer."""
