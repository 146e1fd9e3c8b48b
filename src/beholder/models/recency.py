"""How much each event of a history still counts."""

from __future__ import annotations

import numpy as np

from beholder.behaviour.history import History
from beholder.models.interface import Floats


def by_rank(history: History, decay: float) -> Floats:
    """Weigh a history by the rank of each distinct moment: decay^0 for the newest.

    All of a basket counts the same, whatever order it was written in, and a week without
    visits does not fade a taste, which a decay by clock time would do.

    Parameters
    ----------
    decay
        Between 0 and 1; 1 ignores recency.

    Returns
    -------
    float32 (h,), the event weights times recency.
    """
    if not len(history):
        return np.empty(0, np.float32)
    basket = history.basket
    recent: Floats = (history.weights * decay ** (basket[-1] - basket)).astype(np.float32)
    return recent
