"""What heads read of items beside a history: likeness, and what followed where each was seen.

The score of the blend is not among it. That of today has learned from the very reactions that are
to be foreseen, and those of former bundles are on other scales.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.history import History
from beholder.scorers.features import OF_SCORE, Reads, Sight, features_of
from beholder.scorers.interface import Floats, Positions

TASKS = ("click", "conversion", "watch", "rating")
SHOWN = ("how often it was seen",)
DOUBT = 20  # times that an item counts as seen before, with what is usual
LIKED = -6  # the row of popularity
OF_HISTORY = -3  # that of the history's

Sums = NDArray[np.float64]


def names_of(reads: Reads) -> list[str]:
    """What each number says, in their order."""
    return [*reads.names[len(OF_SCORE) :], *(f"{task} before" for task in TASKS), *SHOWN]


class Then(NamedTuple):
    """How popular things were at the moment of an example, in logarithms.

    Attributes
    ----------
    items
        float32 (k,). The items that were seen.
    history
        What is read of the history, on the mean over its newest `NEWEST`.
    """

    items: Floats
    history: float


def outcome_features(
    sight: Sight, told: History, positions: Positions, records: Floats, then: Then | None = None
) -> Floats:
    """Return what is read of items, float32 (k, features), in the order of `names_of`.

    Parameters
    ----------
    told
        Of known positions alone, and not empty.
    positions
        (k,). At most a hundred, in any order.
    records
        float32 (k, tasks + 1). See `records_of`.
    then
        None: as popular as the sight says, now.
    """
    alike = np.ones(len(positions), np.float32)
    read = features_of(sight, told, positions, alike, 1.0)[len(OF_SCORE) :]
    if then is not None:
        read[LIKED], read[OF_HISTORY] = then
    return np.concatenate([read.T, records], axis=1)


def records_of(sums: Sums, counts: Sums, shown: Sums, usual: Sums) -> Floats:
    """Return what followed where items were seen, float32 (n, tasks + 1), drawn to the usual.

    Parameters
    ----------
    sums, counts
        (n, tasks). Of what was observed, and how often it was.
    shown
        (n,). How often each item was seen.
    usual
        (tasks,). What is usual of each task.
    """
    drawn = (sums + DOUBT * usual) / (counts + DOUBT)
    return np.column_stack([drawn, np.log1p(shown)]).astype(np.float32)
