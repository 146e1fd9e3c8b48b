"""The load generator of `serving`: a process of its own, on raw connections.

    python -m benchmarks.load PLAN        PLAN is JSON; the results are JSON on standard output

Closed loop: each connection asks again as soon as it is answered. Open loop: the moments of
asking are planned beforehand (Poisson), and latency counts from the planned moment, so that a
server that stalls is charged for everybody who had to wait.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import random
import sys
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple, cast

import numpy as np

IDLE = 3.0  # seconds; a server may close what nothing came from for longer
EVERY = 8  # questions sent in a row, where it is behind its plan


class Timing(NamedTuple):
    """Seconds from the planned moment to the answer, and how late the question was sent.

    Attributes
    ----------
    simple
        It was simpler than it should be.
    """

    latency: float
    late: float
    ok: bool
    simple: bool = False


class Connection(asyncio.Protocol):
    """One keep-alive connection: bytes as they come, for a stream costs more than an answer.

    Attributes
    ----------
    used
        When it had its last answer.
    """

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self.used = 0.0
        self._transport: asyncio.Transport | None = None
        self._came = bytearray()
        self._ends = 0  # bytes of head and body; 0: the head is not whole
        self._answered: Callable[[int, bytes], None] | None = None

    async def ask(self, question: bytes) -> tuple[int, bytes]:
        """Send a request and return status and body."""
        came: asyncio.Future[tuple[int, bytes]] = asyncio.get_running_loop().create_future()
        await self.send(question, lambda status, body: came.set_result((status, body)))
        return await came

    @property
    def stale(self) -> bool:
        """Whether it must be opened before it is asked."""
        return self._transport is None or time.perf_counter() - self.used > IDLE

    async def send(self, question: bytes, answered: Callable[[int, bytes], None]) -> None:
        """Open it if it must be; send, and call back with status and body."""
        if self.stale:
            self.close()
            loop = asyncio.get_running_loop()
            await loop.create_connection(lambda: self, self.host, self.port)
        self.write(question, answered)

    def write(self, question: bytes, answered: Callable[[int, bytes], None]) -> None:
        """Send on what is open."""
        assert self._transport is not None
        self._answered = answered
        self._transport.write(question)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        came = self._came
        came += data
        if not self._ends:
            head = came.find(b"\r\n\r\n")
            if head < 0:
                return
            length = int(came[:head].lower().split(b"content-length:")[1].split(b"\r\n")[0])
            self._ends = head + 4 + length
        if len(came) >= self._ends:
            status, body = int(came[9:12]), bytes(came[: self._ends])
            self._came, self._ends = bytearray(), 0
            self.used = time.perf_counter()
            answered, self._answered = self._answered, None
            if answered is not None:
                answered(status, body)

    def connection_lost(self, error: Exception | None) -> None:
        self._transport, self._came, self._ends = None, bytearray(), 0
        answered, self._answered = self._answered, None
        if answered is not None:  # hung up on without an answer
            answered(0, b"")

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._answered = None
            self._transport.abort()
            self._transport = None


def questions(plan: dict[str, Any]) -> Iterator[bytes]:
    """Yield requests without end: GET of the plan's paths, or POST of new events."""
    paths, items = plan.get("paths", []), plan.get("items", [])
    for n in range(10**9):
        if paths:
            path = paths[n % len(paths)]
            yield f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        else:
            event = {
                "user": f"bench-{n % 5000}",
                "item": items[n % len(items)],
                "kind": "view",
                "event_id": uuid.uuid4().hex,
            }
            yield post("/v1/interactions", event)


def post(path: str, value: object) -> bytes:
    """Return a POST of JSON."""
    body = json.dumps(value).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def closed(plan: dict[str, Any]) -> list[Timing]:
    """Keep every connection busy for the plan's seconds."""
    asked, found = questions(plan), []
    end = time.perf_counter() + plan["seconds"]

    async def one() -> None:
        connection = Connection(plan["host"], plan["port"])
        while (began := time.perf_counter()) < end:
            status, _ = await connection.ask(next(asked))
            found.append(Timing(time.perf_counter() - began, 0.0, status == 200))
        connection.close()

    await asyncio.gather(*(one() for _ in range(plan["connections"])))
    return found


