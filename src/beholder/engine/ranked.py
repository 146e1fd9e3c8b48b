"""An answer as arrays, before anything is shown."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.engine.answer import Level
from beholder.scorers.interface import Floats, Positions


class Ranked(NamedTuple):
    """What was chosen, and why.

    Attributes
    ----------
    positions
        int32 (k,). Best first.
    scores
        float32 (k,).
    shares
        float32 (k, h). Of each item of the history in each score.
    history
        int32 (h,). Positions of the history.
    following
        int32 (m,). What comes on the pages after it.
    """

    positions: Positions
    scores: Floats
    shares: Floats
    history: NDArray[np.int32]
    level: Level
    following: Positions
