"""Many requests at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx

from live_server import Server

AT_ONCE = 16


def flood(
    server: Server, path: str, n: int = 64, headers: dict[str, str] | None = None
) -> list[httpx.Response]:
    """Ask for a page from many sides at once."""
    with server.client(headers=headers) as client, ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda _: client.get(path), range(n)))
