"""Numbers that only rise, drawn inside of the transaction that uses them."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from beholder.store.schema import counters


def draw(connection: Connection, name: str, n: int = 1) -> int:
    """Take `n` numbers that follow each other and return the first."""
    value = connection.execute(
        update(counters)
        .where(counters.c.name == name)
        .values(value=counters.c.value + n)
        .returning(counters.c.value)
    ).scalar_one()
    return int(value) - n + 1


def read(connection: Connection, name: str) -> int:
    """Return the last number drawn."""
    wanted = select(counters.c.value).where(counters.c.name == name)
    return int(connection.execute(wanted).scalar_one())


def write(connection: Connection, name: str, value: int) -> None:
    """Set a number."""
    connection.execute(update(counters).where(counters.c.name == name).values(value=value))
