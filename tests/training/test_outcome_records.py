"""What had followed before is what was known by then: by hand, a day after each sight."""

from __future__ import annotations

import numpy as np

from beholder.dataset.outcomes import Examples
from beholder.scorers.outcome_features import DOUBT, TASKS
from beholder.store.rates import DAY
from beholder.training.outcomes import records_before

BEGIN = 20_000 * DAY
HOUR = DAY // 24


def shown(hours: list[int], items: list[int], clicked: list[int]) -> Examples:
    """Return one place an answer, each of another person."""
    n = len(hours)
    outcomes = np.full((n, len(TASKS)), np.nan, np.float32)
    outcomes[:, 0], outcomes[:, 1] = clicked, 0
    times = BEGIN + np.array(hours, np.int64) * HOUR
    return Examples(
        np.arange(n), times, np.arange(n + 1), np.array(items, np.int32),
        np.zeros(n, np.float32), outcomes, [],
    )  # fmt: skip


def clicks_before(found: Examples, moments: np.ndarray) -> list[float]:
    """Return the share of clicks that each example reads of its item."""
    usual = np.zeros(len(TASKS))
    return records_before(found, usual, moments)[:, 0].tolist()


def test_what_follows_is_known_a_day_after() -> None:
    found = shown([0, 1, 23, 24, 25, 60], [7, 7, 7, 7, 7, 7], [1, 1, 1, 0, 0, 0])
    times = found.times[found.owner]
    expected = [0, 0, 0, 1 / (1 + DOUBT), 2 / (2 + DOUBT), 3 / (5 + DOUBT)]
    np.testing.assert_allclose(clicks_before(found, times), expected, rtol=1e-6)


def test_of_other_items_nothing_is_known() -> None:
    found = shown([0, 30, 30, 60], [3, 4, 2, 4], [1, 1, 1, 0])
    np.testing.assert_allclose(
        clicks_before(found, found.times[found.owner]), [0, 0, 0, 1 / (1 + DOUBT)], rtol=1e-6
    )


def test_as_of_an_earlier_moment_less_is_known() -> None:
    found = shown([0, 10, 80, 90], [5, 5, 5, 5], [1, 1, 1, 1])
    frozen = np.full(4, BEGIN + 25 * HOUR)
    np.testing.assert_allclose(clicks_before(found, frozen), [1 / (1 + DOUBT)] * 4, rtol=1e-6)
