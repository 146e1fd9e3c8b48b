"""Reads what the databases of a workspace have on the disk, deleted or not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from beholder.workspace import Workspace

Disk = Callable[[], bytes]


def reader(workspace: Workspace) -> Disk:
    """Return what reads the bytes of the databases and logs, as they are on the disk."""
    url = workspace.settings.store.url
    if not url:
        return lambda: b"".join(path.read_bytes() for path in workspace.store.iterdir())
    import psycopg

    def ask(question: str) -> str:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
            row = connection.execute(question).fetchone()
            return "" if row is None else str(row[0])

    current = "SELECT pg_walfile_name(pg_current_wal_lsn())"
    begun = ask(current)

    def read() -> bytes:
        folder, ended = Path(ask("SHOW data_directory")), ask(current)
        number = ask("SELECT oid FROM pg_database WHERE datname = current_database()")
        log = [path for path in (folder / "pg_wal").glob("0*") if begun <= path.name <= ended]
        pages = [path for path in (folder / "base" / number).iterdir() if path.is_file()]
        return b"".join(path.read_bytes() for path in (*log, *pages))

    return read
