"""The rule of masking, for source trees that lack it.

Masked is everything that a person had an event with before the moment asked about, disliked
things too: a shop does not show again what somebody rated with one star, so a list that leaves it
out must not be the worse for it. A tree that masks only the positive pairs of the training part
gets the rest from here, for its blend and for every baseline alike, when the test asks; how it
tunes is left as it is.

The moment asked about is that of the earliest target. What happened in that very moment is in a
basket with the target and is not known yet; what was liked later and was left in the training
part stays masked, as the tree has it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from beholder.behaviour.kinds import weigh
from beholder.dataset.people import marks_of_people, numbers_of_people
from beholder.settings import BehaviourSettings
from beholder.store.store import Store

Positions = NDArray[np.int32]


@dataclass(frozen=True)
class Events:
    """Every event of everybody, sorted by user: liked, disliked, or merely seen.

    Attributes
    ----------
    indptr
        int64 (n_users + 1,). Where the events of each user of the dataset begin.
    items, times
        int32 positions and int64 milliseconds since 1970, shape (n,).
    liked
        bool (n,). Positive evidence, by which an item can be a target.
    """

    indptr: NDArray[np.int64]
    items: Positions
    times: NDArray[np.int64]
    liked: NDArray[np.bool_]

    @classmethod
    def of(
        cls, users: Positions, items: Positions, times: NDArray[np.int64], signed: Any, n_users: int
    ) -> Events:
        """Sort events by user; those of items below 0, which nobody can be shown, are left out."""
        order = np.flatnonzero(items >= 0)
        order = order[np.argsort(users[order], kind="stable")]
        counts = np.bincount(users[order], minlength=n_users)
        indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return cls(indptr, items[order], times[order], signed[order] > 0)

    @classmethod
    def read(cls, store: Store, items: pa.Table, behaviour: BehaviourSettings) -> Events:
        """Read the events of a store, users numbered and items placed as in its dataset."""
        events = store.training_events("train")
        counted = _counted(events, behaviour)  # by what counts, people are numbered
        users = numbers_of_people(marks_of_people(counted))[events.users]
        seqs = items["seq"].to_numpy()
        most = max(int(seqs.max(initial=0)), int(events.seqs.max(initial=0)))
        places = np.full(most + 1, -1, np.int32)
        places[seqs] = np.arange(len(seqs), dtype=np.int32)
        signed = weigh(events.kinds, events.values, behaviour.weights, behaviour.rating_threshold)
        return cls.of(users, places[events.seqs], events.times, signed, events.n_users)

    def mask(self, user: int, targets: Positions) -> Positions:
        """Return what the rule masks where a user is asked for these: sorted, never a target."""
        own = slice(self.indptr[user], self.indptr[user + 1])
        items, times = self.items[own], self.times[own]
        asked = self.liked[own] & np.isin(items, targets)
        # Each target is asked about at its first positive event, the first of them is the first.
        return np.setdiff1d(items[times < times[asked].min()], targets)


def _counted(events: Any, behaviour: BehaviourSettings) -> Any:
    """Return the events that are learned from: since 0.2 a day of one person has a cap."""
    cap = getattr(behaviour, "daily_cap", None)
    if cap is None:
        return events
    return import_module("beholder.dataset.daily_cap").capped(events, cap)[0]


def masks(events: Events, cases: Any) -> list[Positions]:
    """Return what the rule masks in each case.

    Parameters
    ----------
    cases
        Anything with `users` and `target(case)`.
    """
    users = cases.users.tolist()
    return [events.mask(user, cases.target(case)) for case, user in enumerate(users)]


def lacking(cases: Any, wanted: list[Positions]) -> int:
    """Return how many masks, over all cases, the tree does not set itself."""
    return sum(
        len(np.setdiff1d(mask, cases.history(case).seen)) for case, mask in enumerate(wanted)
    )


class Masked:
    """The cases of a tree, with histories that have seen what the rule says."""

    def __init__(self, cases: Any, wanted: list[Positions]) -> None:
        self._cases, self._wanted = cases, wanted

    def __len__(self) -> int:
        return len(self._cases)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cases, name)

    def history(self, case: int) -> Any:
        """Return the tree's own history, its `seen` completed."""
        history = self._cases.history(case)
        seen = np.union1d(history.seen, self._wanted[case]).astype(np.int32)
        return replace(history, seen=seen)
