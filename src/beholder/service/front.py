"""What every request passes first: limits, who calls, other sites, and headers of safety."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from litestar import Litestar, Request

from beholder.errors import BeholderError
from beholder.pages.render import CONTENT_SECURITY_POLICY
from beholder.service import beacons, compress, opting_out, origins
from beholder.service.asking import Asking
from beholder.service.door import Door
from beholder.service.keys import KeyFile
from beholder.service.load import Load, Turn
from beholder.service.log import FAULTS, note_fault, note_request
from beholder.service.meters import NOWHERE, Meters
from beholder.service.pages import problem_page, wants_page
from beholder.service.paths import keep_slashes
from beholder.service.prefix import take_off
from beholder.service.problems import (
    CODE,
    MEDIA_TYPE,
    HeadersTooLargeError,
    headers_of,
    let_go,
    problem,
    understood,
)
from beholder.service.queue import Queue
from beholder.service.quick import ROUTES, Asked
from beholder.service.reach import Reach
from beholder.service.visitor import secret_of
from beholder.workspace import Workspace

HEADERS = 16_384  # bytes of all headers of a request
SAFE: list[tuple[bytes, bytes]] = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),  # with none at all, browsers hide whose forms they send
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
]
PRIVATE = (b"cache-control", b"private, no-store")
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]


class Front:
    """The application as the server sees it (ASGI).

    Parameters
    ----------
    app
        All routers; its state holds what `Running` opened.
    queue
        What waits in this process.
    meters
        Where requests are counted.
    reach
        Where the server listens.
    """

    def __init__(
        self,
        app: Litestar,
        workspace: Workspace,
        queue: Queue,
        meters: Meters,
        *,
        reach: Reach,
        log: bool,
    ) -> None:
        self.app, self.queue, self.meters = app, queue, meters
        self.log = log
        self.settings = workspace.settings
        self.root = workspace.settings.serve.root_path
        self.compress = workspace.settings.serve.compress
        self.load = Load(workspace.settings.serve.max_in_flight)
        meters.follow("at_work", lambda: self.load.at_work)
        meters.follow("held", lambda: self.load.held)
        self.origins = frozenset(workspace.settings.serve.cors_origins)
        self.keys = KeyFile(workspace.secrets)
        _ = self.keys.origins
        self.door = Door(self.keys, secret_of(workspace.secrets), reach.here)
        self.proxies = reach.proxies

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Answer one request, or run the lifespan."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        if self.root:
            take_off(scope, self.root)
        direct = self._came(scope)
        headers = dict(scope["headers"])
        smaller = None if not self.compress else compress.readable(headers)
        answer = _Answer(send, list(SAFE), scope["method"], smaller)
        turn: Turn | None = None
        try:
            keys = self.keys  # who says no origin is told at most that answers differ by it
            of_pages = keys.origins if b"origin" in headers else keys.origins_of_late
            allowed = origins.Allowed(self.origins, of_pages)
            method, path = scope["method"], scope["path"]
            beacon = beacons.is_beacon(method, path, headers)
            answer.headers += origins.cors(method, path, headers, allowed, beacon=beacon)
            turn = Turn(self.load, self.queue, scope, headers, receive)
            await self._answer(scope, turn.receive, answer, headers, direct)
        except BeholderError as error:
            await self._refuse(scope, answer, error)
        except Exception as error:
            note_fault(scope, error)
            if answer.status:
                raise  # the answer has begun: the connection is cut, so that nobody trusts it
            await self._refuse(scope, answer, understood(error))
        finally:
            if turn is not None:
                turn.end()
            spent = time.perf_counter() - began
            route = scope.get("path_template") or NOWHERE
            self.meters.request(scope["method"], route, answer.status, spent, scope.get(CODE, ""))
            if self.log or FAULTS in scope:  # what is a fault of ours is always told
                note_request(scope, answer.status, spent)

    async def _answer(
        self,
        scope: Any,
        receive: Receive,
        send: _Answer,
        headers: dict[bytes, bytes],
        direct: bool,
    ) -> None:
        if sum(len(name) + len(value) for name, value in scope["headers"]) > HEADERS:
            raise HeadersTooLargeError(f"headers have at most {HEADERS} bytes")
        if scope["method"] == "HEAD":
            scope["method"] = "GET"  # the same answer, of which `_Answer` keeps the body back
        method: str = scope["method"]
        if origins.preflight(method, headers) and (self.origins or self.keys.origins):
            await send.whole(204, origins.PREFLIGHT, b"")
            return
        if beacons.is_beacon(method, scope["path"], headers) and self._of_a_page(headers):
            parts = await beacons.opened(receive, headers, self.settings)
            headers, scope["headers"], receive = parts
        caller = scope["caller"] = self.door.caller(headers, direct=direct)
        allowed = self.origins.union(caller.origins)
        origins.refuse_cross_site(method, headers, scope["scheme"], allowed)
        if self.settings.privacy.gpc and opting_out.asked(caller, headers, scope["path"]):
            await opting_out.follow(self.app.state.running, caller, does=method == "POST")
        quick = ROUTES.get((method, scope["path"]))
        if quick is not None:
            scope["path_template"] = scope["path"]
            asked = Asked(scope["query_string"], headers, receive, caller, self.settings)
            body = await quick(asked, self.app.state.running)
            if body is not None:
                await _send_json(send, body)
                return
        keep_slashes(scope)
        await self.app(scope, receive, send)

    def _came(self, scope: Any) -> bool:
        """Let a request say itself what its trusted proxies do; whether it came without any."""
        came = self.proxies.came(scope)
        scope["client"], scope["scheme"] = (came.address, 0), came.scheme
        if came.host is not None:
            others = [pair for pair in scope["headers"] if pair[0] != b"host"]
            scope["headers"] = [(b"host", came.host), *others]
        return came.direct

    def _of_a_page(self, headers: dict[bytes, bytes]) -> bool:
        return headers.get(b"origin", b"").decode("latin-1") in self.keys.origins

    async def _refuse(self, scope: Any, answer: _Answer, error: BeholderError) -> None:
        """Send a problem: a page where a browser asked for one."""
        let_go(error)
        if wants_page(scope):
            scope.setdefault("litestar_app", self.app)  # the framework may not have been reached
            asked: Asking = Request(scope)
            page = problem_page(asked, error)
            await page.to_asgi_response(None, asked)(scope, _nothing_more, answer)
            return
        body = msgspec.json.encode(problem(error, scope))
        headers = [
            (b"content-type", MEDIA_TYPE.encode()),
            (b"content-length", str(len(body)).encode()),
            *((name.encode(), value.encode()) for name, value in headers_of(error)),
        ]
        await answer.whole(error.status, headers, body)


class _Answer:
    """Adds headers to an answer, compresses it, and remembers the status.

    What does not say how long it may be kept is of one person, or of one moment: nobody keeps it.
    The body of a HEAD is kept back; its headers are those of the GET.

    Parameters
    ----------
    smaller
        Whether it may be compressed; None: nothing is, for nobody.
    """

    def __init__(self, send: Send, headers: Headers, method: str, smaller: bool | None) -> None:
        self.send, self.headers, self.method, self.smaller = send, headers, method, smaller
        self.status = 0
        self._start: Any = None  # until it is known how long the body is

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status, self._start = message["status"], message
            return
        if self._start is not None:
            start, self._start = self._start, None
            message = await self._begin(start, message)
        if self.method == "HEAD":
            if message.get("more_body"):
                return
            message = {"type": "http.response.body", "body": b""}
        await self.send(message)

    async def _begin(self, start: Any, message: Any) -> Any:
        """Send status and headers; return the first part of the body as it is to be sent."""
        own = [*start["headers"], *self.headers]
        told = {name.lower(): value for name, value in start["headers"]}
        if b"cache-control" not in told:
            own.append(PRIVATE)
        body, whole = message.get("body", b""), not message.get("more_body")
        if self.smaller is not None and whole and compress.worth_it(told, len(body)):
            own.append(compress.VARY)
            if self.smaller:
                own, body = compress.compressed(own, body)
                message = {**message, "body": body}
        await self.send({**start, "headers": own})
        return message

    async def whole(self, status: int, headers: Headers, body: bytes) -> None:
        """Send an answer at once."""
        start = {"type": "http.response.start", "status": status, "headers": headers}
        await self(start)
        await self({"type": "http.response.body", "body": body})


async def _send_json(send: _Answer, body: bytes) -> None:
    length = str(len(body)).encode()
    await send.whole(
        200, [(b"content-type", b"application/json"), (b"content-length", length)], body
    )


async def _nothing_more() -> Any:
    return {"type": "http.disconnect"}
