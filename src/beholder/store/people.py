"""Row numbers of people, and whether they allow to be recommended to."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from beholder.store import consent, schema
from beholder.store.bulk import insert_new, lookup
from beholder.store.counters import draw

people = schema.people


def find(connection: Connection, subjects: Sequence[bytes]) -> dict[bytes, tuple[int, bool]]:
    """Return row number and profiling of each subject that has a row."""
    columns = (people.c.subject, people.c.person, people.c.profiling)
    found = lookup(connection, people.c.subject, columns, subjects)
    return {bytes(row[0]): (int(row[1]), bool(row[2])) for row in found}


def held(connection: Connection, highest: int) -> int:
    """Return how many of the first people are there still; only an erasure takes one away."""
    wanted = select(func.count()).select_from(people).where(people.c.person <= highest)
    return int(connection.execute(wanted).scalar_one())


def consents(connection: Connection, highest: int) -> tuple[int, int]:
    """Return number and sum of the first people who allow `recommend`, by their row numbers."""
    wanted = select(func.count(), func.coalesce(func.sum(people.c.person), 0)).where(
        consent.allows("recommend"), people.c.person <= highest
    )
    n, numbers = connection.execute(wanted).one()
    return int(n), int(numbers)


def ensure(
    connection: Connection, subjects: Sequence[bytes], profiling: bool
) -> dict[bytes, tuple[int, bool]]:
    """Return row number and profiling of each subject, made where it is missing.

    Parameters
    ----------
    profiling
        What a new person allows: the workspace's default.
    """
    wanted = sorted(set(subjects))
    found = find(connection, wanted)
    missing = [subject for subject in wanted if subject not in found]
    if missing:
        first = draw(connection, "person", len(missing))
        made = {subject: first + i for i, subject in enumerate(missing)}
        rows = ((person, subject, profiling, None) for subject, person in made.items())
        insert_new(connection, people, rows)
        found |= {subject: (person, profiling) for subject, person in made.items()}
    return found
