"""What two sets of kept cells say of each other: paired by case, certain by user.

The unit is the user. A user who is asked under several seeds is one cluster, so that asking the
same people again does not look like asking more people; with one case a user the error below is
the plain one.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Cell = dict[str, Any]
OURS = "auto"
Z = 1.96  # a 95 % interval, two-sided


class Estimate(NamedTuple):
    """A mean or a ratio of means, its standard error, the lower end of its 95 % interval."""

    value: float
    error: float
    low: float


class Comparison(NamedTuple):
    """One tree's values less another's on the cases that both were asked.

    Attributes
    ----------
    paired, only_ours, only_theirs
        Numbers of cases.
    """

    difference: Estimate
    ratio: Estimate
    paired: int
    only_ours: int
    only_theirs: int


def clustered_error(centred: Values, users: NDArray[np.int64]) -> float:
    """Return the standard error of a mean of values whose mean was taken away, users as clusters.

    Linearisation with the usual correction for few clusters (Cameron and Miller, JHR 2015).
    """
    sums = np.bincount(np.unique(users, return_inverse=True)[1], centred)
    n = len(sums)
    if n < 2:
        return float("nan")
    return float(np.sqrt((sums**2).sum() * n / (n - 1)) / len(centred))


def mean(values: Values, users: NDArray[np.int64]) -> Estimate:
    """Return the mean over cases."""
    value = float(values.mean())
    error = clustered_error(values - value, users)
    return Estimate(value, error, value - Z * error)


def ratio(ours: Values, theirs: Values, users: NDArray[np.int64]) -> Estimate:
    """Return the ratio of two means over the same cases; infinite where `theirs` are all 0."""
    below = float(theirs.mean())
    if below <= 0:
        return Estimate(float("inf"), float("nan"), float("nan"))
    value = float(ours.mean()) / below
    error = clustered_error((ours - value * theirs) / below, users)
    return Estimate(value, error, value - Z * error)


class Column(NamedTuple):
    """One measure of one contender, over the cases of one or more cells.

    Attributes
    ----------
    keys
        `SEED/USER:TARGETS` of each case; the order inside baskets and the cold items change with
        the seed, so a case is the same only under the same seed.
    """

    keys: list[str]
    users: NDArray[np.int64]
    values: Values


def column(cells: list[Cell], model: str, measure: str) -> Column:
    """Collect the values of a contender from the cells of several seeds."""
    keys = [f"{cell['seed']}/{case}" for cell in cells for case in cell["cases"]]
    values = [value for cell in cells for value in cell["rows"][model][measure]]
    return Column(keys, _users(keys), np.array(values, np.float64))


def _users(keys: list[str]) -> NDArray[np.int64]:
    return np.array([int(key.split("/")[1].split(":")[0]) for key in keys], np.int64)


def best_baseline(cells: list[Cell], measure: str) -> str:
    """Return the contender other than ours with the highest mean over all cells."""
    others: list[str] = [model for model in cells[0]["rows"] if model != OURS]
    return max(others, key=lambda model: float(column(cells, model, measure).values.mean()))


def against(cells: list[Cell], model: str, measure: str) -> Estimate:
    """Return the ratio of our mean to that of another contender of the same cells."""
    ours = column(cells, OURS, measure)
    return ratio(ours.values, column(cells, model, measure).values, ours.users)


def compare(
    ours: list[Cell], theirs: list[Cell], measure: str, *, by_user: bool = False
) -> Comparison | None:
    """Compare what two trees serve; None where no case is in both.

    Parameters
    ----------
    by_user
        Pair whoever was asked in both, though it be for other targets: where two trees draw the
        order inside a basket otherwise, hardly any last item is the same. Less certain, not wrong.

    Raises
    ------
    SystemExit
        If the cells are of other catalogues: their positions name other items.
    """
    catalogues = {cell["catalogue"] for cell in [*ours, *theirs]}
    if len(catalogues) > 1:
        raise SystemExit("these cells are of different catalogues and cannot be paired")
    mine, other = column(ours, OURS, measure), column(theirs, OURS, measure)
    place = {_name(key, by_user): at for at, key in enumerate(other.keys)}
    names = [_name(key, by_user) for key in mine.keys]
    both = [(at, place[name]) for at, name in enumerate(names) if name in place]
    if not both:
        return None
    here, there = np.array(both).T
    left, right, users = mine.values[here], other.values[there], mine.users[here]
    return Comparison(
        mean(left - right, users),
        ratio(left, right, users),
        len(both),
        len(mine.keys) - len(both),
        len(other.keys) - len(both),
    )


def _name(key: str, by_user: bool) -> str:
    return key.split(":")[0] if by_user else key
