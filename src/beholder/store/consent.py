"""What each person allows to be done with what they did: the one place that knows how it is kept.

`people.profiling` says whether they allow `recommend`, beside the rows that every answer reads.
`people.purposes` has a bit for each of `PURPOSES`; NULL: nobody was asked about each, and all are
as `profiling` says.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update

from beholder.errors import UsageError
from beholder.store.records import PURPOSES, Purpose, Purposes
from beholder.store.schema import people


def allows(purpose: Purpose) -> ColumnElement[bool]:
    """Return the condition that a row of `people` allows a purpose.

    Raises
    ------
    UsageError
        For a purpose that nobody has been asked about.
    """
    if purpose not in PURPOSES:
        raise UsageError(f"no one has allowed {purpose!r}", remedy="one of " + ", ".join(PURPOSES))
    if purpose == "recommend":
        return people.c.profiling.is_(True)
    asked = people.c.purposes.bitwise_and(_bit(purpose)) != 0
    return or_(and_(people.c.purposes.is_(None), people.c.profiling.is_(True)), asked)


def told(profiling: bool, bits: int | None) -> Purposes:
    """Return what the two columns of a person say."""
    if bits is None:
        return Purposes(profiling, profiling, profiling)
    return Purposes(profiling, *(bool(bits & _bit(purpose)) for purpose in PURPOSES[1:]))


def read(connection: Connection, subject: bytes) -> Purposes | None:
    """Return what a person allows; None: they have no row."""
    wanted = select(people.c.profiling, people.c.purposes).where(people.c.subject == subject)
    row = connection.execute(wanted).first()
    return None if row is None else told(bool(row.profiling), row.purposes)


def refusing(connection: Connection, purposes: Sequence[Purpose]) -> int:
    """Return how many people refuse at least one of some purposes."""
    counted = select(func.count()).select_from(people)
    willing = counted.where(*(allows(purpose) for purpose in purposes))
    return int(connection.execute(counted).scalar_one() - connection.execute(willing).scalar_one())


def write(connection: Connection, person: int, wish: Purposes) -> None:
    """Keep what a person allows."""
    bits = sum(_bit(purpose) for purpose in PURPOSES if getattr(wish, purpose))
    values = {"profiling": wish.recommend, "purposes": bits}
    connection.execute(update(people).where(people.c.person == person).values(values))


def _bit(purpose: Purpose) -> int:
    return 1 << PURPOSES.index(purpose)
