"""Bodies of requests: of a type that is read here, not too large, and not too slow.

Whoever may not call a route is refused before.
"""

from __future__ import annotations

import asyncio
from typing import Any

from litestar.types import ASGIApp, Receive, Scope, Send

from beholder.errors import OverloadedError, TooLargeError
from beholder.service.access import check_route
from beholder.service.problems import BodyTypeError, MalformedError, SlowBodyError
from beholder.settings import Settings

MULTIPART = 65_536  # bytes around a picture
BASE64 = 1.4  # a picture as text
UPLOADS = 8  # large bodies at work at once
Headers = dict[bytes, bytes]
TYPES = {
    "json": ("application/json",),
    "either": ("application/json", "multipart/form-data"),
    "form": ("application/x-www-form-urlencoded",),
    "multipart": ("multipart/form-data",),
    "beacon": ("text/plain",),
}


class Bodies:
    """Reads the whole body of a request before anything looks at it.

    A route with a body says in its options which: `body="json"`, `either` (JSON or a form with
    a picture), `multipart`, or `form`; and `upload=True` where it may be as large as a picture.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings
        self.large = int(settings.media.max_bytes * BASE64) + MULTIPART
        self.uploads = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read, then hand over."""
        check_route(scope)
        options = scope["route_handler"].opt
        kind = options.get("body")
        if kind is None:
            await self.app(scope, receive, send)
            return
        limit = self.large if options.get("upload") else None
        body = await read(receive, dict(scope["headers"]), kind, self.settings, limit)
        large = len(body) > self.settings.serve.max_body
        if large and self.uploads >= UPLOADS:
            raise OverloadedError("too many uploads at once", remedy="send it again later")
        self.uploads += large
        parts: list[Any] = [{"type": "http.request", "body": body, "more_body": False}]

        async def replay() -> Any:
            return parts.pop() if parts else await receive()

        try:
            await self.app(scope, replay, send)
        finally:
            self.uploads -= large


async def read(
    receive: Receive, headers: Headers, kind: str, settings: Settings, limit: int | None = None
) -> bytes:
    """Return the body of a request.

    Parameters
    ----------
    kind
        Of `TYPES`.
    limit
        Most bytes; None: those of the settings for plain bodies.

    Raises
    ------
    BodyTypeError, TooLargeError, SlowBodyError, MalformedError
        If it is refused, or ends before it is whole: the caller went away, or its parts are wrong.
    """
    most = settings.serve.max_body if limit is None else limit
    _refuse_type(headers, kind)
    if _said_length(headers) > most:
        raise _too_large(most)
    seconds = settings.serve.read_seconds
    try:
        async with asyncio.timeout(seconds):
            return await _read(receive, most)
    except TimeoutError as error:
        raise SlowBodyError(
            f"the body did not arrive within {seconds:g} s", remedy="send it again"
        ) from error


async def _read(receive: Receive, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message: Any = await receive()
        if message["type"] == "http.disconnect":
            raise MalformedError("the body ended before it was whole", remedy="send it again")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            raise _too_large(limit)
        if not message.get("more_body"):
            return b"".join(parts)


def _refuse_type(headers: Headers, kind: str) -> None:
    said = headers.get(b"content-type", b"").split(b";")[0].strip().lower().decode("latin-1")
    if said not in TYPES[kind]:
        raise BodyTypeError(
            "the body has a type that is not read here", remedy="send " + " or ".join(TYPES[kind])
        )


def _said_length(headers: Headers) -> int:
    said = headers.get(b"content-length", b"0")
    return int(said) if said.isdigit() else 0


def _too_large(limit: int) -> TooLargeError:
    return TooLargeError(f"a body here has at most {limit} bytes", remedy="send less at once")
