"""The load generator of `serving`: a process of its own, on raw connections.

    python -m benchmarks.load PLAN        PLAN is JSON; the results are JSON on standard output

Closed loop: each connection asks again as soon as it is answered. Open loop: the moments of
asking are planned beforehand (Poisson), and latency counts from the planned moment, so that a
server that stalls is charged for everybody who had to wait.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np

IDLE = 3.0  # seconds; a server may close what nothing came from for longer


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


class Connection:
    """One keep-alive connection."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None
        self.used = 0.0

    async def ask(self, question: bytes) -> tuple[int, bytes]:
        """Send a request and return status and body."""
        if time.perf_counter() - self.used > IDLE:
            self.close()
            self.reader = None
        if self.reader is None or self.writer is None:
            self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
        self.writer.write(question)
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        body = await self.reader.readexactly(length)
        self.used = time.perf_counter()
        return int(head[9:12]), body

    def close(self) -> None:
        """Hang up."""
        if self.writer is not None:
            self.writer.close()


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


async def opened(plan: dict[str, Any]) -> list[Timing]:
    """Ask at planned moments, on as many connections as that takes, up to the plan's."""
    rng = random.Random(plan["seed"])
    asked, found = questions(plan), []
    idle: asyncio.LifoQueue[Connection] = asyncio.LifoQueue()
    for _ in range(plan["connections"]):
        idle.put_nowait(Connection(plan["host"], plan["port"]))
    begin = time.perf_counter() + 0.1

    async def one(at: float, woken: float, question: bytes) -> None:
        connection = await idle.get()
        status, body = await connection.ask(question)
        spent, simple = time.perf_counter() - at, b'"degraded":"' in body
        found.append(Timing(spent, woken - at, status == 200, simple))
        idle.put_nowait(connection)

    tasks, at = [], begin
    while at < begin + plan["seconds"]:
        pause = at - time.perf_counter()
        if pause > 0:
            await asyncio.sleep(pause)
        tasks.append(asyncio.create_task(one(at, time.perf_counter(), next(asked))))
        at += rng.expovariate(plan["rate"])
    await asyncio.gather(*tasks)
    while not idle.empty():
        idle.get_nowait().close()
    return found


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
    found = asyncio.run(opened(plan) if "rate" in plan else closed(plan))
    print(json.dumps(summary(found, plan["seconds"])))


if __name__ == "__main__":
    main()
