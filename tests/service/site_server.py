"""Sites of others, on origins of their own: plain files, and the examples."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx

EXAMPLES = Path(__file__).parents[2] / "examples"
PATIENCE = 200  # tenths of a second


class _Files(SimpleHTTPRequestHandler):
    policy = ""

    def end_headers(self) -> None:
        if self.policy:
            self.send_header("content-security-policy", self.policy)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def files(folder: Path, port: int, policy: str = "") -> Iterator[None]:
    """Serve a folder, its pages under a content policy."""
    handler = type("Files", (_Files,), {"policy": policy})
    with ThreadingHTTPServer(("127.0.0.1", port), partial(handler, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def example(name: str, port: int, **told: str) -> Iterator[None]:
    """Run `examples/NAME/app.py`, ready when the block begins."""
    told = {f"RECOMMENDER_{key.upper()}": value for key, value in told.items()}
    process = subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=EXAMPLES / name,
        env={**os.environ, **told, "PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(PATIENCE):
            assert process.poll() is None, f"{name} has ended"
            try:
                httpx.get(f"http://127.0.0.1:{port}/")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(10)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
