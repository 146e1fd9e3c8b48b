"""The histories of many people in flat arrays; one person's is a slice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.history import History

Places = NDArray[np.int64]


@dataclass(frozen=True)
class Histories:
    """What models see of n people; see `History` for the arrays.

    Attributes
    ----------
    items, times, kinds, values, weights
        Shape (m,). One person after the other, oldest first.
    disliked, seen
        int32. The same, of other lengths.
    indptr, disliked_indptr, seen_indptr
        int64 (n + 1,). Where each person's part begins.
    """

    items: NDArray[np.int32]
    times: NDArray[np.int64]
    kinds: NDArray[np.uint8]
    values: NDArray[np.float32]
    weights: NDArray[np.float32]
    disliked: NDArray[np.int32]
    seen: NDArray[np.int32]
    indptr: Places
    disliked_indptr: Places
    seen_indptr: Places

    def __len__(self) -> int:
        """Return the number of people."""
        return len(self.indptr) - 1

    @property
    def lengths(self) -> Places:
        """int64 (n,). Items of each history."""
        return np.diff(self.indptr)

    def __getitem__(self, person: int) -> History:
        if len(self.indptr) == 2 and not person:  # of one person there is nothing to cut
            own = away = seen = slice(None)
        else:
            own = slice(self.indptr[person], self.indptr[person + 1])
            away = slice(self.disliked_indptr[person], self.disliked_indptr[person + 1])
            seen = slice(self.seen_indptr[person], self.seen_indptr[person + 1])
        return History(
            self.items[own],
            self.times[own],
            self.weights[own],
            self.disliked[away],
            self.seen[seen],
            self.kinds[own],
            self.values[own],
        )

    def take(self, people: NDArray[np.int32] | Places) -> Histories:
        """Return the histories of some people, each as often as asked for."""
        own, indptr = _rows(self.indptr, people)
        away, disliked_indptr = _rows(self.disliked_indptr, people)
        seen, seen_indptr = _rows(self.seen_indptr, people)
        return Histories(
            self.items[own],
            self.times[own],
            self.kinds[own],
            self.values[own],
            self.weights[own],
            self.disliked[away],
            self.seen[seen],
            indptr,
            disliked_indptr,
            seen_indptr,
        )

    def within(self, n_items: int) -> Histories:
        """Return the histories of known positions alone: unknown ones leave no moment behind."""
        known = (self.items >= 0) & (self.items < n_items)
        if known.all():
            return self
        return replace(
            self,
            items=self.items[known],
            times=self.times[known],
            kinds=self.kinds[known],
            values=self.values[known],
            weights=self.weights[known],
            indptr=np.concatenate([[0], np.cumsum(known)]).astype(np.int64)[self.indptr],
        )

    @cached_property
    def age(self) -> NDArray[np.int32]:
        """int32 (m,). Moments between an event and the newest of its person: 0 for the newest.

        Events of one moment are a basket and have one age.
        """
        if not len(self.items):
            return np.empty(0, np.int32)
        later = np.concatenate([[0], np.cumsum(np.diff(self.times) != 0)])
        newest = later[np.maximum(self.indptr[1:], 1) - 1]
        age: NDArray[np.int32] = (np.repeat(newest, self.lengths) - later).astype(np.int32)
        return age


def bounds(people: NDArray[np.int32], n_people: int) -> Places:
    """Return where each person's part of a list begins and ends, int64 (n_people + 1,).

    Parameters
    ----------
    people
        Whose each entry is, from 0, one person after the other.
    """
    counts = np.bincount(people, minlength=n_people)
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _rows(indptr: Places, people: NDArray[np.int32] | Places) -> tuple[Places, Places]:
    """Return the places of some people's parts, and where each part begins among them."""
    starts = indptr[people]
    lengths = indptr[np.asarray(people) + 1] - starts
    bounds = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return np.arange(bounds[-1]) + np.repeat(starts - bounds[:-1], lengths), bounds
