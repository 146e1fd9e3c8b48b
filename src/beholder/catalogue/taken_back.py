"""Purchases of a file before that a later file cancels: they are taken back, as by hand.

An event is known by its person, moment, item, kind and value, and several of one order that differ
in the name of the item alone are numbered (`store.marks.apart`). Rows of cancelled orders take back
the last of those numbers: what the same file counts has the first. Without a moment a row may be of
another order, and takes nothing back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.kinds import CODES
from beholder.catalogue.events_from_rows import Columns
from beholder.catalogue.ids import Coded
from beholder.catalogue.moments import NONE
from beholder.store import Store, Who
from beholder.store.marks import apart, event_id, marks

BACK = (
    "purchases of an import before, taken back since their order is cancelled now (a file from "
    "before imported again brings them back: import files in the order of time)"
)
WOULD = "purchases of an import before that would be taken back, since their order is cancelled now"
PURCHASE = CODES["purchase"]
Named = tuple[Who, str]


class _Purchase(NamedTuple):
    who: Who
    item: str
    time: int
    value: float


class TakenBack:
    """What rows of cancelled orders take back, and what the same file counts.

    Of the rows that are counted two numbers each are kept, and of the others all there is.
    """

    def __init__(self) -> None:
        self._cancelled: dict[int, tuple[_Purchase, set[int]]] = {}  # by key; names
        self._kept: list[NDArray[np.int64]] = []  # (2, rows): keys and names

    def take(self, found: Columns, names: NDArray[np.int64], keep: NDArray[np.bool_]) -> None:
        """Take the rows of a batch.

        Parameters
        ----------
        names
            int64 (n,). As `names_beside` has them.
        keep
            bool (n,). Which rows count.
        """
        if not len(found.taken_back):
            return  # none is of a cancelled order
        keys = _keys(found)
        bought = keep & (found.kinds == PURCHASE)
        self._kept.append(np.stack([keys[bought], names[bought]]))
        back = found.taken_back & ~keep & (found.times > NONE) & found.items.named
        for row in np.flatnonzero(back).tolist():
            purchase = _purchase(found, row)
            if purchase is not None:
                _, others = self._cancelled.setdefault(int(keys[row]), (purchase, set()))
                others.add(int(names[row]))

    def named(self, seqs: Callable[[Sequence[str]], NDArray[np.int64]]) -> list[Named]:
        """Return whose purchases are taken back, with the names that the store has for these.

        Parameters
        ----------
        seqs
            Returns row numbers of items, negative where there is none.
        """
        purchases = [purchase for purchase, _ in self._cancelled.values()]
        if not purchases:
            return []
        items = seqs([purchase.item for purchase in purchases])
        kinds = np.full(len(purchases), PURCHASE, np.uint8)
        values = np.array([purchase.value for purchase in purchases], np.float64)
        found = marks(items, kinds, values)
        counted = self._counted()
        named = []
        told = zip(self._cancelled.items(), items.tolist(), found, strict=True)
        for (key, (purchase, names)), item, mark in told:
            kept = counted.get(key, set())
            last = len(kept) + len(names - kept)
            numbers = np.arange(len(kept), last if item >= 0 else 0)
            for one in apart(np.full(len(numbers), mark), numbers).tolist():
                named.append((purchase.who, event_id(purchase.time, one)))
        return named

    def _counted(self) -> dict[int, set[int]]:
        """Return the names of what the file counts, of purchases that some row cancels."""
        found: dict[int, set[int]] = {}
        cancelled = np.fromiter(self._cancelled, np.int64, len(self._cancelled))
        for keys, names in self._kept:
            for place in np.flatnonzero(np.isin(keys, cancelled)).tolist():
                found.setdefault(int(keys[place]), set()).add(int(names[place]))
        return found


def of_store(store: Store, named: Sequence[Named]) -> list[Named]:
    """Return which of some purchases the store has."""
    return [one for one, there in zip(named, store.holding(named), strict=True) if there]


def _purchase(found: Columns, row: int) -> _Purchase | None:
    user = found.users.of(row) if found.users is not None else None
    session = found.sessions.of(row) if found.sessions is not None else None
    if not (user or session):
        return None
    who = Who("user", user) if user else Who("session", session or "")
    time, value = int(found.times[row]), float(found.values[row])
    return _Purchase(who, str(found.items.of(row)), time, value)


def _keys(found: Columns) -> NDArray[np.int64]:
    """Return a number for person, item, moment and value of each row, of this process alone."""
    users, items = _hashes(found.users), _hashes(found.items)
    sessions = np.where(users == 0, _hashes(found.sessions), 0)
    kinds = np.zeros(len(found.times), np.uint8)
    mixed = marks(items, kinds, found.values.astype(np.float64))
    for more in (users, sessions, found.times):
        mixed = marks(mixed ^ more, kinds, np.zeros(len(kinds)))
    return mixed


def _hashes(ids: Coded | None) -> NDArray[np.int64]:
    if ids is None:
        return np.zeros(1, np.int64)
    hashed = [0 if one is None else hash(one) for one in ids.ids.to_pylist()]
    return np.array(hashed, np.int64)[ids.rows]
