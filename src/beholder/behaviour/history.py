"""A user is a history: what a model sees of a person, and nothing else; `reduce` makes it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.kinds import CODES
from beholder.errors import ShapeError


@dataclass(frozen=True)
class History:
    """Events of one person or session, oldest first, all arrays of one length.

    Attributes
    ----------
    items
        int32. Positions in the bundle.
    times
        int64. Milliseconds since 1970.
    weights
        float32, positive. Kind times value, without recency.
    kinds
        uint8. Codes of `kinds.CODES`: of the event that gave each its weight.
    values
        float32. Its rating, seconds or pieces; NaN where it has none.
    disliked
        int32. Positions of disliked or hidden items, newest last.
    seen
        int32. Every position this person had an event with: masked from answers.
    """

    items: NDArray[np.int32]
    times: NDArray[np.int64]
    weights: NDArray[np.float32]
    disliked: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    seen: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    kinds: NDArray[np.uint8] = field(default_factory=lambda: np.empty(0, np.uint8))
    values: NDArray[np.float32] = field(default_factory=lambda: np.empty(0, np.float32))

    def __post_init__(self) -> None:
        if not len(self.items) == len(self.times) == len(self.weights):
            raise ShapeError("items, times and weights of a history have different lengths")
        if not len(self.kinds) == len(self.values) == len(self.items):
            if len(self.kinds) or len(self.values):
                raise ShapeError("kinds and values are not of the items of the history")
            object.__setattr__(self, "kinds", np.full(len(self.items), CODES["like"], np.uint8))
            object.__setattr__(self, "values", np.full(len(self.items), np.nan, np.float32))

    def __len__(self) -> int:
        return len(self.items)

    @cached_property
    def age(self) -> NDArray[np.int32]:
        """int32. Moments between an event and the newest: 0 for those of the newest basket."""
        n = len(self.times)
        later = self.times[1:] > self.times[:-1]
        if later.all():  # mostly: no baskets
            return np.arange(n - 1, -1, -1, dtype=np.int32)
        age = np.zeros(n, np.int32)
        later[::-1].cumsum(out=age[-2::-1])
        return age

    @cached_property
    def touched(self) -> NDArray[np.int32]:
        """int32. What is liked, seen or disliked, some of it more than once."""
        return np.concatenate([self.items, self.seen, self.disliked])

    def within(self, n_items: int) -> History:
        """Return the history of known positions alone: unknown ones leave no moment behind."""
        if self.items.view(np.uint32).max(initial=0) < n_items:  # below 0 is above all others
            return self
        return self._only((self.items >= 0) & (self.items < n_items))

    def without(self, index: int) -> History:
        """Return the history without the event at `index` (its item stays `seen`)."""
        return self._only(np.arange(len(self)) != index)

    def _only(self, kept: NDArray[np.bool_]) -> History:
        return replace(
            self,
            items=self.items[kept],
            times=self.times[kept],
            weights=self.weights[kept],
            kinds=self.kinds[kept],
            values=self.values[kept],
        )


EMPTY = History(np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0, np.float32))
