"""What rises: how many people took up each item in the newest week, against the weeks before.

A bounded reading: the newest 100,000 events in the order in which they arrived (20,000 where they
are encrypted), of people who allow `train`. Its newest moment is the present, so that files of
years ago have a trend, too.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.kinds import CODES, weigh
from beholder.store import counters
from beholder.store.database import Database
from beholder.store.event_form import Form

DAY = 86_400_000
RECENT, BEFORE = 7 * DAY, 28 * DAY  # milliseconds
FEWEST = 2  # people of the newest week


class Rises(NamedTuple):
    """Items that rise.

    Attributes
    ----------
    seqs
        int64 (m,). Row numbers of items.
    rises
        float32 (m,), above 0. By how many standard deviations of chance more people took the
        item up in the newest week than its rate before would have had.
    since, until, events
        The newest week, milliseconds since 1970, and how many events it has; `until` is the
        moment of the newest event that was read, 0 without any.
    """

    seqs: NDArray[np.int64]
    rises: NDArray[np.float32]
    since: int = 0
    until: int = 0
    events: int = 0


NOTHING = Rises(np.empty(0, np.int64), np.empty(0, np.float32))


def rises(database: Database, form: Form, threshold: float) -> Rises:
    """Return the items that rise, in no order.

    Parameters
    ----------
    threshold
        A rating below it is a dislike.

    A person counts once for an item in each of the two stretches. Where people took up r in the
    week, and b in the four weeks before it, the rise is (r - b / 4) / sqrt(b / 4 + 1): a Poisson
    deviation, with one added so that a single newcomer of no past is no more than 1. Where less
    than four weeks were read, b is of that time, at least a day: what is young does not all rise.
    What one person alone took up is no trend, and nobody else's to see.
    """
    with database.read() as connection:
        top = counters.read(connection, "event")
    with database.look() as ask:
        rows = form.recent(ask, top)
    if not rows:
        return NOTHING
    persons, items, times = np.array([row[:3] for row in rows], np.int64).T
    kinds = np.array([row[3] for row in rows], np.uint8)
    values = np.array([row[4] for row in rows], np.float32)
    good = weigh(kinds, values, dict.fromkeys(CODES, 1.0), threshold) >= 0
    if not good.any():
        return NOTHING
    persons, items, times = persons[good], items[good], times[good]
    until = int(times.max())
    age = until - times
    seqs, place = np.unique(items, return_inverse=True)
    recent = _people(persons, place, age < RECENT, len(seqs))
    before = _people(persons, place, (age >= RECENT) & (age < RECENT + BEFORE), len(seqs))
    span = min(max(int(age.max()) - RECENT, DAY), BEFORE)
    expected = before * (RECENT / span)
    found = ((recent - expected) / np.sqrt(expected + 1)).astype(np.float32)
    up = (found > 0) & (recent >= FEWEST)
    newest = int((age < RECENT).sum())
    return Rises(seqs[up], found[up], until - RECENT, until, newest)


def _people(
    persons: NDArray[np.int64], items: NDArray[np.intp], chosen: NDArray[np.bool_], n_items: int
) -> NDArray[np.float64]:
    """Return how many people are among the chosen events of each item."""
    pairs = np.unique(persons[chosen] * n_items + items[chosen])
    return np.bincount(pairs % n_items, minlength=n_items).astype(np.float64)
