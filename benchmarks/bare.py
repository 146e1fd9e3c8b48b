"""A bare endpoint on the same server: a fixed answer of a given size, and nothing else.

python -m benchmarks.bare PORT BYTES
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

from granian import Granian
from granian.constants import Interfaces, Loops


@dataclass
class Bare:
    """An ASGI application."""

    size: int

    def __call__(self) -> Any:
        body = b'"' + b"a" * (self.size - 2) + b'"'
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
        ]
        start = {"type": "http.response.start", "status": 200, "headers": headers}
        whole = {"type": "http.response.body", "body": body}

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await send(start)
            await send(whole)

        return app


def main() -> None:
    server = Granian(
        "bare",
        port=int(sys.argv[1]),
        interface=Interfaces.ASGINL,
        loop=Loops.asyncio,
        websockets=False,
        log_enabled=False,
    )
    server.serve(target_loader=Bare(int(sys.argv[2])), wrap_loader=False)


if __name__ == "__main__":
    main()
