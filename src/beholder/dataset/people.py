"""People numbered by what they did, so that the same behaviour is the same data in any store.

A store numbers people by when they came and by random keys. Seeds draw baskets and validation
users by number, so without this the same import would train to another bundle each time, and
an erased person would leave a trace in the numbers of the others.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from beholder.store.records import TrainingEvents

Marks = NDArray[np.uint64]


def marks_of_people(events: TrainingEvents) -> Marks:
    """Return one number a person, uint64 (n_users,), from their events in any order."""
    sums = np.zeros(events.n_users, np.uint64)
    np.add.at(sums, events.users, marks_of_events(events))
    return sums


def marks_of_events(
    events: TrainingEvents, chosen: NDArray[np.int64] | slice = slice(None)
) -> Marks:
    """Return one number an event, uint64, from what it says and not from whose it is."""
    values = np.ascontiguousarray(events.values[chosen], np.float32).view(np.uint32)
    marks = _mixed(events.seqs[chosen].astype(np.uint64) + np.uint64(1))
    marks = _mixed(marks ^ events.times[chosen].astype(np.uint64))
    return _mixed(marks ^ (events.kinds[chosen].astype(np.uint64) << np.uint64(32)) ^ values)


def numbers_of_people(marks: Marks) -> NDArray[np.int32]:
    """Return the new number of each person, int32 (n_users,)."""
    numbers = np.empty(len(marks), np.int32)
    numbers[np.argsort(marks, kind="stable")] = np.arange(len(marks), dtype=np.int32)
    return numbers


def _mixed(x: NDArray[Any]) -> Marks:
    """Spread every bit over all others: the finaliser of SplitMix64 (Steele et al., 2014)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Marks = x ^ (x >> np.uint64(31))
    return mixed
