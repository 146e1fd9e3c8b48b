"""How much each event of a history still counts."""

from __future__ import annotations

import numpy as np

from beholder.behaviour.histories import Histories
from beholder.behaviour.history import History
from beholder.models.interface import Floats


def by_rank(history: History | Histories, decay: float) -> Floats:
    """Weigh histories by the rank of each distinct moment: decay^0 for the newest.

    All of a basket counts the same, whatever order it was written in, and a week without
    visits does not fade a taste, which a decay by clock time would do.

    Parameters
    ----------
    decay
        Between 0 and 1; 1 ignores recency.

    Returns
    -------
    float32, one for each item: the event weights times recency.
    """
    age = history.age
    faded = np.power(decay, np.arange(age.max(initial=0) + 1))  # once for each age there is
    recent: Floats = (history.weights * faded[age]).astype(np.float32)
    return recent
