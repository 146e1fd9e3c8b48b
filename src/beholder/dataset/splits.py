"""What is learned from, and what is asked afterwards."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.history import History
from beholder.dataset.dataset import Dataset
from beholder.dataset.interactions import Interactions


@dataclass(frozen=True)
class Cases:
    """Questions with known answers: a history, and the items that came after it.

    Attributes
    ----------
    source
        The interactions that histories are read from.
    users
        int32 (n,). Users of `source`.
    indptr, targets
        int64 (n + 1,), int32. The targets of case i are `targets[indptr[i]:indptr[i + 1]]`.
    """

    source: Interactions
    users: NDArray[np.int32]
    indptr: NDArray[np.int64]
    targets: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.users)

    def history(self, case: int) -> History:
        """Return what the user of a case had done before."""
        user = self.users[case]
        rows = slice(self.source.indptr[user], self.source.indptr[user + 1])
        items = self.source.items[rows]
        return History(items, self.source.times[rows], self.source.weights[rows], seen=items)

    def target(self, case: int) -> NDArray[np.int32]:
        """Return the positions that are right answers."""
        return self.targets[self.indptr[case] : self.indptr[case + 1]]

    def take(self, chosen: NDArray[np.int64]) -> Cases:
        """Return some of the cases."""
        parts = [self.target(int(case)) for case in chosen]
        indptr = np.concatenate([[0], np.cumsum([len(part) for part in parts])])
        targets = np.concatenate(parts) if parts else np.empty(0, np.int32)
        return Cases(self.source, self.users[chosen], indptr.astype(np.int64), targets)


@dataclass(frozen=True)
class Split:
    """What to fit on, and what to ask.

    Attributes
    ----------
    pool
        bool (n_items,). The items that may be recommended.
    """

    name: str
    train: Dataset
    cases: Cases
    pool: NDArray[np.bool_]


def leave_last_out(dataset: Dataset, at_least: int = 5) -> Split:
    """Hold out the last pair of each user with at least `at_least` pairs."""
    pairs = dataset.interactions
    counts = np.diff(pairs.indptr)
    users = np.flatnonzero(counts >= at_least).astype(np.int32)
    last = pairs.indptr[users + 1] - 1
    mask = np.ones(len(pairs), bool)
    mask[last] = False
    return _split("leave-last-out", dataset, mask, users, np.arange(len(users) + 1), last)


def next_basket(dataset: Dataset, earlier: int = 3) -> Split:
    """Hold out all pairs of the last time stamp of users with `earlier` pairs before it."""
    pairs = dataset.interactions
    ends = pairs.indptr[1:]
    last_time = np.full(pairs.n_users, -1, np.int64)
    active = np.diff(pairs.indptr) > 0
    last_time[active] = pairs.times[ends[active] - 1]
    in_last = pairs.times == last_time[pairs.users]
    n_last = np.bincount(pairs.users[in_last], minlength=pairs.n_users)
    users = np.flatnonzero(np.diff(pairs.indptr) - n_last >= earlier).astype(np.int32)
    users = users[n_last[users] > 0]
    held = in_last & np.isin(pairs.users, users)
    indptr = np.concatenate([[0], np.cumsum(n_last[users])])
    return _split("next-basket", dataset, ~held, users, indptr, np.flatnonzero(held))


def cold_items(
    dataset: Dataset, seed: int, share: float = 0.1, earlier: int = 3, only: str = ""
) -> Split:
    """Take a share of the pictured items out of everything, and ask for them alone.

    Every pair of a user with at least `earlier` remaining pairs and a held-out item is a
    target; all targets of one user are one case.

    Parameters
    ----------
    only
        The encoder whose pictures decide which items may be drawn; empty: all items.
    """
    pairs = dataset.interactions
    drawn = dataset.pictures[only].present if only else np.ones(dataset.n_items, bool)
    candidates = np.flatnonzero(drawn & dataset.fitted)
    rng = np.random.default_rng(seed)
    chosen = rng.choice(candidates, round(share * len(candidates)), replace=False)
    cold = np.zeros(dataset.n_items, bool)
    cold[chosen] = True
    held = cold[pairs.items]
    remaining = np.bincount(pairs.users[~held], minlength=pairs.n_users)
    asked = held & (remaining[pairs.users] >= earlier)
    users, counts = np.unique(pairs.users[asked], return_counts=True)
    indptr = np.concatenate([[0], np.cumsum(counts)])
    split = _split("cold-items", dataset, ~held, users, indptr, np.flatnonzero(asked))
    train = replace(split.train, fitted=dataset.fitted & ~cold)
    return replace(split, train=train, pool=cold)


def _split(
    name: str,
    dataset: Dataset,
    keep: NDArray[np.bool_],
    users: NDArray[np.int32],
    indptr: NDArray[np.int64],
    target_rows: NDArray[np.int64],
) -> Split:
    train = dataset.interactions.keep(keep)
    cases = Cases(
        train,
        users.astype(np.int32),
        indptr.astype(np.int64),
        dataset.interactions.items[target_rows],
    )
    pool = np.ones(dataset.n_items, bool)
    return Split(name, dataset.with_interactions(train), cases, pool)


def halves(cases: Cases, seed: int) -> tuple[Cases, Cases]:
    """Draw two halves of the cases: one to tune on, one to learn the blend on."""
    order = np.random.default_rng(seed).permutation(len(cases))
    middle = len(order) // 2
    return cases.take(np.sort(order[:middle])), cases.take(np.sort(order[middle:]))
