"""What the database says of itself: whether its events are encrypted. No setting overrules it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from beholder.errors import StoreError
from beholder.store import counters, schema
from beholder.store.database import Database

STATED = "encrypted"
ASK = f"SELECT value FROM counters WHERE name = '{STATED}'"  # noqa: S608  (our own)


def is_encrypted(connection: Connection) -> bool:
    """Return whether events of this database are encrypted.

    Every batch asks, so that it goes to the driver itself.
    """
    driver: Any = connection.connection.driver_connection
    return bool(driver.execute(ASK).fetchone()[0])


def state(database: Database, encrypted: bool) -> None:
    """Let the database be of a form, as long as it holds nothing of the other one.

    Raises
    ------
    StoreError
        If it has events, or names of events that were taken back.
    """
    with database.read() as connection:
        if is_encrypted(connection) == encrypted:
            return
    with database.write() as connection:
        held = (schema.events.c.seq, schema.given.c.id, schema.segments.c.first)
        if any(connection.execute(select(column).limit(1)).first() for column in held):
            raise _other(encrypted)
        counters.write(connection, STATED, int(encrypted))


def check_stated(connection: Connection, *, encrypted: bool) -> None:
    """Refuse to write where another process has let the database be of the other form.

    Raises
    ------
    StoreError
        If it has.
    """
    if is_encrypted(connection) != encrypted:
        raise StoreError(
            "`privacy.encrypt_events` was changed since this program started",
            remedy="start it again",
        )


def _other(encrypted: bool) -> StoreError:
    held, wish = ("in clear", "true") if encrypted else ("encrypted", "false")
    was = "false" if encrypted else "true"
    return StoreError(
        f"the store holds events {held}, and `privacy.encrypt_events` is {wish}",
        remedy=f"set it to {was}; for the other form make a new workspace and import there, people "
        "with `beholder user export` and `beholder user import`",
    )
