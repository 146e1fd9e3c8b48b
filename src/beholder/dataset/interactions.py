"""Who liked what, when: the positive pairs that models learn from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from beholder.behaviour.histories import bounds


@dataclass(frozen=True)
class Interactions:
    """Pairs of user and item, each once at its first time, sorted by user, then time.

    `Log.interactions` makes them; the order inside a basket is the log's, drawn by seed.

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

    def of(self, people: slice) -> Interactions:
        """Return the pairs of a run of users; users and items keep their codes."""
        own = slice(self.indptr[people.start], self.indptr[people.stop])
        users, items, times = self.users[own], self.items[own], self.times[own]
        return replace(self, users=users, items=items, times=times, weights=self.weights[own])

    @cached_property
    def indptr(self) -> NDArray[np.int64]:
        """int64 (n_users + 1,). Where each user's pairs begin."""
        return bounds(self.users, self.n_users)

    @cached_property
    def matrix(self) -> sp.csr_array:
        """float32 (n_users, n_items). The weights as a sparse matrix."""
        shape = (self.n_users, self.n_items)
        return sp.csr_array((self.weights, (self.users, self.items)), shape=shape)

    @cached_property
    def item_counts(self) -> NDArray[np.int64]:
        """int64 (n_items,). Pairs of each item."""
        return np.bincount(self.items, minlength=self.n_items).astype(np.int64)
