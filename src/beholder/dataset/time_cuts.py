"""One moment for all: what was done before it is known, and what came after it is asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from beholder.dataset.dataset import Dataset
from beholder.dataset.log import Log
from beholder.dataset.splits import EARLIER, Cases, Split
from beholder.errors import DataError

CUTS = 3
FEWEST = 500  # people to ask after each cut
DAY = 86_400_000  # milliseconds; days are those of UTC


def time_cut(dataset: Dataset, number: int) -> Split:
    """Know what everybody did before a day, and ask for what they took up to the next cut.

    Asked are those with at least `EARLIER` pairs before it. Cuts lie as late as they can, so that
    most is known at each. What nobody had done anything with by then was not there yet, as far as
    the data say: it is no candidate, no target, and nothing is fitted on it.

    Parameters
    ----------
    number
        Of the cut, from 0, the earliest first, to `CUTS` - 1.

    Raises
    ------
    DataError
        If there are no three days with 500 people to ask from each up to the next.
    """
    log = dataset.log
    cuts = _cuts(log)
    start, end = cuts[number], cuts[number + 1]
    train = log.keep(log.times < start)
    born = np.zeros(log.n_items, bool)
    born[train.items] = True
    later = np.zeros(log.n_items, bool)
    later[log.items] = True
    pool = born | ~later  # what nobody ever touched may always have been there
    asked = _taken(log, start, end)
    wanted = asked[pool[log.items[asked]]]
    users, counts = np.unique(log.users[wanted], return_counts=True)
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    cases = Cases(train, users.astype(np.int32), indptr, log.items[wanted]).unseen()
    notes = [_unborn(int((~pool).sum()), len(asked) - len(wanted))] if not pool.all() else []
    known = replace(dataset.with_log(train), fitted=dataset.fitted & pool)
    return Split("time", known, cases, pool, notes=notes, since=start)


def day_of(moment: int) -> str:
    """Return the day of a moment, milliseconds since 1970, as `2020-09-15`."""
    return datetime.fromtimestamp(moment / 1000, UTC).strftime("%Y-%m-%d")


def _cuts(log: Log) -> list[int]:
    """Return the moments of the cuts, rising, and one after the last event."""
    ends = [int(log.times.max(initial=-1)) + 1]
    days = np.unique(log.times // DAY) * DAY
    found: list[int] = []
    while len(ends) <= CUTS:
        people = _asked_from(log, days, ends[-1])
        enough = np.flatnonzero(people >= FEWEST)
        found.append(int(people.max(initial=0)))
        if not len(enough):
            raise DataError(
                f"time needs {CUTS} days with {FEWEST} people to ask from each up to the next, "
                f"who liked {EARLIER} things before it; from the latest of these days back there "
                f"are at most {', then '.join(map(str, found))}",
                remedy="bring behaviour of more people or days, or ask next-basket",
            )
        ends.append(int(days[enough[-1]]))
    return ends[::-1]


def _asked_from(log: Log, days: NDArray[np.int64], end: int) -> NDArray[np.int64]:
    """Return how many people liked something from each day up to an end, and enough before it.

    Their third like is before the day, and their last before the end is not.
    """
    firsts = log.firsts[log.times[log.firsts] < end]
    users, times = log.users[firsts], log.times[firsts]
    counts = np.bincount(users, minlength=log.n_users)
    enough = counts >= EARLIER
    bounds = np.cumsum(counts)
    last = np.sort(times[bounds[enough] - 1])
    third = np.sort(times[(bounds - counts)[enough] + EARLIER - 1])
    return np.searchsorted(third, days) - np.searchsorted(last, days)


def _taken(log: Log, start: int, end: int) -> NDArray[np.int64]:
    """Return the first events of pairs from one moment to another, of those with a history."""
    firsts = log.firsts
    users, times = log.users[firsts], log.times[firsts]
    before = np.bincount(users[times < start], minlength=log.n_users)
    return firsts[(times >= start) & (times < end) & (before[users] >= EARLIER)]


def _unborn(items: int, targets: int) -> str:
    things = "1 item" if items == 1 else f"{items} items"
    asked = "1 like" if targets == 1 else f"{targets} likes"
    return f"{things} came after this day and can not be recommended; {asked} of them not asked for"
