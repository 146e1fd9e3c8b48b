"""Boosts and buries: what standing rules add to scores."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.rules.columns import Mask


class Lift(NamedTuple):
    """A boost, or with a negative `by` a bury: a share of a good score for each of `mask`."""

    name: str
    by: float
    mask: Mask


def lifted(
    lifts: Iterable[Lift], positions: NDArray[np.integer], top: float
) -> list[tuple[str, NDArray[np.float32]]]:
    """Return what boosts and buries add to the scores of a slate.

    They add and do not multiply: scores may be negative or near zero, where a factor would bury
    what it should lift, or do nothing.

    Parameters
    ----------
    positions
        Shape (k,), of the slate.
    top
        The size of a good score of this answer, above 0; else 1 is taken, so that items
        without any evidence are put in order too.

    Returns
    -------
    Name and float32 (k,) of each rule that touches the slate.
    """
    size = top if top > 0 else 1.0
    found = []
    for lift in lifts:
        touched = lift.mask[positions]
        if touched.any():
            found.append((lift.name, touched.astype(np.float32) * np.float32(lift.by * size)))
    return found
