"""What a right answer at a rank gains, against sums over all orders."""

from __future__ import annotations

import numpy as np
import pytest
from small_world import average_gain

from beholder.blending import gain


@pytest.mark.parametrize("depth", [1, 3, 10])
def test_the_expected_gain_is_the_mean_over_all_orders(depth: int) -> None:
    for scores in ([1, 1, 1, 1, 1], [3, 2, 2, 2, 1], [0, 0, 1, 5, 5, 5], [4, 3, 2, 1]):
        for target in range(len(scores)):
            better = sum(s > scores[target] for s in scores)
            equal = sum(s == scores[target] for s in scores)
            found = gain.expected(np.array([better]), np.array([equal]), depth)[0]
            assert found == pytest.approx(average_gain(scores, [target], depth))


def test_the_most_that_a_list_gains_is_as_many_right_answers_as_it_has_places_for() -> None:
    found = gain.most(np.array([1, 2, 5]), 3)
    np.testing.assert_allclose(found, [1, 1.63093, 2.13093], atol=1e-5)  # 1, 1 / log2(3), 1 / 2
