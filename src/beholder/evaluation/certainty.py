"""How certain the figures of a table are: of other people alike, or of other people and items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from beholder.blending import gain
from beholder.dataset.splits import Split
from beholder.evaluation.bootstrap import Values, interval, ratio_interval, sign_flip

Interval = tuple[float, float]
DEPTH = 10
HALVINGS = 40  # of what is looked through for the end of an interval


class Certainty(Protocol):
    """What a table asks; figures are NDCG@10, contenders are named, and intervals have 95 %."""

    def of(self, name: str) -> Interval:
        """Return the interval of one contender."""

    def ratio(self, ours: str, theirs: str) -> Interval:
        """Return the interval of the ratio of two."""

    def difference(self, ours: str, theirs: str) -> Interval:
        """Return the interval of the first less the second."""

    def p(self, ours: str, theirs: str) -> float:
        """Return the two-sided p value of that difference."""


class OfPeople:
    """The unit is the user; see `bootstrap`.

    Parameters
    ----------
    values
        float64 (users,) by contender.
    """

    def __init__(self, values: Mapping[str, Values], seed: int) -> None:
        self.values, self.seed = values, seed

    def of(self, name: str) -> Interval:
        return interval(self.values[name], self.seed)

    def ratio(self, ours: str, theirs: str) -> Interval:
        return ratio_interval(self.values[ours], self.values[theirs], self.seed)

    def difference(self, ours: str, theirs: str) -> Interval:
        return interval(self.values[ours] - self.values[theirs], self.seed)

    def p(self, ours: str, theirs: str) -> float:
        return sign_flip(self.values[ours] - self.values[theirs], self.seed)


class OfPeopleAndItems:
    """Errors of users and of items together (Cameron, Gelbach and Miller, JBES 2011).

    Where few items are asked for, other ones would have told something else, however many people
    were asked: errors of the answers to one user hang together, and so do those of one item.
    With z, what each right answer adds to a mean less the mean, summed over each user and item,

        V = sum of z_user^2 + sum of z_item^2 - sum of z^2,    at least either of the first two

    each scaled by n / (n - 1) of its number. Intervals and p values are of Student's t, whose
    degrees of freedom are one less than as many equal items as would weigh as these do: answers to
    a few popular items are few findings. The interval of a ratio holds every r for which the first
    less r times the second is not certainly other than 0 (Fieller, JRSS B 1954), so that it says of
    r = 1 what the p value says.

    Parameters
    ----------
    lists
        int32 (cases, k) by contender.
    """

    def __init__(self, lists: Mapping[str, NDArray[np.int32]], made: Split) -> None:
        self.owner = made.cases.owner
        share = 1 / np.bincount(self.owner)[self.owner] / max(len(made.cases), 1)
        self.item = np.unique(made.cases.targets, return_inverse=True)[1].reshape(-1)
        of_items = np.bincount(self.item, share)
        self.freedom = max(float(of_items.sum() ** 2 / (of_items**2).sum()) - 1, 1.0)
        self.t = float(stats.t.ppf(0.975, self.freedom))
        worth = {name: _worth(own, made) / max(len(made.cases), 1) for name, own in lists.items()}
        self.means = {name: float(own.sum()) for name, own in worth.items()}
        self.added = {name: own - self.means[name] * share for name, own in worth.items()}

    def of(self, name: str) -> Interval:
        low, high = self._around(self.means[name], self._error(self.added[name]))
        return max(low, 0.0), min(high, 1.0)  # as NDCG is

    def ratio(self, ours: str, theirs: str) -> Interval:
        above, below = self.means[ours], self.means[theirs]
        if below <= 0:
            return float("inf"), float("inf")
        if above <= 0:
            return 0.0, 0.0
        found = above / below
        if self._error(self.added[ours] / above - self.added[theirs] / below) == 0:
            return found, found  # one is a multiple of the other everywhere
        low = self._end(ours, theirs, 0.0, found)
        turned = self._end(theirs, ours, 0.0, 1 / found)  # the same, seen from the other
        return low, 1 / turned if turned > 0 else float("inf")

    def _end(self, ours: str, theirs: str, low: float, high: float) -> float:
        """Return the lowest ratio that is not certainly too low, from one that is the ratio."""
        for _ in range(HALVINGS):
            r = (low + high) / 2
            apart = self.means[ours] - r * self.means[theirs]
            certain = apart > self.t * self._error(self.added[ours] - r * self.added[theirs])
            low, high = (r, high) if certain else (low, r)
        return low

    def difference(self, ours: str, theirs: str) -> Interval:
        apart = self.means[ours] - self.means[theirs]
        return self._around(apart, self._error(self.added[ours] - self.added[theirs]))

    def p(self, ours: str, theirs: str) -> float:
        apart = abs(self.means[ours] - self.means[theirs])
        error = self._error(self.added[ours] - self.added[theirs])
        if error == 0:
            return 1.0 if apart == 0 else 0.0
        return float(2 * stats.t.sf(apart / error, self.freedom))

    def _around(self, mean: float, error: float) -> Interval:
        return mean - self.t * error, mean + self.t * error

    def _error(self, added: Values) -> float:
        """Return the standard error of a sum over right answers, float64 (targets,)."""
        users, items = _squares(self.owner, added), _squares(self.item, added)
        both = users + items - float((added**2).sum())
        return float(np.sqrt(max(both, users, items)))


def _squares(of: NDArray[np.int64], added: Values) -> float:
    """Return the sum of squares of the sums over each, as if one less had been counted."""
    sums = np.bincount(of, added)
    return float((sums**2).sum() * len(sums) / max(len(sums) - 1, 1))


def _worth(lists: NDArray[np.int32], made: Split) -> Values:
    """Return what each right answer adds to its case's NDCG@10, float64 (targets,)."""
    cases, top = made.cases, lists[:, :DEPTH]
    owner = cases.owner
    there = top[owner] == cases.targets[:, None]
    gained = there @ gain.by_rank(top.shape[1])
    best = gain.most(np.bincount(owner, minlength=len(cases)), DEPTH)
    return np.asarray(gained / best[owner], np.float64)
