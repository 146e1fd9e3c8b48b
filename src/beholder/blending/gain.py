"""What a right answer at a rank gains, and the most that a list can gain: one NDCG for all.

    NDCG@k = sum over ranks r of hits / log2(r + 1), over the same with all hits first

(Järvelin and Kekäläinen, ACM TOIS 2002, with binary relevance.)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Gains = NDArray[np.float64]


def by_rank(depth: int) -> Gains:
    """Return what a right answer gains at each rank from the first on, float64 (depth,)."""
    return 1 / np.log2(np.arange(2, depth + 2))


def most(n_targets: NDArray[np.integer], depth: int) -> Gains:
    """Return the most that lists of this length can gain, float64 (n,).

    Parameters
    ----------
    n_targets
        int (n,). Right answers that there are, at least 1.
    """
    ideal: Gains = by_rank(depth).cumsum()[np.minimum(n_targets, depth) - 1]
    return ideal


def expected(better: NDArray[np.int64], equal: NDArray[np.int64], depth: int) -> Gains:
    """Return the mean gain of an item over all orders of those that score like it.

    Parameters
    ----------
    better
        int (n,). How many candidates score more.
    equal
        int (n,), at least 1. How many score the same, the item itself included.
    depth
        Ranks from here on gain nothing.

    References
    ----------
    McSherry and Najork, ECIR 2008.
    """
    upto = np.concatenate([[0.0], by_rank(depth).cumsum()])
    first, last = np.minimum(better, depth), np.minimum(better + equal, depth)
    gain: Gains = (upto[last] - upto[first]) / equal
    return gain
