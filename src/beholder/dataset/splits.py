"""What is learned from, and what is asked afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.histories import Histories
from beholder.behaviour.history import History
from beholder.dataset.dataset import Dataset
from beholder.dataset.interactions import Interactions
from beholder.dataset.log import Log

LEAST = 5  # pairs of a user whose last is asked for
EARLIER = 3  # pairs that are left to a user who is asked for held-out items


@dataclass(frozen=True)
class Cases:
    """Questions with known answers: a history, and the items that came after it.

    Attributes
    ----------
    source
        What everybody did before they were asked: histories are read from it.
    users
        int32 (n,). Users of `source`.
    indptr, targets
        int64 (n + 1,), int32. The targets of case i are `targets[indptr[i]:indptr[i + 1]]`.
    """

    source: Log
    users: NDArray[np.int32]
    indptr: NDArray[np.int64]
    targets: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.users)

    @cached_property
    def histories(self) -> Histories:
        """What each asked, as it is reduced when served: dislikes, kinds and limit included."""
        return self.source.histories.take(self.users)

    def history(self, case: int) -> History:
        """Return what the user of a case had done before."""
        return self.histories[case]

    def target(self, case: int) -> NDArray[np.int32]:
        """Return the positions that are right answers."""
        return self.targets[self.indptr[case] : self.indptr[case + 1]]

    @property
    def owner(self) -> NDArray[np.int64]:
        """int64 (targets,). The case of each target."""
        return np.repeat(np.arange(len(self)), np.diff(self.indptr))

    def take(self, chosen: NDArray[np.int64]) -> Cases:
        """Return some of the cases."""
        lengths = np.diff(self.indptr)[chosen]
        indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        places = np.arange(indptr[-1]) + np.repeat(self.indptr[chosen] - indptr[:-1], lengths)
        return Cases(self.source, self.users[chosen], indptr, self.targets[places])

    def only(self, asked: NDArray[np.bool_]) -> Cases:
        """Return the cases with some of their targets, where any are left.

        Parameters
        ----------
        asked
            bool (targets,).
        """
        left = np.bincount(self.owner[asked], minlength=len(self))
        indptr = np.concatenate([[0], np.cumsum(left)]).astype(np.int64)
        narrowed = Cases(self.source, self.users, indptr, self.targets[asked])
        return narrowed.take(np.flatnonzero(left > 0))

    def unseen(self) -> Cases:
        """Return the cases without targets that their own history masks.

        Who disliked an item and liked it later is never recommended it in between.
        """
        n = max(self.source.n_items, 1)
        seen = self.histories
        owner = np.repeat(np.arange(len(self)), np.diff(seen.seen_indptr))
        return self.only(~np.isin(self.owner * n + self.targets, owner * n + seen.seen))


@dataclass(frozen=True)
class Split:
    """What to fit on, and what to ask.

    Attributes
    ----------
    pool
        bool (n_items,). The items that may be recommended.
    after
        The same questions by how many events of each person are known; empty: asked once.
    notes
        What was left out of the questions, in words.
    since
        The moment from which on everybody is asked, milliseconds since 1970; None: each has his.
    """

    name: str
    train: Dataset
    cases: Cases
    pool: NDArray[np.bool_]
    after: dict[int, Cases] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    since: int | None = None

    @property
    def asked(self) -> list[Split]:
        """The questions one after the other, each with its own cases."""
        if not self.after:
            return [self]
        return [replace(self, cases=cases, after={}) for cases in self.after.values()]


def leave_last_out(dataset: Dataset) -> Split:
    """Hold out the last pair of each user with at least `LEAST`, and what came after it."""
    log, firsts = dataset.log, dataset.log.firsts
    counts = np.bincount(log.users[firsts], minlength=log.n_users)
    users = np.flatnonzero(counts >= LEAST)
    last = firsts[np.cumsum(counts)[users] - 1]
    return _cut("leave-last-out", dataset, users, last, last)


def next_basket(dataset: Dataset, earlier: int = 3) -> Split:
    """Hold out all pairs of the last moment of users with `earlier` pairs before it."""
    log, firsts = dataset.log, dataset.log.firsts
    users, times = log.users[firsts], log.times[firsts]
    counts = np.bincount(users, minlength=log.n_users)
    ends = np.cumsum(counts)
    last_time = np.full(log.n_users, -1, np.int64)
    last_time[counts > 0] = times[ends[counts > 0] - 1]
    in_last = times == last_time[users]
    n_last = np.bincount(users[in_last], minlength=log.n_users)
    asked = np.flatnonzero((n_last > 0) & (counts - n_last >= earlier))
    # Whatever else was done at that moment is not known beforehand either.
    before = np.bincount(log.users[log.times < last_time[log.users]], minlength=log.n_users)
    moments = log.indptr[asked] + before[asked]
    return _cut("next-basket", dataset, asked, moments, firsts[in_last & np.isin(users, asked)])


def cold_items(dataset: Dataset, seed: int, share: float = 0.1) -> Split:
    """Take a share of the items out of everything, and ask for them alone.

    Drawn are items with any content that items are compared by, whatever it is. Every pair of a
    user with at least `EARLIER` remaining pairs and a held-out item is a target; all targets of
    one user are one case.
    """
    log, pairs = dataset.log, dataset.interactions
    candidates = np.flatnonzero(dataset.content.present & dataset.fitted)
    rng = np.random.default_rng(seed)
    chosen = rng.choice(candidates, round(share * len(candidates)), replace=False)
    cold = np.zeros(dataset.n_items, bool)
    cold[chosen] = True
    train = replace(dataset.with_log(log.keep(~cold[log.items])), fitted=dataset.fitted & ~cold)
    return Split("cold-items", train, cold_cases(pairs, train.log, cold, EARLIER), cold)


def cold_cases(pairs: Interactions, rest: Log, cold: NDArray[np.bool_], earlier: int) -> Cases:
    """Ask users with at least `earlier` pairs left for the held-out items that they took.

    Parameters
    ----------
    pairs
        Of the time when nothing was held out.
    rest
        The log without the held-out items.
    """
    remaining = np.bincount(rest.interactions.users, minlength=pairs.n_users)
    asked = cold[pairs.items] & (remaining[pairs.users] >= earlier)
    users, counts = np.unique(pairs.users[asked], return_counts=True)
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Cases(rest, users.astype(np.int32), indptr, pairs.items[asked])


def _cut(
    name: str,
    dataset: Dataset,
    users: NDArray[np.int64],
    moments: NDArray[np.int64],
    targets: NDArray[np.int64],
) -> Split:
    """Forget what some users did from a moment on, and ask for it.

    Parameters
    ----------
    moments
        int64 (users,). The first event of the log that is no longer known.
    targets
        int64. The events asked for, one after the other.
    """
    log = dataset.log
    known = np.ones(len(log), bool)
    ends = log.indptr[users + 1]
    lengths = ends - moments
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    known[np.arange(offsets[-1]) + np.repeat(moments - offsets[:-1], lengths)] = False
    train = log.keep(known)
    place = np.full(log.n_users, -1, np.int64)
    place[users] = np.arange(len(users))
    counts = np.bincount(place[log.users[targets]], minlength=len(users))
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    cases = Cases(train, users.astype(np.int32), indptr, log.items[targets]).unseen()
    return Split(name, dataset.with_log(train), cases, np.ones(dataset.n_items, bool))
