"""What people had in sight: the places of answers that `/v1/seen` marked, to learn from."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, func, select

from beholder.store import consent, schema
from beholder.store.answers import seen_places, unpack
from beholder.store.database import Database
from beholder.store.rates import DAY
from beholder.store.records import Purpose

MOST = 20_000  # answers, the newest
answers, people = schema.answers, schema.people


class InSight(NamedTuple):
    """Answers of which something was in sight a day ago or longer, oldest first.

    Attributes
    ----------
    persons, times
        int64 (a,). Row number of who was answered, and when (milliseconds since 1970).
    indptr
        int64 (a + 1,). Where the places of each answer begin.
    seqs, places
        int64 (m,). Row numbers of the items, and where each stood, from 0.
    unmarked, nobodys, older, fresh
        How many answers were left out: nothing of them was said to be in sight; they name nobody,
        or somebody who does not allow it; there were newer ones enough; they are of the last day.
    """

    persons: NDArray[np.int64]
    times: NDArray[np.int64]
    indptr: NDArray[np.int64]
    seqs: NDArray[np.int64]
    places: NDArray[np.int64]
    unmarked: int = 0
    nobodys: int = 0
    older: int = 0
    fresh: int = 0


def in_sight(database: Database, purpose: Purpose, newest: int, most: int = MOST) -> InSight:
    """Return what was in sight of everyone who allows a purpose, but for the last day.

    More may follow what was shown then.

    Parameters
    ----------
    newest
        Milliseconds since 1970 of the newest event: the last day ends there, or with the newest
        answer.

    Raises
    ------
    UsageError
        For a purpose that nobody has been asked about.
    """
    marked, allowed = answers.c.seen.is_not(None), consent.allows(purpose)
    columns = answers.c.person, answers.c.time, answers.c.packed, answers.c.seen
    owned = answers.join(people, people.c.person == answers.c.person)
    theirs = select(func.count(), func.max(answers.c.time)).select_from(owned)
    theirs = theirs.where(marked, allowed)
    with database.read() as connection:
        able, last = connection.execute(theirs).one()
        until = max(newest, last or 0) - DAY
        over = answers.c.time <= until
        read = select(*columns).select_from(owned).where(marked, allowed, over)
        read = read.order_by(answers.c.time.desc(), answers.c.id.desc()).limit(most)
        rows = connection.execute(read).all()[::-1]
        fresh = able - int(connection.execute(theirs.where(over)).one()[0])
        unmarked = _count(connection, ~marked)
        whole = _count(connection, marked)
    seqs, places = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for row in rows:
        items = unpack(bytes(row.packed)).items
        seen = np.array(seen_places(row.seen), np.int64)
        seen = seen[seen < len(items)]
        places.append(seen)
        seqs.append(items[seen].astype(np.int64))
    lengths = [len(own) for own in seqs]  # the first is of no answer
    return InSight(
        np.array([row.person for row in rows], np.int64),
        np.array([row.time for row in rows], np.int64),
        np.cumsum(lengths).astype(np.int64),
        np.concatenate(seqs),
        np.concatenate(places),
        unmarked,
        whole - able,
        able - fresh - len(rows),
        fresh,
    )


def _count(connection: Connection, condition: ColumnElement[bool]) -> int:
    wanted = select(func.count()).select_from(answers).where(condition)
    return int(connection.execute(wanted).scalar_one())
