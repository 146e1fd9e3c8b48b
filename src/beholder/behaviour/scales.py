"""Scales of ratings, read from the numbers: a 4 of 5 is a like, a 4 of 10 is none."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.ratings import Ratings

LOWEST, HIGHEST = 0.3, 0.9  # of a scale, where a threshold that was made for it lies


class Scale(NamedTuple):
    """A scale.

    Attributes
    ----------
    threshold
        From here on a rating is a like.
    """

    low: float
    high: float
    threshold: float

    def __str__(self) -> str:
        return f"{self.low:g} to {self.high:g}"

    def fits(self, threshold: float) -> bool:
        """Whether a threshold may have been made for this scale."""
        span = self.high - self.low
        return self.low + LOWEST * span <= threshold <= self.low + HIGHEST * span


VOTES = Scale(-1, 1, 0.5)
SCALES = (Scale(0, 1, 0.5), Scale(1, 5, 3.5), Scale(1, 10, 6.5), Scale(0, 100, 65))
UNRATED = -1.0


def scale_up_to(high: float) -> Scale:
    """Return the usual scale with this top."""
    return next(scale for scale in SCALES if scale.high == high)


def scale_of(ratings: Ratings) -> Scale | None:
    """Return the smallest usual scale that has 99 of 100 ratings; None: there is none.

    A few above it, such as one 50 among hundreds of 1 to 5, are slips: with them as the top of a
    scale nobody would like anything. -1 beside numbers above 1 is no rating.
    """
    if not ratings.total:
        return None
    low = ratings.values[0]
    if ratings.usual_top <= 1 and low < 0:
        return VOTES if low >= -1 else None
    rated = ratings.values != UNRATED
    kept = Ratings(ratings.values[rated], ratings.counts[rated])
    if not kept.total or kept.values[0] < 0:
        return None
    return next((scale for scale in SCALES if kept.usual_top <= scale.high), None)


def without_a_rating(values: NDArray[np.float32], scale: Scale | None) -> NDArray[np.bool_]:
    """Return which numbers say that nothing was rated, bool (n,)."""
    nothing: NDArray[np.bool_] = values == (0.0 if scale == VOTES else UNRATED)
    return nothing if scale is not None else np.zeros(len(values), bool)
