"""How much each event of a history still counts."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.histories import Histories
from beholder.behaviour.history import History


class Recency(NamedTuple):
    """Weights by the rank of each distinct moment: 1 for the newest, older * decay^rank before.

    All of a basket counts the same, whatever order it was written in, and a week without visits
    does not fade a taste, which a decay by clock time would do.

    Attributes
    ----------
    decay
        Between 0 and 1; 1 ignores rank.
    older
        Between 0 and 1. What everything but the newest moment counts besides.
    """

    decay: float = 0.8
    older: float = 1.0

    def weights(self, told: History | Histories) -> NDArray[np.float32]:
        """Return the event weights times recency, float32, one for each item."""
        age = told.age
        most = int(age.max(initial=0))
        recent: NDArray[np.float32] = told.weights * _faded(self, _round(most)).take(age)
        return recent


USUAL = Recency()


@lru_cache(64)
def _faded(recency: Recency, n: int) -> NDArray[np.float32]:
    """Return what each of n ages counts."""
    faded = np.power(recency.decay, np.arange(n))
    faded[1:] *= recency.older
    return faded.astype(np.float32)


def _round(most: int) -> int:
    """Return a power of two above a number: few tables serve all histories."""
    return 1 << max(most.bit_length(), 8)
