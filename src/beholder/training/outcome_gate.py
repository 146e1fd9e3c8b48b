"""Whether heads are worth having: learned from the older examples, and measured on the newest.

A head is kept only if it loses less than always saying what is usual, by more than two standard
errors of people: what one person does is not many findings.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.blending.multitask import Told, always, each_loss, usual_of
from beholder.bundle.choice import Head
from beholder.measures import absolute_errors, accuracy, auc, squared_errors
from beholder.scorers.heads import CHANCES, Net, said
from beholder.scorers.interface import Floats
from beholder.scorers.outcome_features import TASKS
from beholder.store.rates import DAY

LEARN, STOP = 0.7, 0.8  # of the answers: the oldest are learned from, the next say when to end
BETWEEN = 0.1  # of the time from first to last that lies between parts at most; else a day does
FEWEST = 100  # ones, and zeros, that were learned from; or shares
TESTED = 20  # people whose examples are tested
ERRORS = 2.0  # standard errors that the gain has to be above
TENTHS = 10


class Parts(NamedTuple):
    """Where examples, in order of time, are cut; what lies between is in none of them."""

    learn: slice
    stop: slice
    test: slice


def cut(indptr: NDArray[np.int64], times: NDArray[np.int64]) -> Parts:
    """Cut between answers: no answer is in two parts, and a day lies between them.

    What follows an answer is known a day later: when a part begins, that of the one before is. It
    is taken off the two larger parts, and is less than a day where all came within ten, or where
    more than half of such a part came within that day: half of it stays.

    Parameters
    ----------
    times
        int64 (answers,), rising. Milliseconds since 1970.
    """
    n = len(times)
    stop, test = int(LEARN * n), int(STOP * n)
    day = min(DAY, int(BETWEEN * (times[-1] - times[0])))
    known = int(np.searchsorted(times[:stop], times[stop] - day, side="right"))
    over = int(np.searchsorted(times, times[max(test - 1, 0)] + day))
    learned, tested = max(known, stop // 2), min(max(over, test), (test + n) // 2)
    at = [int(indptr[place]) for place in (learned, stop, test, tested, n)]
    return Parts(slice(0, at[0]), slice(at[1], at[2]), slice(at[3], at[4]))


def lacking(outcomes: Floats, task: int) -> str | None:
    """Return what there is too little of to learn a head, in words; None: nothing."""
    own = outcomes[:, task]
    own = own[~np.isnan(own)]
    if task >= CHANCES:
        return f"of {len(own)} seen, {FEWEST} are needed" if len(own) < FEWEST else None
    ones = int((own == 1).sum())
    zeros = len(own) - ones
    if min(ones, zeros) >= FEWEST:
        return None
    return f"{ones} seen with one and {zeros} without, {FEWEST} of both are needed"


def judged(net: Net, told: Told, parts: Parts, people: NDArray[np.int64]) -> list[Head]:
    """Return what is known of each head, by examples that it did not learn from.

    Parameters
    ----------
    people
        int64 (m,). Whose each example is.
    """
    learned, test = told.take(parts.learn), told.take(parts.test)
    usual = usual_of(learned.outcomes)
    f = net(test.z)
    base = np.broadcast_to(always(usual).astype(np.float32), f.shape)
    losses, bases = each_loss(f, test.outcomes), each_loss(base, test.outcomes)
    shares = said(f, CHANCES)
    return [
        _head(
            task,
            lacking(learned.outcomes, task),
            told.outcomes[:, task],
            _Tested(*(one[:, task] for one in (losses, bases, shares, test.outcomes))),
            people[parts.test],
        )
        for task in range(len(TASKS))
    ]


class _Tested(NamedTuple):
    losses: Floats
    bases: Floats
    said: Floats
    outcomes: Floats

    def take(self, there: NDArray[np.bool_]) -> _Tested:
        return _Tested(*(one[there] for one in self))


def _head(
    task: int,
    lack: str | None,
    outcomes: Floats,
    tested: _Tested,
    people: NDArray[np.int64],
) -> Head:
    name = TASKS[task]
    seen = outcomes[~np.isnan(outcomes)]
    usual = float(seen.mean()) if len(seen) else 0.0
    there = ~np.isnan(tested.outcomes)
    own = tested.take(there)
    tested_people = len(np.unique(people[there]))
    if lack is None and tested_people < TESTED:
        lack = f"the newest are of {tested_people} people, {TESTED} are needed"
    if lack is None and np.ptp(own.outcomes) == 0:
        lack = f"the newest {len(own.outcomes)} do not differ"
    if lack is not None:
        return Head(name, False, f"{name}: {lack}", len(seen), usual)
    gain, error = _gain(own.bases - own.losses, people[there])
    on = gain > ERRORS * error
    labels = own.outcomes.astype(np.int64)
    area = auc(own.said, labels) if task < CHANCES else None
    right = accuracy(own.said[:, None], labels) if task < CHANCES else None
    bins = _reliability(own)
    away = float(np.mean([abs(a - b) for a, b in bins]))
    loss, base = float(own.losses.mean()), float(own.bases.mean())
    told = f"{'log loss' if task < CHANCES else 'squared error'} {loss:.4f}, {base:.4f} by always"
    told += f" saying {usual:.4f} (standard error {error:.4f})"
    told += "" if area is None else f", AUC {area:.3f}"
    told += f", calibration error {away:.4f}"
    why = f"{name}: {told}" if on else f"{name}: its gain is not certain, {told}"
    return Head(
        name,
        on,
        why,
        len(seen),
        usual,
        len(own.outcomes),
        loss,
        base,
        error,
        area,
        away,
        bins,
        squared=float(squared_errors(own.said, own.outcomes).mean()),
        absolute=float(absolute_errors(own.said, own.outcomes).mean()),
        accuracy=right,
    )


def _gain(gains: Floats, people: NDArray[np.int64]) -> tuple[float, float]:
    """Return the mean gain and its standard error, over people."""
    mean = float(gains.mean())
    _, code = np.unique(people, return_inverse=True)
    each = np.bincount(code, gains - mean)
    return mean, float(np.sqrt((each**2).sum()) / len(gains))


def _reliability(own: _Tested) -> tuple[tuple[float, float], ...]:
    order = np.argsort(own.said, kind="stable")
    return tuple(
        (round(float(own.said[some].mean()), 5), round(float(own.outcomes[some].mean()), 5))
        for some in np.array_split(order, TENTHS)
        if len(some)
    )
