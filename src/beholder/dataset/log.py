"""The log: everything that people did, in the order in which it is learned from and asked about.

Events of one person and moment are a basket. Their order is drawn by seed, since files keep them
in the order of item ids, and a model that reads that order would look better than it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from beholder.behaviour import reduce
from beholder.behaviour.histories import Histories, bounds
from beholder.behaviour.reduce import Events
from beholder.dataset.interactions import Interactions

LIKE, LIMIT = 1.0, 200  # as in the settings


@dataclass(frozen=True)
class Log:
    """Events sorted by user, then time, then as drawn; all of known users and items.

    Attributes
    ----------
    users, items
        int32 (n,). Codes from 0.
    times
        int64 (n,). Milliseconds since 1970.
    signed
        float32 (n,). Above 0 liked, below 0 disliked, 0 only seen; see `kinds.weigh`.
    kinds, values
        uint8, float32 (n,). See `Events`.
    like, limit
        Weight of a like, and how many newest items a history has; see `reduce.histories`.
    """

    users: NDArray[np.int32]
    items: NDArray[np.int32]
    times: NDArray[np.int64]
    signed: NDArray[np.float32]
    kinds: NDArray[np.uint8]
    values: NDArray[np.float32]
    n_users: int
    n_items: int
    like: float = LIKE
    limit: int = LIMIT

    def __len__(self) -> int:
        return len(self.users)

    @cached_property
    def indptr(self) -> NDArray[np.int64]:
        """int64 (n_users + 1,). Where each user's events begin."""
        return bounds(self.users, self.n_users)

    def keep(self, mask: NDArray[np.bool_]) -> Log:
        """Return the events where `mask` holds; users and items keep their codes."""
        return replace(
            self,
            users=self.users[mask],
            items=self.items[mask],
            times=self.times[mask],
            signed=self.signed[mask],
            kinds=self.kinds[mask],
            values=self.values[mask],
        )

    @cached_property
    def histories(self) -> Histories:
        """What models see of each user after all of this: the reduction that serves, too."""
        return reduce.histories(self.events, self.like, self.limit, self.n_users)

    @cached_property
    def events(self) -> Events:
        """The same as the reduction takes it."""
        return Events(self.items, self.times, self.signed, self.kinds, self.values, self.users)

    @cached_property
    def firsts(self) -> NDArray[np.int64]:
        """int64 (p,), rising. The first positive event of each pair of user and item.

        A pair is learned from and asked for at this moment, though it may end disliked.
        """
        positive = np.flatnonzero(self.signed > 0)
        key = self.users[positive].astype(np.int64) * max(self.n_items, 1) + self.items[positive]
        return np.sort(positive[np.unique(key, return_index=True)[1]])

    @cached_property
    def interactions(self) -> Interactions:
        """The pairs that models learn from: those that did not end disliked."""
        users, items = self.users[self.firsts], self.items[self.firsts]
        weights = np.zeros(len(users), np.float32)
        told = self.events.take(self.signed != 0)
        if len(users):
            pairs = reduce.paired(told)
            signed = told.signed[pairs.order]
            best = np.maximum.reduceat(signed, pairs.starts)
            best[~reduce.liked(signed, pairs, self.like)] = 0
            each = told.take(pairs.order[pairs.starts])
            assert each.people is not None
            key = _keys(each.people, each.items, self.n_items)  # rising, as pairs are grouped
            weights = best[np.searchsorted(key, _keys(users, items, self.n_items))]
        good = weights > 0
        return Interactions(
            users[good],
            items[good],
            self.times[self.firsts][good],
            weights[good],
            self.n_users,
            self.n_items,
        )


def _keys(users: NDArray[np.int32], items: NDArray[np.int32], n_items: int) -> NDArray[np.int64]:
    return users.astype(np.int64) * max(n_items, 1) + items


def log_of(
    events: Events,
    n_users: int,
    n_items: int,
    seed: int,
    like: float = LIKE,
    limit: int = LIMIT,
) -> Log:
    """Bring events in any order into that of a log.

    Parameters
    ----------
    events
        With `people`; items below 0 are unknown and left out.
    seed
        Draws the order inside a basket. Events of one pair keep the order in which they came.

    Raises
    ------
    ShapeError
        If the arrays of events differ in length.
    """
    known = reduce.newest(events).checked()
    assert known.people is not None
    order = np.lexsort((_drawn(known, n_items, seed), known.times, known.people))
    told = known.take(order)
    assert told.people is not None
    return Log(
        told.people,
        told.items,
        told.times,
        told.signed,
        told.kinds,
        told.values,
        n_users,
        n_items,
        like,
        limit,
    )


def _drawn(events: Events, n_items: int, seed: int) -> NDArray[np.float64]:
    """Return where each event stands in its basket, drawn for each pair of user and item.

    The pairs that are learned from are drawn first, so that what was only seen or disliked
    does not change their order.
    """
    assert events.people is not None
    keys, pair = np.unique(_keys(events.people, events.items, n_items), return_inverse=True)
    positive = np.zeros(len(keys), bool)
    positive[pair[events.signed > 0]] = True
    rng = np.random.default_rng(seed)
    place = np.empty(len(keys))
    n_positive = int(positive.sum())
    drawn = np.empty(n_positive)
    drawn[rng.permutation(n_positive)] = np.arange(n_positive) + 0.5
    place[positive] = drawn / max(n_positive, 1)
    place[~positive] = rng.random(len(keys) - n_positive)
    return place[pair]