class Opened:
    """Questions at planned moments, on as many connections as that takes, up to the plan's.

    Attributes
    ----------
    found
        What came, in the order of the answers.
    """

    def __init__(self, plan: dict[str, Any]) -> None:
        self.found: list[Timing] = []
        self._plan = plan
        self._idle = [Connection(plan["host"], plan["port"]) for _ in range(plan["connections"])]
        self._waiting: deque[tuple[float, float, bytes]] = deque()
        self._opening: set[asyncio.Task[None]] = set()
        self._left = 0
        self._done = asyncio.Event()

    async def run(self) -> list[Timing]:
        """Ask, wait for the last answer, and return what came."""
        rng, asked = random.Random(self._plan["seed"]), questions(self._plan)
        begin = time.perf_counter() + 0.1
        at, self._left = begin, 1
        while at < begin + self._plan["seconds"]:
            pause = at - time.perf_counter()
            if pause > 0:
                await asyncio.sleep(pause)
            elif self._left % EVERY == 0:
                await asyncio.sleep(0)  # behind its plan: answers are read all the same
            self._left += 1
            self._ask(at, time.perf_counter(), next(asked))
            at += rng.expovariate(self._plan["rate"])
        self._ended()
        await self._done.wait()
        for connection in self._idle:
            connection.close()
        return self.found

    def _ask(self, at: float, woken: float, question: bytes) -> None:
        if not self._idle:
            self._waiting.append((at, woken, question))
            return
        connection = self._idle.pop()

        def answered(status: int, body: bytes) -> None:
            spent, simple = time.perf_counter() - at, b'"degraded":"' in body
            self.found.append(Timing(spent, woken - at, status == 200, simple))
            self._idle.append(connection)
            if self._waiting:
                self._ask(*self._waiting.popleft())
            self._ended()

        if connection.stale:
            task = asyncio.create_task(self._open(connection, question, answered))
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)
        else:
            connection.write(question, answered)

    async def _open(
        self, connection: Connection, question: bytes, answered: Callable[[int, bytes], None]
    ) -> None:
        try:
            await connection.send(question, answered)
        except OSError:  # refused
            answered(0, b"")

    def _ended(self) -> None:
        self._left -= 1
        if not self._left:
            self._done.set()


async def open_loop(plan: dict[str, Any]) -> list[Timing]:
    """Ask at planned moments; see `Opened`."""
    return await Opened(plan).run()


def answered(found: list[Timing]) -> dict[str, float]:
    """Return milliseconds until those who were not refused had their answer."""
    latency = np.array([timing.latency for timing in found if timing.ok]) * 1000
    if not len(latency):
        return {}
    return {
        f"answered_p{level}_ms": round(float(np.percentile(latency, level)), 2)
        for level in (50, 99)
    }


def summary(found: list[Timing], seconds: float) -> dict[str, float]:
    """Return requests per second, and milliseconds."""
    latency = np.array([timing.latency for timing in found]) * 1000
    late = np.array([timing.late for timing in found]) * 1000
    return {
        "requests": len(found),
        "failed": sum(not timing.ok for timing in found),
        "simple": sum(timing.simple for timing in found),
        "per_second": round(len(found) / seconds, 1),
        "p50_ms": round(float(np.quantile(latency, 0.5)), 2),
        "p99_ms": round(float(np.quantile(latency, 0.99)), 2),
        "max_ms": round(float(latency.max()), 2),
        **answered(found),
        "generator_late_p99_ms": round(float(np.quantile(late, 0.99)), 2),
    }


def main() -> None:
    plan = json.loads(sys.argv[1])
    with suppress(PermissionError):  # else it waits for the server that it measures
        os.nice(-10)
    if plan.get("core") is not None:
        os.sched_setaffinity(0, {plan["core"]})
    gc.disable()  # a look at a million timings is a pause of its own
    found = asyncio.run(open_loop(plan) if "rate" in plan else closed(plan))
    print(json.dumps(summary(found, plan["seconds"])))


if __name__ == "__main__":
    main()
