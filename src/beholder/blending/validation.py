"""One validation split for everything that is tuned: the last pair of each user, and cold items.

A tenth of the items is taken out of training as if they were new, together with each user's
last pair. What is left is fitted once, and answers three questions: how warm items should be
weighed, how cold ones, and how the two scales meet.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from beholder.dataset.dataset import Dataset
from beholder.dataset.splits import Cases, Split, cold_cases, leave_last_out, next_basket

COLD_SHARE = 0.1
MOST_COLD = 2_000  # items held out as new: each is compared with all others
MOST = 1500  # cases of each kind
MOST_LISTS = 10_000  # cases that a ranker learns from
FEWEST = 20  # cases below which chance would choose


@dataclass(frozen=True)
class Validation:
    """What is fitted while tuning, and what it is asked.

    Attributes
    ----------
    tune, learn
        Halves of the users with a warm target, one that others touched in training: settings are
        tuned on one, weights on the other.
    fresh
        Cases whose targets are the items held out as cold.
    mixed
        Users as they come, warm and cold targets together.
    cold
        bool (n_items,). The items held out; none where content is missing.
    lists
        What a ranker learns from: the last pair of each user, warm or cold, whatever else is asked.
    compared
        Whether there is time to compare items without behaviour with others.
    """

    train: Dataset
    tune: Cases
    learn: Cases
    fresh: Cases
    mixed: Cases
    cold: NDArray[np.bool_]
    lists: Cases
    compared: bool = True

    @cached_property
    def untouched(self) -> NDArray[np.bool_]:
        """bool (n_items,). Items without behaviour in training: those held out, and others."""
        untouched: NDArray[np.bool_] = self.train.interactions.item_counts == 0
        return untouched | ~self.train.fitted

    def fewer(self, most: int) -> Validation:
        """Return the same with at most so many cases of each kind, evenly drawn."""

        def some(cases: Cases) -> Cases:
            if len(cases) <= most:
                return cases
            return cases.take(np.linspace(0, len(cases) - 1, most).astype(np.int64))

        return replace(
            self,
            tune=some(self.tune),
            learn=some(self.learn),
            fresh=some(self.fresh),
            mixed=some(self.mixed),
        )


def validation(dataset: Dataset, seed: int, protocol: str = "leave-last-out") -> Validation:
    """Split a training set for tuning.

    Parameters
    ----------
    protocol
        `leave-last-out` or `next-basket`: what the warm cases ask for.
    """
    rng = np.random.default_rng(seed)
    split = _last_visits(dataset) if protocol == "next-basket" else leave_last_out(dataset)
    cold = _draw_cold(dataset, rng)
    log = split.train.log
    train = replace(split.train.with_log(log.keep(~cold[log.items])), fitted=dataset.fitted & ~cold)
    rest = train.log
    cases = replace(split.cases, source=rest)
    cases = cases.take(np.flatnonzero(cases.histories.lengths > 0))
    counts = train.interactions.item_counts
    warm = cases.only(((counts > 0) & ~cold)[cases.targets])
    drawn = rng.permutation(len(warm))[: 2 * MOST]
    mixed = np.sort(rng.permutation(len(cases))[:MOST])
    middle = len(drawn) // 2
    fresh = cold_cases(dataset.interactions, rest, cold, earlier=3)
    lists = _last_pairs(dataset, train, cold) if protocol == "next-basket" else cases
    few = np.random.default_rng(seed).permutation(len(lists))[:MOST_LISTS]
    return Validation(
        train,
        warm.take(np.sort(drawn[:middle])),
        warm.take(np.sort(drawn[middle:])),
        fresh.take(np.sort(rng.permutation(len(fresh))[:MOST])),
        cases.take(mixed),
        cold,
        lists.take(np.sort(few)),
    )


def _last_pairs(dataset: Dataset, train: Dataset, cold: NDArray[np.bool_]) -> Cases:
    """Return the last pair of each user of whom training does not know it."""
    split = leave_last_out(dataset)
    log, known = split.train.log, train.interactions
    cases = replace(split.cases, source=log.keep(~cold[log.items]))
    n = dataset.n_items
    pairs = known.users.astype(np.int64) * n + known.items
    asked = cases.users[cases.owner].astype(np.int64) * n + cases.targets
    cases = cases.only(~np.isin(asked, pairs))
    return cases.take(np.flatnonzero(cases.histories.lengths > 0))


def _last_visits(dataset: Dataset) -> Split:
    """Hold out last visits: of those who came often, and where they are few, of others too.

    Who came often and is held out by an evaluation already has only old visits left, from a time
    that little else is known of; the last visits of others are like those that are to be foreseen.
    """
    for earlier in (3, 2, 1):
        split = next_basket(dataset, earlier)
        if len(split.cases) >= MOST:
            break
    return split


def _draw_cold(dataset: Dataset, rng: np.random.Generator) -> NDArray[np.bool_]:
    cold = np.zeros(dataset.n_items, bool)
    described = np.array([bool(text) for text in dataset.texts])
    for modality in dataset.pictures.values():
        described |= modality.present
    able = np.flatnonzero(described & dataset.fitted & (dataset.interactions.item_counts > 0))
    if len(able) >= 50:
        held_out = min(int(COLD_SHARE * len(able)), MOST_COLD)
        cold[rng.choice(able, held_out, replace=False)] = True
    return cold
