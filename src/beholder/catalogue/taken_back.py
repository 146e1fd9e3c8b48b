"""Purchases of a file before that a later file cancels: they are taken back, as by hand.

An event is known by its person, moment, item, kind and value. A row of a cancelled order that has
all of these names the purchase that an import took before the order was cancelled. Without a
moment it may be that of another order, and stays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.kinds import CODES
from beholder.catalogue.events_from_rows import Columns
from beholder.catalogue.moments import NONE
from beholder.store import Store, Who
from beholder.store.marks import event_id, marks

BACK = "purchases of an import before, taken back since their order is cancelled now"
WOULD = "purchases of an import before that would be taken back, since their order is cancelled now"
Named = tuple[Who, str]


def purchases(found: Columns, seqs: Callable[[Sequence[str]], NDArray[np.int64]]) -> list[Named]:
    """Return whose purchases rows take back, with the names that the store has for these.

    Parameters
    ----------
    seqs
        Returns row numbers of items, negative where there is none.
    """
    if not len(found.taken_back):
        return []
    places = np.flatnonzero(found.taken_back & (found.times > NONE) & found.items.named)
    if not len(places):
        return []
    items = seqs([str(found.items.of(row)) for row in places.tolist()])
    kinds = np.full(len(places), CODES["purchase"], np.uint8)
    names = marks(items, kinds, found.values[places].astype(np.float64)).tolist()
    named = []
    for row, item, mark in zip(places.tolist(), items.tolist(), names, strict=True):
        user = found.users.of(row) if found.users is not None else None
        session = found.sessions.of(row) if found.sessions is not None else None
        if item >= 0 and (user or session):
            who = Who("user", user) if user else Who("session", session or "")
            named.append((who, event_id(int(found.times[row]), mark)))
    return list(dict.fromkeys(named))


def of_store(store: Store, named: Sequence[Named]) -> list[Named]:
    """Return which of some purchases the store has."""
    return [one for one, there in zip(named, store.holding(named), strict=True) if there]


def take_back(store: Store, named: Sequence[Named]) -> int:
    """Take purchases back; return how many there were."""
    return sum(store.retract(who, name) for who, name in of_store(store, named))
