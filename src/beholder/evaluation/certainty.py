"""How certain the figures of a table are: of other people alike, or of other people and items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from beholder.blending import gain
from beholder.dataset.splits import Split
from beholder.evaluation.bootstrap import Values, interval, ratio_interval, sign_flip

Interval = tuple[float, float]
DRAWS = 2000
TOGETHER = 100  # draws at a time
DEPTH = 10


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
    """Users and items are drawn anew, each by itself (Owen, "The pigeonhole bootstrap", 2007).

    Where few items are asked for, other ones would have told something else, however many people
    were asked: their errors are not independent. A right answer counts as often as its user was
    drawn times as often as its item was.

    Parameters
    ----------
    lists
        int32 (cases, k) by contender.
    """

    def __init__(self, lists: Mapping[str, NDArray[np.int32]], made: Split, seed: int) -> None:
        cases = made.cases
        owner, n = cases.owner, len(cases)
        wanted = np.bincount(owner, minlength=n)
        items, code = np.unique(cases.targets, return_inverse=True)
        worth = np.stack([*(_worth(own, made) for own in lists.values()), 1 / wanted[owner]], 1)
        rng = np.random.default_rng(seed)
        sums = []
        for start in range(0, DRAWS, TOGETHER):
            size = min(TOGETHER, DRAWS - start)
            people = rng.multinomial(n, np.full(n, 1 / n), size)
            things = rng.multinomial(len(items), np.full(len(items), 1 / len(items)), size)
            sums.append((people[:, owner] * things[:, code]) @ worth)
        whole = np.concatenate(sums)
        drawn = whole[whole[:, -1] > 0]  # of very few, a draw may hold no right answer
        means = drawn[:, :-1] / drawn[:, -1:]
        self.means = dict(zip(lists, means.T, strict=True))

    def of(self, name: str) -> Interval:
        return _middle(self.means[name])

    def ratio(self, ours: str, theirs: str) -> Interval:
        below = self.means[theirs]
        ratios = np.full(len(below), np.inf)
        np.divide(self.means[ours], below, out=ratios, where=below > 0)
        low, high = np.percentile(ratios, [2.5, 97.5], method="nearest")
        return float(low), float(high)

    def difference(self, ours: str, theirs: str) -> Interval:
        return _middle(self.means[ours] - self.means[theirs])

    def p(self, ours: str, theirs: str) -> float:
        apart = self.means[ours] - self.means[theirs]
        rarer = min(int((apart <= 0).sum()), int((apart >= 0).sum()))
        return min(1.0, 2 * (rarer + 1) / (len(apart) + 1))


def _middle(draws: Values) -> Interval:
    low, high = np.percentile(draws, [2.5, 97.5])
    return float(low), float(high)


def _worth(lists: NDArray[np.int32], made: Split) -> Values:
    """Return what each right answer adds to its case's NDCG@10, float64 (targets,)."""
    cases, top = made.cases, lists[:, :DEPTH]
    owner = cases.owner
    there = top[owner] == cases.targets[:, None]
    gained = there @ gain.by_rank(top.shape[1])
    best = gain.most(np.bincount(owner, minlength=len(cases)), DEPTH)
    return np.asarray(gained / best[owner], np.float64)
