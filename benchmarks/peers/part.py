"""A part of a split as plain arrays: what is learned from, and what is asked."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Places = NDArray[np.int64]
Floats = NDArray[np.float32]


class Asked(NamedTuple):
    """Histories of n users; what they are answered is looked for among everything unseen.

    Attributes
    ----------
    users
        int32 (n,). As in `Part.users`.
    indptr, items, times, ages, weights
        int64 (n + 1,), then int32, int64, int32, float32 (m,). What each liked, oldest first;
        `times` in milliseconds since 1970, `ages` in moments before the newest, 0 for that.
    seen_indptr, seen
        int64 (n + 1,), int32. What may not be recommended to each.
    targets_indptr, targets
        int64 (n + 1,), int32. The right answers; empty where they are not told.
    """

    users: Ints
    indptr: Places
    items: Ints
    times: Places
    ages: Ints
    weights: Floats
    seen_indptr: Places
    seen: Ints
    targets_indptr: Places
    targets: Ints

    def __len__(self) -> int:
        return len(self.users)

    def between(self, start: int, stop: int) -> Asked:
        """Return the questions of some users one after the other."""
        own = slice(self.indptr[start], self.indptr[stop])
        seen = slice(self.seen_indptr[start], self.seen_indptr[stop])
        wanted = slice(self.targets_indptr[start], self.targets_indptr[stop])
        return Asked(
            self.users[start:stop],
            self.indptr[start : stop + 1] - self.indptr[start],
            self.items[own],
            self.times[own],
            self.ages[own],
            self.weights[own],
            self.seen_indptr[start : stop + 1] - self.seen_indptr[start],
            self.seen[seen],
            self.targets_indptr[start : stop + 1] - self.targets_indptr[start],
            self.targets[wanted],
        )

    def matrix(self, n_items: int, weights: Floats) -> sp.csr_matrix:
        """Return the histories as rows, float32 (n, n_items)."""
        return sp.csr_matrix((weights, self.items, self.indptr), shape=(len(self), n_items))


class Part:
    """What a model is fitted on, and what it is asked then.

    Attributes
    ----------
    users, items, times
        int32, int32, int64 (n,). Pairs that were liked, each once at its first time, sorted by
        user and time; the order inside one moment is drawn by seed.
    n_users, n_items
        How many there are, those without a pair included.
    asked
        The questions.
    pool
        bool (n_items,). What may be recommended.
    vectors, pictured
        float32 (n_items, dim), bool (n_items,). The mean of each item's picture vectors as the
        encoder gave them, and who has any.
    codes
        int32 (n_items, attributes). Equal numbers are equal values; -1: none.
    """

    def __init__(self, arrays: dict[str, Any]) -> None:
        self.users: Ints = arrays["users"]
        self.items: Ints = arrays["items"]
        self.times: Places = arrays["times"]
        self.pool: NDArray[np.bool_] = arrays["pool"]
        self.vectors: Floats = arrays["vectors"]
        self.pictured: NDArray[np.bool_] = arrays["pictured"]
        self.codes: Ints = arrays["codes"]
        self.n_users = int(arrays["n_users"])
        self.n_items = len(self.pool)
        self.asked = Asked(*(arrays[f"asked_{name}"] for name in Asked._fields))

    @classmethod
    def read(cls, folder: Path, name: str) -> Part:
        """Read `validation` or `test` of a split."""
        arrays: dict[str, Any] = {}
        for file in (folder / f"{name}.npz", folder / "catalogue.npz"):
            with np.load(file, allow_pickle=False) as kept:
                arrays |= {key: kept[key] for key in kept.files}
        return cls(arrays)

    @cached_property
    def matrix(self) -> sp.csr_matrix:
        """float32 (n_users, n_items). 1 for each pair."""
        ones = np.ones(len(self.users), np.float32)
        return sp.csr_matrix((ones, (self.users, self.items)), shape=(self.n_users, self.n_items))

    @cached_property
    def popularity(self) -> Floats:
        """float32 (n_items,). How many liked each."""
        return np.bincount(self.items, minlength=self.n_items).astype(np.float32)
