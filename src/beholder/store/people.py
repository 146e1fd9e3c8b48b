"""Row numbers of people, and whether they allow profiling."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select, update

from beholder.store import schema
from beholder.store.counters import draw
from beholder.store.keys import CHUNK

people = schema.people


def find(connection: Connection, subjects: Sequence[bytes]) -> dict[bytes, tuple[int, bool]]:
    """Return row number and profiling of each subject that has a row."""
    found: dict[bytes, tuple[int, bool]] = {}
    for start in range(0, len(subjects), CHUNK):
        some = people.c.subject.in_(subjects[start : start + CHUNK])
        rows = connection.execute(
            select(people.c.subject, people.c.person, people.c.profiling).where(some)
        )
        for subject, person, profiling in rows:
            found[bytes(subject)] = (int(person), bool(profiling))
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
        connection.execute(
            insert(people),
            [
                {"person": person, "subject": subject, "profiling": profiling}
                for subject, person in made.items()
            ],
        )
        found |= {subject: (person, profiling) for subject, person in made.items()}
    return found


def set_profiling(connection: Connection, person: int, on: bool) -> None:
    """Switch profiling of one person."""
    connection.execute(update(people).where(people.c.person == person).values(profiling=on))
