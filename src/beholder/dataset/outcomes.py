"""What followed where something was in sight: examples to learn clicks and purchases from.

An example is one place that one person had in sight. What they did with the item within a day, and
before they saw it again, is its outcome. Nothing is made up: what was not in sight is no example,
and a rating or a watch that did not come is not observed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.behaviour import reduce
from beholder.behaviour.histories import Histories
from beholder.behaviour.kinds import CODES
from beholder.behaviour.ratings import Ratings
from beholder.behaviour.scales import scale_of
from beholder.dataset.log import Log
from beholder.scorers.outcome_features import TASKS
from beholder.store.in_sight import InSight
from beholder.store.rates import DAY

CLICKS = ("click", "view")
LONGER = 0.1  # of the watches, from which on it is said
BLOCK = 1_000  # histories that are reduced at once
Ints = NDArray[np.int64]


class Examples(NamedTuple):
    """Places that were in sight, answer by answer, oldest first.

    Attributes
    ----------
    users, times
        int64 (a,). Whose answer it was, a code of the log, and when.
    indptr
        int64 (a + 1,). Where the examples of each answer begin.
    items
        int32 (m,).
    places
        float32 (m,). Logarithms of where each stood, from 1.
    outcomes
        float32 (m, tasks). NaN: not observed.
    notes
        What was left out, in words.
    """

    users: Ints
    times: Ints
    indptr: Ints
    items: NDArray[np.int32]
    places: NDArray[np.float32]
    outcomes: NDArray[np.float32]
    notes: list[str]

    def __len__(self) -> int:
        return len(self.items)

    @property
    def owner(self) -> Ints:
        """int64 (m,). The answer of each example."""
        return np.repeat(np.arange(len(self.users)), np.diff(self.indptr))


def examples_of(
    shown: InSight, persons: Ints, log: Log, seqs: Ints, lengths: NDArray[np.float32]
) -> Examples:
    """Join what was in sight with what was done.

    Parameters
    ----------
    persons
        int64 (n_users,). Row number of each person of the log.
    seqs
        int64 (n_items,), rising. Row number of each item.
    lengths
        float32 (n_items,). Seconds that each lasts; NaN: it is not known.
    """
    notes = _left_out(shown)
    users, items = _codes(shown.persons, persons), _codes(shown.seqs, seqs)
    told = np.zeros(len(users), bool)
    told[users >= 0] = _had_history(log, users[users >= 0], shown.times[users >= 0])
    owner = np.repeat(np.arange(len(users)), np.diff(shown.indptr))
    if not told.all():
        n = int((~told).sum())
        notes.append(f"{n} answers to people without a history are not learned from")
    kept = told[owner]
    gone = int((kept & (items < 0)).sum())
    if gone:
        notes.append(f"{gone} places whose item is gone are not learned from")
    kept &= items >= 0
    counts = np.bincount(owner[kept], minlength=len(users))
    used = counts > 0
    indptr = np.concatenate([[0], np.cumsum(counts[used])]).astype(np.int64)
    own = np.repeat(np.arange(used.sum()), counts[used])
    users, times = users[used], shown.times[used]
    outcomes, more = _outcomes(log, users[own], items[kept], times[own], lengths)
    places = np.log1p(shown.places[kept]).astype(np.float32)
    return Examples(
        users, times, indptr, items[kept].astype(np.int32), places, outcomes, notes + more
    )


def histories_before(log: Log, users: Ints, times: Ints) -> Histories:
    """Return what models see of people as of some moments, each as it is reduced when served."""
    begins = log.indptr[users]
    ends = _before(log, users, times)
    lengths = ends - begins
    starts = np.cumsum(lengths) - lengths
    rows = np.arange(int(lengths.sum())) + np.repeat(begins - starts, lengths)
    own = np.repeat(np.arange(len(users)), lengths).astype(np.int32)
    told = log.events.take(rows)._replace(people=own)
    return reduce.histories(told, log.like, log.limit, len(users))


class LikedBefore:
    """How popular items of a log were at some moments."""

    def __init__(self, log: Log) -> None:
        times, items = log.times[log.firsts], log.items[log.firsts].astype(np.int64)
        self._begin, self._n_items = int(times.min(initial=0)), max(log.n_items, 1)
        self._span = int(times.max(initial=0)) - self._begin + 2
        self._moments = np.sort(items * self._span + times - self._begin)
        self._times = np.sort(times)

    def __call__(self, items: NDArray[np.int32], times: Ints) -> NDArray[np.float32]:
        """Return it beside the mean of then, in logarithms, float32 (n,)."""
        begins = items.astype(np.int64) * self._span
        since = np.clip(times - self._begin, 0, self._span - 1)
        first, last = (np.searchsorted(self._moments, key) for key in (begins, begins + since))
        mean = np.searchsorted(self._times, times) / self._n_items
        return np.log((1 + last - first) / (1 + mean)).astype(np.float32)


def _before(log: Log, users: Ints, times: Ints) -> Ints:
    """Return where the events of people before some moments end."""
    found = [
        first + np.searchsorted(log.times[first:last], moment)
        for first, last, moment in zip(
            log.indptr[users].tolist(), log.indptr[users + 1].tolist(), times.tolist(), strict=True
        )
    ]
    return np.array(found, np.int64)


def _had_history(log: Log, users: Ints, times: Ints) -> NDArray[np.bool_]:
    """Return who had liked anything by then, bool (a,)."""
    found = np.zeros(len(users), bool)
    for start in range(0, len(users), BLOCK):
        some = slice(start, start + BLOCK)
        found[some] = histories_before(log, users[some], times[some]).lengths > 0
    return found


def _codes(numbers: Ints, known: Ints) -> Ints:
    """Return where each number stands among the known ones, -1: nowhere."""
    order = np.argsort(known)
    place = np.searchsorted(known[order], numbers)
    place = np.minimum(place, max(len(known) - 1, 0))
    if not len(known):
        return np.full(len(numbers), -1, np.int64)
    found: Ints = np.where(known[order][place] == numbers, order[place], -1).astype(np.int64)
    return found


class _Followed(NamedTuple):
    """Events of the same person and item that followed examples in time.

    Attributes
    ----------
    rows
        int64. Rows of the log, sorted so that what followed one example stands together.
    some
        int64. Examples that anything followed.
    bounds
        int64. Where in `rows` each of these begins and ends, one after the other.
    """

    rows: Ints
    some: Ints
    bounds: Ints

    def largest(self, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the largest number of the rows that followed each of `some`."""
        if not len(self.some):
            return np.empty(0)
        found: NDArray[np.float64] = np.maximum.reduceat(np.append(numbers, -np.inf), self.bounds)
        return found[::2]


