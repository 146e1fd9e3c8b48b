"""A scale is that of nearly all ratings, whichever way they were counted."""

from __future__ import annotations

import numpy as np
import pytest

from beholder.behaviour.ratings import Ratings
from beholder.behaviour.scales import VOTES, scale_of


def told(*numbers: float) -> Ratings:
    return Ratings.of(np.array(numbers, np.float32))


@pytest.mark.parametrize(
    ("numbers", "high"),
    [
        ([1, 2, 5], 5),
        ([1, 2, 50], 100),  # one of three is no slip
        ([*range(1, 6)] * 20 + [50], 5),
        ([*range(1, 6)] * 19 + [50], 100),  # 1 of 96 is more than one in a hundred
        ([0, 1] * 60 + [5], 1),
        ([-1, 7, 3], 10),
    ],
)
def test_fewer_than_one_in_a_hundred_make_no_scale(numbers: list[float], high: float) -> None:
    scale = scale_of(told(*numbers))
    assert scale is not None
    assert scale.high == high


def test_votes_stay_votes_with_a_slip_among_them() -> None:
    assert scale_of(told(*[-1, 0, 1] * 40, 5)) == VOTES
    assert scale_of(told(-1, 1)) == VOTES
    assert scale_of(told(-2, 1)) is None
    assert scale_of(told()) is None


def test_ratings_in_parts_are_those_of_the_whole() -> None:
    numbers = np.array([1, 4, 4, np.nan, 5, np.inf, 2, 4], np.float32)
    parts = Ratings.of(numbers[:3]).and_those(Ratings.of(numbers[3:]))
    whole = Ratings.of(numbers)
    np.testing.assert_array_equal(parts.values, whole.values)
    np.testing.assert_array_equal(parts.counts, whole.counts)
    assert (whole.total, whole.above(4), whole.reaching(4)) == (6, 1, 4)
