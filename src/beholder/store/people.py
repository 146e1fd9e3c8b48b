"""Row numbers of people, and whether they allow to be recommended to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select

from beholder.store import consent, counters, schema
from beholder.store.bulk import insert_new, lookup
from beholder.store.counters import draw
from beholder.store.records import Purpose

people = schema.people
READ = 10_000  # rows at once


def find(connection: Connection, subjects: Sequence[bytes]) -> dict[bytes, tuple[int, bool]]:
    """Return row number and profiling of each subject that has a row."""
    columns = (people.c.subject, people.c.person, people.c.profiling)
    found = lookup(connection, people.c.subject, columns, subjects)
    return {bytes(row[0]): (int(row[1]), bool(row[2])) for row in found}


def held(connection: Connection, highest: int) -> int:
    """Return how many of the first people are there still; only an erasure takes one away."""
    wanted = select(func.count()).select_from(people).where(people.c.person <= highest)
    return int(connection.execute(wanted).scalar_one())


def allowing(connection: Connection, purpose: Purpose) -> NDArray[np.bool_]:
    """Return who allows a purpose, by row number; a number that nobody has allows nothing.

    There is one number more than was ever drawn: nobody's, for all that are larger.
    """
    found = np.zeros(counters.read(connection, "person") + 2, bool)
    wanted = select(people.c.person).where(consent.allows(purpose))
    for rows in connection.execute(wanted.execution_options(yield_per=READ)).partitions():
        found[[row[0] for row in rows]] = True
    return found


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
