"""How certain a mean or a difference is. The unit is the user."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


def interval(
    values: Values, seed: int = 0, draws: int = 2000, level: float = 0.95
) -> tuple[float, float]:
    """Percentile interval of a mean by bootstrap over users (Efron and Tibshirani, 1993).

    Parameters
    ----------
    values
        Shape (n_users,). One value a user.
    """
    if not len(values):
        return (float("nan"), float("nan"))
    rng = np.random.default_rng(seed)
    n = len(values)
    means = np.array([values[rng.integers(0, n, n)].mean() for _ in range(draws)])
    tail = (1 - level) / 2 * 100
    low, high = np.percentile(means, [tail, 100 - tail])
    return float(low), float(high)


def ratio_interval(
    ours: Values, theirs: Values, seed: int = 0, draws: int = 2000, level: float = 0.95
) -> tuple[float, float]:
    """Interval of mean(ours) / mean(theirs), users drawn together.

    Where theirs are all 0 in a draw its ratio is infinite; with many such draws the upper end is.
    """
    rng = np.random.default_rng(seed)
    n = len(ours)
    ratios = []
    for _ in range(draws):
        drawn = rng.integers(0, n, n)
        below = theirs[drawn].mean()
        ratios.append(ours[drawn].mean() / below if below > 0 else np.inf)
    tail = (1 - level) / 2 * 100
    # Nothing lies between a number and infinity: there the nearest draw is taken.
    method: Literal["linear", "nearest"] = "linear" if np.isfinite(ratios).all() else "nearest"
    low, high = np.percentile(ratios, [tail, 100 - tail], method=method)
    return float(low), float(high)


def sign_flip(difference: Values, seed: int = 0, draws: int = 5000) -> float:
    """Two-sided p of a mean difference by flipping signs of users at random."""
    observed = abs(difference.mean())
    moved = difference[difference != 0]
    if not len(moved):
        return 1.0
    rng = np.random.default_rng(seed)
    extreme = 0
    for start in range(0, draws, 500):
        signs = rng.integers(0, 2, (min(500, draws - start), len(moved)), dtype=np.int8) * 2 - 1
        means = np.abs(signs @ moved) / len(difference)
        extreme += int((means >= observed - 1e-15).sum())
    return (extreme + 1) / (draws + 1)


def holm(p_values: Sequence[float]) -> list[float]:
    """Correct p values for their number (Holm, 1979), in the order given."""
    order = np.argsort(p_values)
    corrected = np.empty(len(p_values))
    largest = 0.0
    for rank, index in enumerate(order):
        largest = max(largest, (len(p_values) - rank) * p_values[index])
        corrected[index] = min(1.0, largest)
    return [float(p) for p in corrected]
