"""Certainty in short: nulls called different, and intervals that hold, of both kinds."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.certainty import SPREADS, asked, held_of_people, null_of_people, of_both


def values(seed: int, n: int = 300) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.where(rng.random(n) < 0.3, rng.beta(2, 3, n), 0.0)


def test_of_people() -> None:
    assert 0.01 <= null_of_people(values(1) - values(2), 150) <= 0.1  # standard error 1.8 points
    assert 0.89 <= held_of_people(values(3), 100) <= 0.99


@pytest.mark.parametrize("spread", SPREADS)
def test_of_people_and_items(spread: tuple[float, float]) -> None:
    """One to three right answers each, of 90 items of which some are asked for much more often."""
    rng = np.random.default_rng(4)
    chance = rng.lognormal(0, 0.7, 90)
    right = [
        rng.choice(90, 1 + case % 3, replace=False, p=chance / chance.sum()).tolist()
        for case in range(300)
    ]
    called, held = of_both(asked(right), spread, 150)
    assert 0.006 <= called <= 0.11
    assert 0.89 <= held <= 0.993
