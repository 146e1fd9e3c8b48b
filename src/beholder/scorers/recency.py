"""How much each event of a history still counts."""

from __future__ import annotations

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
        faded = np.power(self.decay, age)
        if self.older != 1:
            faded[age > 0] *= self.older
        recent: NDArray[np.float32] = (told.weights * faded).astype(np.float32)
        return recent


USUAL = Recency()
