"""What a cosine that is missing may be expected to be, from those that are there.

Two items without pictures are neither unlike (0) nor exactly as their words say (the mean of what
is there): words that are alike make pictures somewhat alike. How much is one line a pair of
modalities, E[c_b | c_a] = intercept + slope c_a, by least squares over pairs of items that have
both. It is learned where it is asked: half of the pairs are near by a, half are any, since over
random pairs alone it would say what holds among the unlike. Choosing by a leaves the line of b on
a as it is.

An expectation varies less than what it stands for, and lists are made of the largest: items whose
likeness is known would push out those whose likeness is only expected, as good as they may be. So
a line lies half a residual deviation above the expectation. Measured on two data sets with a third
of the pictures taken away: .29 and .34 of a list had no picture instead of .24 and .27 (.22 and .21
instead of .16 and .17 where two picture encoders are missing together; .43 to .74 if they are left
out of the mean), with as many of the true neighbours.

With several cosines present each line speaks with the weight of its precision, the inverse of its
residual variance (Graybill and Deal, Biometrics 1959); with none, the mean of b is expected.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from beholder.spaces.interface import Floats, Mask, Space

ROWS, COLUMNS = 400, 4_000  # items that are compared to learn the lines, at most
NEAR = 40  # of each row by the cosine that a line starts from, and as many at random
DOUBT = 20.0  # pairs that pull a slope to 0
BENEFIT = 0.5  # of the doubt, in residual deviations
LEAST = 1e-4  # residual variance that no line is better than


class Line(msgspec.Struct, frozen=True):
    """The line from one modality to another; `residual` is the variance about it."""

    intercept: float
    slope: float
    residual: float


class Mix(NamedTuple):
    """A sum of cosines: what each present one counts for, and a constant."""

    shares: dict[str, float]
    constant: float


class Expectation(msgspec.Struct, frozen=True):
    """Means and lines.

    Attributes
    ----------
    means
        Mean cosine of two items, by modality.
    lines
        By the modality that is there, then by the one that is missing.
    """

    means: dict[str, float]
    lines: dict[str, dict[str, Line]]

    @classmethod
    def fit(cls, spaces: Mapping[str, Space], fitted: Mask, seed: int = 0) -> Expectation:
        """Learn from pairs of `fitted` items, bool (n,), drawn by seed."""
        rng = np.random.default_rng(seed)
        items = rng.permutation(np.flatnonzero(fitted))[:COLUMNS]
        rows = items[:ROWS]
        cosines, both = {}, {}
        for name, space in spaces.items():
            cosines[name] = space.between(rows, items)
            both[name] = space.present[rows][:, None] & space.present[items]
            own = np.arange(len(rows))
            both[name][own, own] = False
        means = {name: _mean(cosines[name][both[name]]) for name in spaces}
        lines: dict[str, dict[str, Line]] = {name: {} for name in spaces}
        for start in spaces:
            for end in spaces:
                if start == end:
                    continue
                chosen = _chosen(cosines[start], both[start] & both[end], rng)
                x, y = cosines[start][chosen], cosines[end][chosen]
                lines[start][end] = line(x, y, means[end])
        return cls(means, lines)

    def mix(self, present: Sequence[str], weights: Mapping[str, float]) -> Mix:
        """Return the weighted mean of all cosines as a sum over those that are present.

        Parameters
        ----------
        weights
            Of all modalities that count; their sum is above 0.
        """
        total = sum(weights.values())
        shares = {name: weights[name] / total for name in present}
        constant = 0.0
        for missing in (name for name in weights if name not in present):
            weight = weights[missing] / total
            if not present:
                constant += weight * self.means[missing]
                continue
            lines = {name: self.lines[name][missing] for name in present}
            certain = {name: 1 / max(one.residual, LEAST) for name, one in lines.items()}
            for name, one in lines.items():
                trust = weight * certain[name] / sum(certain.values())
                shares[name] += trust * one.slope
                constant += trust * one.intercept
        return Mix(shares, constant)


def line(x: Floats, y: Floats, mean: float) -> Line:
    """Return the least-squares line of y on x, both (p,), half a residual deviation higher.

    With few pairs its slope is shrunk to 0; it is never below, since likeness in one modality
    does not speak against likeness in another. With no pairs it is flat at `mean`.
    """
    if len(x) < 2:
        return Line(mean, 0.0, 1.0)
    x, y = x.astype(np.float64), y.astype(np.float64)
    trust = len(x) / (len(x) + DOUBT)
    spread = x.var()
    slope = float(((x - x.mean()) * (y - y.mean())).mean() / spread) if spread > 1e-12 else 0.0
    slope = max(0.0, slope) * trust
    intercept = float(y.mean() - slope * x.mean())
    residual = float(np.square(y - intercept - slope * x).mean())
    return Line(intercept + BENEFIT * trust * residual**0.5, slope, residual)


def _chosen(cosines: Floats, both: Mask, rng: np.random.Generator) -> Mask:
    """Return which pairs to learn from: of each row the nearest, and as many any."""
    k = min(NEAR, both.shape[1])
    near = np.where(both, cosines, -np.inf)
    chance = np.where(both, rng.random(both.shape), -np.inf)
    chosen = np.zeros(both.shape, bool)
    for order in (near, chance):
        top = np.argpartition(order, both.shape[1] - k, axis=1)[:, both.shape[1] - k :]
        np.put_along_axis(chosen, top, True, axis=1)
    return chosen & both


def _mean(values: NDArray[np.float32]) -> float:
    return float(values.mean(dtype=np.float64)) if len(values) else 0.0
