"""Certainty of people and items in short; `test_bootstrap` has that of people alone."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.certainty import SPREADS, asked, of_both


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
