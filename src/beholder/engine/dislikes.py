"""Dislikes act by similarity to the nearest disliked item: a named adjustment outside the blend."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from beholder.models import rows
from beholder.models.interface import Floats

STRENGTH = 0.8  # of the size of a good score, for an exact likeness


def penalties(
    similar: sp.csr_array, disliked: NDArray[np.int32], top: float
) -> tuple[Floats, NDArray[np.int32]]:
    """Return what dislikes take from every score, and which disliked item does.

    Parameters
    ----------
    similar
        float32 sparse (n, n), 0 to 1.
    top
        The size of a good score.

    Returns
    -------
    float32 (n,), at least 0; int32 (n,), index into `disliked`, -1 where nothing is taken.
    """
    n = similar.shape[0]
    taken = np.zeros(n, np.float32)
    by = np.full(n, -1, np.int32)
    for index, item in enumerate(disliked[-50:], start=max(0, len(disliked) - 50)):
        columns, values, _ = rows.gather(similar, np.array([item], np.int32))
        closer = values > taken[columns]
        taken[columns[closer]] = values[closer]
        by[columns[closer]] = index
    return (np.float32(STRENGTH * top) * taken**2).astype(np.float32), by
