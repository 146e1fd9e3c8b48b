"""Scales of ratings, read from the numbers: a 4 of 5 is a like, a 4 of 10 is none."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.ratings import FEW, Ratings

LOWEST, HIGHEST = 0.3, 0.9  # of a scale, where a threshold that was made for it lies


class Scale(NamedTuple):
    """A scale.

    Attributes
    ----------
    threshold
        From here on a rating is a like.
    nothing
        Numbers that say that nothing was rated.
    """

    low: float
    high: float
    threshold: float
    nothing: tuple[float, ...] = (-1.0,)

    def __str__(self) -> str:
        return f"{self.low:g} to {self.high:g}"

    def fits(self, threshold: float) -> bool:
        """Whether a threshold may have been made for this scale."""
        span = self.high - self.low
        return self.low + LOWEST * span <= threshold <= self.low + HIGHEST * span


VOTES = Scale(-1, 1, 0.5, (0.0,))
SCALES = (Scale(0, 1, 0.5), Scale(1, 5, 3.5), Scale(1, 10, 6.5), Scale(0, 100, 65))
UNRATED = -1.0
ZEROS = 2  # times as many as ones, among whole stars: they say that nothing was rated


def scale_up_to(high: float) -> Scale:
    """Return the usual scale with this top."""
    return next(scale for scale in SCALES if scale.high == high)


def scale_of(ratings: Ratings) -> Scale | None:
    """Return the smallest usual scale that has 99 of 100 ratings; None: there is none.

    A few above it, such as one 50 among hundreds of 1 to 5, are slips: with them as the top of a
    scale nobody would like anything. -1 beside numbers above 1 is no rating, and neither is 0 among
    stars from 1 on where it is the commonest of the low ones, as in files of readers and viewers.
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
    scale = next((scale for scale in SCALES if kept.usual_top <= scale.high), None)
    if scale is not None and scale.low == 1 and _zeros_rate_nothing(kept):
        return scale._replace(nothing=(UNRATED, 0.0))
    return scale


def without_a_rating(values: NDArray[np.float32], scale: Scale | None) -> NDArray[np.bool_]:
    """Return which numbers say that nothing was rated, bool (n,)."""
    nothing: NDArray[np.bool_] = np.isin(values, () if scale is None else scale.nothing)
    return nothing


def _zeros_rate_nothing(ratings: Ratings) -> bool:
    """Whether 0 is none of some ratings, of which the top is above 1."""
    zeros, ones = (int(ratings.counts[ratings.values == value].sum()) for value in (0, 1))
    halves = ((ratings.values > 0) & (ratings.values < 1)).any()
    return not halves and zeros > max(ZEROS * ones, ratings.total * FEW)
