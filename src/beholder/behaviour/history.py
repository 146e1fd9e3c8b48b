"""A user is a history: what a model sees of a person, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.kinds import weigh
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

    def __post_init__(self) -> None:
        if not len(self.items) == len(self.times) == len(self.weights):
            raise ShapeError("items, times and weights of a history have different lengths")

    def __len__(self) -> int:
        return len(self.items)

    @property
    def basket(self) -> NDArray[np.int32]:
        """int32. Same number: same moment, order unknown; 0 is the oldest moment."""
        if not len(self.times):
            return np.empty(0, np.int32)
        numbers = np.zeros(len(self.times), np.int32)
        np.cumsum(self.times[1:] > self.times[:-1], out=numbers[1:])
        return numbers

    def within(self, n_items: int) -> History:
        """Return the history of known positions alone: unknown ones leave no moment behind."""
        known = (self.items >= 0) & (self.items < n_items)
        if known.all():
            return self
        return History(
            self.items[known], self.times[known], self.weights[known], self.disliked, self.seen
        )

    def without(self, index: int) -> History:
        """Return the history without the event at `index` (its item stays `seen`)."""
        keep = np.arange(len(self)) != index
        return History(
            self.items[keep], self.times[keep], self.weights[keep], self.disliked, self.seen
        )


EMPTY = History(np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0, np.float32))


def from_events(
    positions: NDArray[np.int32],
    times: NDArray[np.int64],
    kinds: NDArray[np.uint8],
    values: NDArray[np.float32],
    weights: Mapping[str, float],
    rating_threshold: float,
    limit: int = 200,
) -> History:
    """Build a history from raw events in any order.

    An item counts once, at its newest moment, with its largest weight. What was disliked or
    hidden stays so until something that counts as much as a like: looking at it again does not
    make it liked. Positions below 0 (items the bundle does not know) are left out.

    Parameters
    ----------
    positions, times, kinds, values
        Shape (n,) each; see `History` and `kinds.weigh`.
    limit
        At most this many newest items; `seen` keeps all.
    """
    known = positions >= 0
    if not known.all():
        positions, times, kinds, values = (
            positions[known],
            times[known],
            kinds[known],
            values[known],
        )
    if not len(positions):
        return EMPTY
    # By item, then time, later ones of the same moment as they came: the last one decides.
    order = np.lexsort((times, positions))
    positions, times = positions[order], times[order]
    signed = weigh(kinds, values, weights, rating_threshold)[order]
    starts, ends = _runs(positions)
    seen = positions[starts].astype(np.int32, copy=False)
    told = signed != 0
    if not told.all():
        order, positions, times, signed = order[told], positions[told], times[told], signed[told]
        if not len(positions):
            return History(EMPTY.items, EMPTY.times, EMPTY.weights, seen=seen)
        starts, ends = _runs(positions)
    strongest = np.maximum.reduceat(signed, starts)
    away = EMPTY.items
    if signed.min() < 0:
        liked = _liked(signed, starts, weights.get("like", 0.0))
        refused = ends[~liked]
        away = positions[refused[np.lexsort((order[refused], times[refused]))]]
        ends, strongest = ends[liked], strongest[liked]
    newest = np.lexsort((order[ends], times[ends]))[-limit:]
    kept = ends[newest]
    return History(
        positions[kept].astype(np.int32, copy=False),
        times[kept].astype(np.int64, copy=False),
        strongest[newest].astype(np.float32, copy=False),
        away[-limit:].astype(np.int32, copy=False),
        seen,
    )


def _runs(values: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where each run of equal values begins and ends; there is at least one value."""
    bounds = np.empty(len(values) + 1, np.bool_)
    bounds[0] = bounds[-1] = True
    np.not_equal(values[1:], values[:-1], out=bounds[1:-1])
    places = np.flatnonzero(bounds)
    return places[:-1], places[1:] - 1


def _liked(
    signed: NDArray[np.float32], starts: NDArray[np.int64], like: float
) -> NDArray[np.bool_]:
    """Return whether each group of signed weights, oldest first, ends liked."""
    place = np.arange(len(signed))
    refused = np.maximum.reduceat(np.where(signed < 0, place, -1), starts)
    last = np.repeat(refused, np.diff(np.append(starts, len(signed))))
    amends = (place > last) & (signed > 0) & (signed >= np.float32(like))
    amended: NDArray[np.bool_] = np.logical_or.reduceat(amends, starts)
    return amended | (refused < 0)
