"""The one reduction from events to histories: for one person in a request and for a million."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.histories import Histories, bounds
from beholder.behaviour.history import EMPTY, History
from beholder.errors import ShapeError

Places = NDArray[np.int64]
NEWEST = 10_000  # events of one person that count: so many are read for an answer, too
NOWHERE: Places = np.empty(0, np.int64)


class Events(NamedTuple):
    """Events of one or of many people, shape (n,) each; later ones of one moment stand later.

    Attributes
    ----------
    items
        int32. Positions; those below 0 are unknown and left out.
    times
        int64. Milliseconds since 1970.
    signed
        float32. What `kinds.weigh` says: above 0 liked, below 0 disliked, 0 no evidence.
    kinds
        uint8. Codes of `kinds.CODES`.
    values
        float32. Rating, seconds or pieces; NaN where there is none.
    people
        int32, from 0; None: all are of one person.
    """

    items: NDArray[np.int32]
    times: NDArray[np.int64]
    signed: NDArray[np.float32]
    kinds: NDArray[np.uint8]
    values: NDArray[np.float32]
    people: NDArray[np.int32] | None = None

    def take(self, chosen: NDArray[np.bool_] | Places) -> Events:
        """Return some of the events."""
        people = None if self.people is None else self.people[chosen]
        return Events(
            self.items[chosen],
            self.times[chosen],
            self.signed[chosen],
            self.kinds[chosen],
            self.values[chosen],
            people,
        )

    def checked(self) -> Events:
        """Return the events of known items.

        Raises
        ------
        ShapeError
            If the arrays differ in length.
        """
        n = len(self.items)
        if not n == len(self.times) == len(self.signed) == len(self.kinds) == len(self.values):
            raise ShapeError("the arrays of events have different lengths")
        if self.people is not None and len(self.people) != n:
            raise ShapeError("the people of events are not as many as their items")
        return self if self.items.min(initial=0) >= 0 else self.take(self.items >= 0)


class Pairs(NamedTuple):
    """Events grouped by person and item, oldest first inside of each group.

    Attributes
    ----------
    order
        int64 (n,). Numbers of the events, group after group.
    starts, ends
        int64 (p,). Where each group begins and ends in `order`, both inclusive.
    """

    order: Places
    starts: Places
    ends: Places

    def owner(self) -> Places:
        """Return the group of each place of `order`, int64 (n,)."""
        return np.repeat(np.arange(len(self.starts)), self.ends - self.starts + 1)


def paired(events: Events) -> Pairs:
    """Group events by person and item; there is at least one event."""
    if events.people is None:
        order = np.lexsort((events.times, events.items))
        return Pairs(order, *_runs(events.items[order]))
    key = events.people.astype(np.int64) * (int(events.items.max()) + 1) + events.items
    order = np.lexsort((events.times, key))
    return Pairs(order, *_runs(key[order]))


def liked(signed: NDArray[np.float32], pairs: Pairs, like: float) -> NDArray[np.bool_]:
    """Return whether each group ends liked, bool (p,).

    What was disliked or hidden stays so until something that counts as much as a like: looking
    at it again does not make it liked.

    Parameters
    ----------
    signed
        float32 (n,), none of them 0. In the order of `pairs.order`.
    like
        Weight of a like.
    """
    place = np.arange(len(signed))
    refused = np.maximum.reduceat(np.where(signed < 0, place, -1), pairs.starts)
    last = np.repeat(refused, pairs.ends - pairs.starts + 1)
    amends = (place > last) & (signed > 0) & (signed >= np.float32(like))
    amended: NDArray[np.bool_] = np.logical_or.reduceat(amends, pairs.starts)
    return amended | (refused < 0)


def strongest(signed: NDArray[np.float32], pairs: Pairs) -> Places:
    """Return the place in `pairs.order` of the newest event with the largest weight, (p,)."""
    largest = np.maximum.reduceat(signed, pairs.starts)
    owner = pairs.owner()
    top = np.flatnonzero(signed == largest[owner])
    found = np.empty(len(pairs.starts), np.int64)
    found[owner[top]] = top  # the last writer of each group stays: the newest
    return found


def newest(events: Events) -> Events:
    """Return at most the newest 10,000 events of each person, in the order in which they are.

    Of one moment those that stand later are newer.
    """
    people = np.zeros(len(events.items), np.int32) if events.people is None else events.people
    if np.bincount(people).max(initial=0) <= NEWEST:
        return events
    order = np.lexsort((np.arange(len(people)), events.times, people))
    own = people[order]
    after = np.searchsorted(own, own, side="right") - np.arange(len(own))
    return events.take(np.sort(order[after <= NEWEST]))


def histories(events: Events, like: float, limit: int, n_people: int = 1) -> Histories:
    """Reduce events to what models see of each person.

    An item counts once, at its newest moment, with the kind, value and weight of the event that
    gave its largest weight. What ends disliked stands apart; see `liked`.

    Parameters
    ----------
    events
        Of people from 0 to `n_people`, in any order; what is asked about later is not among them.
    like
        Weight of a like: as much makes a dislike good.
    limit
        At most this many newest items and dislikes of each; `seen` keeps all.

    Raises
    ------
    ShapeError
        If the arrays of events differ in length.
    """
    kept = _kept(events, like, limit)
    told, known = kept.told, kept.known
    return Histories(
        told.items[kept.ends],
        told.times[kept.ends],
        told.kinds[kept.peaks],
        told.values[kept.peaks],
        told.signed[kept.peaks],
        told.items[kept.away],
        known.items[kept.seen],
        _bounds(told, kept.ends, n_people),
        _bounds(told, kept.away, n_people),
        _bounds(known, kept.seen, n_people),
    )


def history(events: Events, like: float, limit: int) -> History:
    """Reduce the events of one person; see `histories`."""
    if not len(events.items):
        return EMPTY
    kept = _kept(events, like, limit)
    told, ends, peaks = kept.told, kept.ends, kept.peaks
    return History(
        told.items[ends],
        told.times[ends],
        told.signed[peaks],
        told.items[kept.away],
        kept.known.items[kept.seen],
        told.kinds[peaks],
        told.values[peaks],
    )


class _Kept(NamedTuple):
    """Which events histories are made of.

    Attributes
    ----------
    known, seen
        Events of known items, and the places of one for each item of a person.
    told, ends, peaks, away
        Those that say something, and the places of the newest one and of the strongest one for
        each item that is liked, and of the newest one for each that is not.
    """

    known: Events
    seen: Places
    told: Events
    ends: Places
    peaks: Places
    away: Places


def _kept(events: Events, like: float, limit: int) -> _Kept:
    """Choose the events that count; places are one person after the other, oldest first."""
    known = events.checked()
    if not len(known.items):
        return _Kept(known, NOWHERE, known, NOWHERE, NOWHERE, NOWHERE)
    pairs, told = paired(known), known
    seen = pairs.order[pairs.starts]
    if not known.signed.all():  # some say nothing
        told = known.take(known.signed != 0)
        if not len(told.items):
            return _Kept(known, seen, told, NOWHERE, NOWHERE, NOWHERE)
        pairs = paired(told)
    signed = told.signed[pairs.order]
    ends, away = pairs.order[pairs.ends], NOWHERE
    single = len(ends) == len(signed)  # every item came once
    peaks = ends if single else pairs.order[strongest(signed, pairs)]
    if signed.min() < 0:
        good = liked(signed, pairs, like)
        away = ends[~good]
        away = away[_newest(told, away, limit)]
        peaks, ends = peaks[good], ends[good]
    order = _newest(told, ends, limit)
    ends = ends[order]
    return _Kept(known, seen, told, ends, ends if single else peaks[order], away)


def _newest(events: Events, chosen: Places, limit: int) -> Places:
    """Return which of the chosen events are the newest of their person, oldest first."""
    times = events.times[chosen]
    if events.people is None:
        return np.lexsort((chosen, times))[-limit:]
    order = np.lexsort((chosen, times, events.people[chosen]))
    own = events.people[chosen][order]
    after = np.searchsorted(own, own, side="right") - np.arange(len(own))
    return order[after <= limit]


def _bounds(events: Events, chosen: Places, n_people: int) -> Places:
    """Return where each person's part of the chosen begins and ends, int64 (n_people + 1,)."""
    if events.people is None:
        return np.array([0, len(chosen)], np.int64)
    return bounds(events.people[chosen], n_people)


def _runs(values: NDArray[np.int32] | Places) -> tuple[Places, Places]:
    """Return where each run of equal values begins and ends; there is at least one value."""
    bounds = np.empty(len(values) + 1, np.bool_)
    bounds[0] = bounds[-1] = True
    np.not_equal(values[1:], values[:-1], out=bounds[1:-1])
    places = bounds.nonzero()[0]
    return places[:-1], places[1:] - 1