def _followed(log: Log, users: Ints, items: Ints, times: Ints) -> _Followed:
    keys, pair = np.unique(users * log.n_items + items, return_inverse=True)
    own = log.users.astype(np.int64) * log.n_items + log.items
    rows = np.flatnonzero(np.isin(own, keys))
    code = np.searchsorted(keys, own[rows])
    order = np.lexsort((log.times[rows], code))
    rows, code = rows[order], code[order]
    begin = int(log.times[rows].min(initial=int(times.min())))
    span = int(log.times[rows].max(initial=int(times.max()))) - begin + DAY + 1
    moments = code * span + (log.times[rows] - begin)  # rising
    asked = pair * span + (times - begin)
    again = np.full(len(asked), np.iinfo(np.int64).max)
    turn = np.argsort(asked, kind="stable")
    again[turn[:-1]] = asked[turn[1:]]
    first = np.searchsorted(moments, asked)
    last = np.searchsorted(moments, np.minimum(asked + DAY, again))
    some = np.flatnonzero(last > first)
    return _Followed(rows, some, np.stack([first[some], last[some]], axis=1).ravel())


def _outcomes(
    log: Log, users: Ints, items: Ints, times: Ints, lengths: NDArray[np.float32]
) -> tuple[NDArray[np.float32], list[str]]:
    """Return what followed each example, (m, tasks), and what could not be used of it."""
    found = np.full((len(users), len(TASKS)), np.nan, np.float32)
    found[:, :2] = 0
    if not len(users):
        return found, []
    followed = _followed(log, users, items, times)
    kinds, some = log.kinds[followed.rows], followed.some
    clicks = np.isin(kinds, [CODES[kind] for kind in CLICKS])
    found[some, 0] = followed.largest(clicks.astype(np.float64))
    found[some, 1] = followed.largest((kinds == CODES["purchase"]).astype(np.float64))
    found[some, 2], notes = _watched(log, followed, lengths[items[some]])
    found[some, 3], more = _rated(log, followed)
    return found, notes + more


def _watched(
    log: Log, followed: _Followed, lengths: NDArray[np.float32]
) -> tuple[NDArray[np.float64], list[str]]:
    """Return which share of each item was watched, NaN: that is not known."""
    kinds, values = log.kinds[followed.rows], log.values[followed.rows]
    there = (kinds == CODES["watch"]) & np.isfinite(values)
    seconds = followed.largest(np.where(there, values, -np.inf))
    seconds[seconds == -np.inf] = np.nan
    share = seconds / lengths
    lost = int((np.isfinite(seconds) & np.isnan(share)).sum())
    notes = [f"{lost} watched items last nobody knows how long: not learned from"] * bool(lost)
    longer, n = int((share > 1).sum()), int(np.isfinite(share).sum())
    if longer > LONGER * n:
        many = f"{longer} of {n} watches are longer than what was watched lasts"
        notes.append(f"{many}: they count as whole; is its length in seconds?")
    return np.clip(share, 0, 1), notes


def _rated(log: Log, followed: _Followed) -> tuple[NDArray[np.float64], list[str]]:
    """Return the last rating of each item, as a share of its scale, NaN: there is none."""
    kinds, values = log.kinds[followed.rows], log.values[followed.rows]
    rated = (kinds == CODES["rating"]) & np.isfinite(values)
    newest = followed.largest(np.where(rated, np.arange(len(values)), -np.inf))
    given = newest > -np.inf
    found = np.full(len(newest), np.nan)
    scale = scale_of(Ratings.of(log.values[log.kinds == CODES["rating"]]))
    if scale is None:
        n = int(given.sum())
        return found, [f"{n} ratings are on no usual scale: not learned from"] * bool(n)
    told = values[newest[given].astype(np.int64)]
    found[given] = np.clip((told - scale.low) / (scale.high - scale.low), 0, 1)
    return found, []


def _left_out(shown: InSight) -> list[str]:
    told = (
        (shown.unmarked, "answers of which nothing was said to be in sight (`/v1/seen`)"),
        (shown.nobodys, "answers that name nobody, or somebody who does not allow it,"),
        (shown.fresh, "answers of the last day, after which more may follow,"),
        (shown.older, f"answers older than the newest {len(shown.times)} before that"),
    )
    return [f"{n} {what} are not learned from" for n, what in told if n]
