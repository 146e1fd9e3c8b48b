"""The discounted gain of a right answer that ties with others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def expected_gain(
    better: NDArray[np.int64], equal: NDArray[np.int64], depth: int
) -> NDArray[np.float64]:
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
    upto = np.concatenate([[0.0], np.cumsum(1 / np.log2(np.arange(2, depth + 2)))])
    first, last = np.minimum(better, depth), np.minimum(better + equal, depth)
    gain: NDArray[np.float64] = (upto[last] - upto[first]) / equal
    return gain
