"""Bring a database forward to the tables of this version, whatever version made it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, column, inspect, select, table

from beholder.errors import StoreError
from beholder.store.database import Database

FOLDER = Path(__file__).parent / "migrations"
VERSION_TABLES = {"store": "alembic_version", "keys": "keys_version"}  # both may share a database
HEADS = {"store": "0003", "keys": "0002"}  # the newest migration of each; a test compares


def version(connection: Connection, which: str) -> str | None:
    """Return the migration that a database stands at; None where it is empty."""
    name = VERSION_TABLES[which]
    if not inspect(connection).has_table(name):
        return None
    found = connection.execute(select(column("version_num")).select_from(table(name))).scalar()
    return None if found is None else str(found)


def migrate(database: Database, which: str, to: str | None = None) -> None:
    """Run what is missing of the migrations of `which` (`store` or `keys`).

    Parameters
    ----------
    to
        The last migration to run; None: all.

    Raises
    ------
    StoreError
        If a newer version of the program made the database.
    """
    with database.read() as connection:
        found = version(connection, which)
    if found == HEADS[which]:
        return  # the usual case, without the time that importing alembic takes
    if found is not None and found > HEADS[which]:
        raise StoreError(
            f"the {which} database has version {found}, this program knows {HEADS[which]}",
            remedy="use the newer program that wrote it",
        )
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER / which).replace("%", "%%"))
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, to or "head")
