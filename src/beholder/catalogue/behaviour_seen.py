"""What the first rows of an interactions file are taken for: kinds, scale, moments, some rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from beholder.behaviour.kinds import KINDS
from beholder.catalogue.events_from_rows import Columns
from beholder.catalogue.events_of_file import NOT_THERE, EventsOfFile, kept, of_ids_alone
from beholder.catalogue.ids import Coded
from beholder.catalogue.joined_ids import SHARED, JoinedIds, names_beside
from beholder.catalogue.moments import NONE
from beholder.catalogue.near_ids import NearIds
from beholder.catalogue.other_ids import OtherIds
from beholder.catalogue.rating_threshold import scale_in_words
from beholder.catalogue.readers.interface import Batch
from beholder.catalogue.refusals import Refusals
from beholder.catalogue.taken_back import TakenBack
from beholder.store.ids import why_no_item

ROWS = 10
APART = ("event_id", "answer", "place")  # compared with what is stored


class JoinedRow(msgspec.Struct):
    """A row that joins an item of the catalogue or of the items file; whose it is, is not said."""

    row: int
    kind: str
    value: float | None
    time: str
    item: str
    title: str


class BehaviourSeen(msgspec.Struct):
    """What rows are taken for.

    Attributes
    ----------
    looked_at, joined
        Rows, and those of them that name an item of the catalogue or of the items file, or one
        that would be made if they are kept.
    more
        Whether the file has more rows than were looked at.
    fits
        Whether at least half of the first of them join; else the import stops there.
    said
        What is taken to have happened, why, and how dates are read, in words.
    near
        Items that the catalogue has otherwise, in words; empty: none.
    items_refused
        Which rows of the items file would be refused, in words; empty: none, or there is no file.
    scale
        Of the ratings, in words; empty: there are none.
    likes_from
        The rating from which on they are likes; None: there are none.
    kinds
        Rows of each kind of event.
    unknown_kinds
        Words that name no kind, with their rows; the most frequent.
    more_unknown_kinds
        Whether there are more of these words.
    timed
        Whether there is a column of moments.
    first, last
        Moments, UTC; empty: no row that would be kept has one.
    rows
        The first that join.
    warnings
        What speaks against the scale, or against the threshold from which on ratings are likes.
    unchecked
        Columns that the import alone looks at, and may refuse rows for.
    """

    looked_at: int = 0
    joined: int = 0
    more: bool = False
    said: list[str] = msgspec.field(default_factory=list)
    fits: bool = True
    near: str = ""
    items_refused: str = ""
    scale: str = ""
    likes_from: float | None = None
    kinds: dict[str, int] = msgspec.field(default_factory=dict)
    unknown_kinds: dict[str, int] = msgspec.field(default_factory=dict)
    more_unknown_kinds: bool = False
    timed: bool = False
    first: str = ""
    last: str = ""
    rows: list[JoinedRow] = msgspec.field(default_factory=list)
    warnings: list[str] = msgspec.field(default_factory=list)
    unchecked: list[str] = msgspec.field(default_factory=list)


class Looking:
    """Looks at batch after batch as the import would.

    Parameters
    ----------
    titles
        Of the items that there are, by id.
    makes_items
        Whether the import makes those that there are not.
    others
        Returns what else the items are called.

    Attributes
    ----------
    made
        The items that the import would make of the rows so far, those that would be kept.
    untimed
        How many rows that would be kept have no moment.
    taken_back
        What rows of cancelled orders would take back.
    missing
        Ids of the first rows that are no item's, where these do not fit.
    """

    def __init__(
        self,
        file: str,
        reading: EventsOfFile,
        titles: Mapping[str, str],
        refusals: Refusals,
        makes_items: bool,
        others: Callable[[], OtherIds],
    ) -> None:
        self.made: dict[str, str] = {}  # their ids are their titles
        self.untimed = 0
        self.taken_back = TakenBack()
        self.missing: set[str] = set()
        self._makes_items = makes_items
        self.found = BehaviourSeen()
        self._file, self._reading = file, reading
        self._titles, self._refusals = titles, refusals
        self._near = NearIds(list(titles))
        asked, column = cache(others), reading.mapping["item_id"]
        self._joins, self._joins_looked_up = (
            JoinedIds(list(titles), self._are_items, asked, column) for _ in range(2)
        )
        self._kinds: Counter[str] = Counter()
        self._times = np.empty(0, np.int64)  # the first and the last

    def take(self, batch: Batch) -> None:
        """Look at some more rows."""
        found = self._reading.take(batch)
        items, shared = self._joins.take(found.items)
        names = names_beside(found.items, items)
        found = replace(found, items=items)
        ids = items.ids.to_pylist()
        there = self._there(items, shared)
        self.found.looked_at += len(batch)
        self.found.joined += int(there.sum())
        if self.found.looked_at == len(batch):
            self.found.fits = self.found.joined * 2 >= len(batch)
            if not self.found.fits:
                self.missing = {each for each in ids if each and not self._is_item(each)}
        good = self._refuse(batch, found, there, shared)
        self.taken_back.take(found, names, good)
        used = [ids[place] for place in np.flatnonzero(items.of_rows(good)).tolist()]
        made = {i: i for i in used if not self._is_item(i)}
        self._near.make(list(made))
        self.made |= made
        self._kinds.update(KINDS[code - 1] for code in found.kinds[good].tolist())
        told = found.times[good & (found.times != NONE)]
        self.untimed += int(good.sum()) - len(told)
        if len(told):
            both = np.concatenate([self._times, told[[told.argmin(), told.argmax()]]])
            self._times = np.array([both.min(), both.max()])
        for row in np.flatnonzero(good)[: max(ROWS - len(self.found.rows), 0)].tolist():
            self.found.rows.append(self._row(batch, found, row))

    def end(self) -> BehaviourSeen:
        """Return what was seen."""
        found, reading = self.found, self._reading
        found.said = [*self._joins.words, *reading.said, *of_ids_alone(len(self.made))]
        several = self._joins.several
        found.near = self._near.words if found.fits or not several else several
        twins = filter(None, [self._near.twins])
        found.warnings = [*self._joins.doubts, *reading.warnings, *twins]
        found.warnings += [several] * bool(several and found.fits)
        found.unchecked = [reading.mapping[each] for each in APART if each in reading.mapping]
        found.timed = "time" in reading.mapping
        found.kinds = dict(self._kinds.most_common())
        found.unknown_kinds = reading.unknown_kinds
        found.more_unknown_kinds = reading.more_unknown
        if len(self._times):
            found.first, found.last = (_moment(int(time)) for time in self._times)
        if reading.ratings.total:
            found.scale = scale_in_words(reading.ratings, reading.scale)
        return found

    def there(self, items: Coded) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return whose item there is or would be made, and who names several, bool (n,) each.

        Nothing of it is counted.
        """
        ids, shared = self._joins_looked_up.take(items)
        return self._there(ids, shared), shared

    def _there(self, items: Coded, shared: NDArray[np.bool_]) -> NDArray[np.bool_]:
        there = np.array([self._is_there(i) for i in items.ids.to_pylist()], bool)[items.rows]
        return there & ~shared

    def _is_item(self, item: str) -> bool:
        return item in self._titles or item in self.made

    def _are_items(self, ids: pa.Array) -> NDArray[np.bool_]:
        return np.array([self._is_item(each) for each in ids.to_pylist()], bool)

    def _is_there(self, item: str | None) -> bool:
        return item is not None and (
            item in self._titles or (self._makes_items and not why_no_item(item))
        )

    def _refuse(
        self,
        batch: Batch,
        found: Columns,
        there: NDArray[np.bool_],
        shared: NDArray[np.bool_],
    ) -> NDArray[np.bool_]:
        """Count what would be refused, and return what would not, bool (n,)."""
        self._near.look(found.items, np.flatnonzero(~there & ~shared).tolist())
        reasons = self._reading.faults(found, there, shared)
        reasons |= self._reading.unrated(found, reasons)
        self._reading.rate(found, reasons)
        for row in sorted(reasons):
            item = found.items.of(row) if reasons[row] in (NOT_THERE, SHARED) else None
            self._refusals.add(self._file, batch.rows[row], reasons[row], item)
        return kept(len(batch), reasons)

    def _row(self, batch: Batch, found: Columns, row: int) -> JoinedRow:
        item, value = str(found.items.of(row)), float(found.values[row])
        return JoinedRow(
            batch.rows[row],
            KINDS[int(found.kinds[row]) - 1],
            None if np.isnan(value) else value,
            _moment(int(found.times[row])),
            item,
            self._titles.get(item, item),
        )


def _moment(time: int) -> str:
    if time == NONE:
        return ""
    return datetime.fromtimestamp(time / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
