"""Caps: at most so many items of each value of an attribute in the first places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.rules.facets import Facets

Entries = Sequence[tuple[Hashable, ...]]


class Limit(NamedTuple):
    """At most `most` items of each value of `facet` in the first `first` places."""

    facet: str
    most: int
    first: int


class Capped(NamedTuple):
    """A slate in another order.

    Attributes
    ----------
    order
        int32 (m,): place i takes candidate `order[i]`. What was left out of the first places
        stands behind them, in the order that it had.
    moved
        So many candidates of the first places stand behind them now.
    short
        So many of the first places could only be filled against a limit: a deeper slate, if
        there is one, may fill them.
    """

    order: NDArray[np.int32]
    moved: int
    short: int


def capped(limits: Sequence[Limit], facets: Facets, positions: NDArray[np.integer]) -> Capped:
    """Return the slate with its limits kept, by one greedy pass.

    Each place takes the best candidate that no limit refuses there; where all are refused, the
    best of them. A missing value has no limit; an item of several values counts for each.

    Parameters
    ----------
    positions
        Shape (m,), best first.
    """
    entries = [facets.column(limit.facet).at(positions).entries() for limit in limits]
    return keep(limits, entries, len(positions))


def room_for(
    limits: Sequence[Limit],
    facets: Facets,
    positions: NDArray[np.integer],
    others: NDArray[np.integer],
) -> NDArray[np.bool_]:
    """Return which of some other items could stand in any place without breaking a limit.

    Parameters
    ----------
    positions, others
        Shape (m,) of the slate, best first, and (p,).
    """
    found = np.ones(len(others), bool)
    for limit in limits:
        column = facets.column(limit.facet)
        first = column.at(positions[: limit.first]).entries()
        counted = Counter(value for own in first for value in own)
        entries = column.at(others).entries()
        room = [all(counted[value] < limit.most for value in own) for own in entries]
        found &= np.array(room, bool)
    return found


def keep(limits: Sequence[Limit], entries: Sequence[Entries], size: int) -> Capped:
    """Return the order in which limits are kept.

    Parameters
    ----------
    entries
        For each limit, the values of each candidate.
    size
        Number of candidates.
    """
    order: list[int] = []
    waiting = list(range(size))
    counts: list[Counter[Hashable]] = [Counter() for _ in limits]
    short = 0
    # What is refused stays so until a limit ends: one pass for each place where one ends.
    for end in sorted({min(limit.first, size) for limit in limits}):
        active = [
            (limit.most, counted, values)
            for limit, counted, values in zip(limits, counts, entries, strict=True)
            if limit.first >= end
        ]
        waiting = _pass(active, waiting, order, end)
        missing = end - len(order)
        short += missing
        for candidate in waiting[:missing]:
            _take(active, candidate, order)
        waiting = waiting[missing:]
    moved = sum(candidate < len(order) for candidate in waiting)
    return Capped(np.array(order + waiting, np.int32), moved, short)


Active = list[tuple[int, Counter[Hashable], Entries]]


def _pass(active: Active, waiting: list[int], order: list[int], end: int) -> list[int]:
    """Take what no limit refuses until `end` places are filled; return what is left."""
    left: list[int] = []
    for i, candidate in enumerate(waiting):
        if len(order) == end:
            return left + waiting[i:]
        if any(counted[v] >= most for most, counted, values in active for v in values[candidate]):
            left.append(candidate)
        else:
            _take(active, candidate, order)
    return left


def _take(active: Active, candidate: int, order: list[int]) -> None:
    order.append(candidate)
    for _, counted, values in active:
        counted.update(values[candidate])
