"""Who liked what, when: the positive pairs that models learn from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from beholder.errors import ShapeError


@dataclass(frozen=True)
class Interactions:
    """Pairs of user and item, each once at its first time, sorted by user, then time.

    Pairs of one user and time are a basket; their order is drawn by seed, since files keep
    them in the order of item ids, and a model that reads that order would look better than
    it is.

    Attributes
    ----------
    users, items
        int32 (n,). Codes from 0.
    times
        int64 (n,). Milliseconds since 1970.
    weights
        float32 (n,), positive. The strongest evidence for the pair.
    """

    users: NDArray[np.int32]
    items: NDArray[np.int32]
    times: NDArray[np.int64]
    weights: NDArray[np.float32]
    n_users: int
    n_items: int

    def __len__(self) -> int:
        return len(self.users)

    @cached_property
    def indptr(self) -> NDArray[np.int64]:
        """int64 (n_users + 1,). Where each user's pairs begin."""
        counts = np.bincount(self.users, minlength=self.n_users)
        return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)

    @cached_property
    def matrix(self) -> sp.csr_array:
        """float32 (n_users, n_items). The weights as a sparse matrix."""
        shape = (self.n_users, self.n_items)
        return sp.csr_array((self.weights, (self.users, self.items)), shape=shape)

    @cached_property
    def item_counts(self) -> NDArray[np.int64]:
        """int64 (n_items,). Pairs of each item."""
        return np.bincount(self.items, minlength=self.n_items).astype(np.int64)

    def keep(self, mask: NDArray[np.bool_]) -> Interactions:
        """Return the pairs where `mask` holds; users and items keep their codes."""
        return Interactions(
            self.users[mask],
            self.items[mask],
            self.times[mask],
            self.weights[mask],
            self.n_users,
            self.n_items,
        )


def from_events(
    users: NDArray[np.int32],
    items: NDArray[np.int32],
    times: NDArray[np.int64],
    signed: NDArray[np.float32],
    n_users: int,
    n_items: int,
    seed: int,
) -> Interactions:
    """Reduce events to positive pairs.

    Parameters
    ----------
    users, items, times
        Shape (n,). Events in any order; items below 0 are unknown and left out.
    signed
        Shape (n,). Weights of `behaviour.kinds.weigh`; those not above 0 are left out.
    seed
        Draws the order inside a basket.
    """
    if not len(users) == len(items) == len(times) == len(signed):
        raise ShapeError("users, items, times and weights have different lengths")
    good = (signed > 0) & (items >= 0)
    users, items, times, signed = users[good], items[good], times[good], signed[good]
    pair = users.astype(np.int64) * max(n_items, 1) + items
    order = np.lexsort((times, pair))
    pair, times, signed = pair[order], times[order], signed[order]
    first = np.concatenate([[True], pair[1:] != pair[:-1]]) if len(pair) else np.empty(0, bool)
    starts = np.flatnonzero(first)
    weights = np.maximum.reduceat(signed, starts) if len(starts) else signed
    pair, times = pair[first], times[first]
    users = (pair // max(n_items, 1)).astype(np.int32)
    items = (pair % max(n_items, 1)).astype(np.int32)
    shuffled = np.random.default_rng(seed).permutation(len(users))
    order = shuffled[np.lexsort((times[shuffled], users[shuffled]))]
    return Interactions(
        users[order],
        items[order],
        times[order],
        weights[order].astype(np.float32),
        n_users,
        n_items,
    )
