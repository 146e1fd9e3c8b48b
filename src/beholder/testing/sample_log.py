"""A log of events of which little is told: what small data sets are made from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.kinds import CODES
from beholder.behaviour.reduce import Events
from beholder.dataset.log import Log, log_of


def log_of_arrays(
    users: NDArray[np.int32],
    items: NDArray[np.int32],
    times: NDArray[np.int64],
    signed: NDArray[np.float32],
    n_users: int,
    n_items: int,
    seed: int,
) -> Log:
    """Return a log of events of which nothing but the signed weight is known; see `log_of`."""
    kinds = np.where(signed < 0, CODES["dislike"], CODES["like"]).astype(np.uint8)
    values = np.full(len(signed), np.nan, np.float32)
    told = Events(items, times, signed.astype(np.float32), kinds, values, users)
    return log_of(told, n_users, n_items, seed)
