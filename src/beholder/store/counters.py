"""Numbers that only rise, drawn inside of the transaction that uses them."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select, update

from beholder.store.schema import counters

DRAW = (  # every event waits for it, so it is built once
    update(counters)
    .where(counters.c.name == bindparam("of"))
    .values(value=counters.c.value + bindparam("n"))
    .returning(counters.c.value)
)


def draw(connection: Connection, name: str, n: int = 1) -> int:
    """Take `n` numbers that follow each other and return the first."""
    return int(connection.execute(DRAW, {"of": name, "n": n}).scalar_one()) - n + 1


def read(connection: Connection, name: str) -> int:
    """Return the last number drawn."""
    wanted = select(counters.c.value).where(counters.c.name == name)
    return int(connection.execute(wanted).scalar_one())


def write(connection: Connection, name: str, value: int) -> None:
    """Set a number."""
    connection.execute(update(counters).where(counters.c.name == name).values(value=value))
