"""What the rows of one interactions file mean: kind, scale and faults, batch after batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.kinds import CODES
from beholder.behaviour.ratings import Ratings
from beholder.behaviour.scales import Scale, scale_of
from beholder.catalogue import time_else, time_of_day, written_values
from beholder.catalogue.assumed_kind import Assumed, assumed
from beholder.catalogue.cancelled import REASON, STATES, Cancelled, says_states
from beholder.catalogue.dates_of_file import DatesOfFile
from beholder.catalogue.decimal_mark import Marks
from beholder.catalogue.events_from_rows import (
    UNRATED,
    Columns,
    columns,
    faults,
    nameless,
    no_ratings,
    numbers,
)
from beholder.catalogue.guests import Guests
from beholder.catalogue.ids import Coded, coded
from beholder.catalogue.joined_ids import SHARED
from beholder.catalogue.kind_words import BACK, MOST_SHOWN, unknown
from beholder.catalogue.readers import open_rows
from beholder.catalogue.readers.interface import Batch, as_list
from beholder.catalogue.readers.texts import Form
from beholder.catalogue.readers.until_cut import UntilCut
from beholder.catalogue.unused_columns import UnusedColumns
from beholder.catalogue.values_seen import ValuesSeen
from beholder.catalogue.written_values import CLOCK
from beholder.progress import SILENT, Progress
from beholder.store.ids import now
from beholder.unicode import plain

There = Callable[[Coded], tuple[NDArray[np.bool_], NDArray[np.bool_]]]
RATING, PURCHASE = CODES["rating"], CODES["purchase"]
NO_ONE = "names no one: no id, a word such as NULL, or no valid id"
NOT_THERE = "its item is not in the catalogue"
UNSAID = f"{UNRATED}, as all are: say which column has it (--map value=COLUMN)"
OF_ONE = "all rows are of one person, as --user says"
UNTIMED = "events without a moment: their order is not known"
NO_ITEM = "names no item: no id, or a word such as NULL"
MIXED = (
    "value is written in another way than most ratings of the file: write all of them alike (80 %, "
    "4/5, 8/10, or numbers alone)"
)
RATES_NOTHING = (
    "is a number that rates nothing, on a scale of {scale} (write 0.5 where 0 is the worst rating)"
)


def of_ids_alone(n: int) -> list[str]:
    """Say how many items were made since nothing but behaviour names them."""
    made = "1 item" if n == 1 else f"{n} items"
    rest = "made of ids alone; a file of items or a folder of pictures brings the rest"
    return [f"{made} {rest}"] if n else []


def kept(n: int, reasons: Mapping[int, str]) -> NDArray[np.bool_]:
    """Return which of n rows are not refused, bool (n,)."""
    keep = np.ones(n, bool)
    keep[list(reasons)] = False
    return keep


class EventsOfFile:
    """Reads a file's batches as events; the import and the dry run do so alike.

    `look_through` reads the values of all rows before, since the last of them may tell what the
    first mean. Then `take` reads a batch, `faults` says which of its rows are refused, `unrated`
    which others rate nothing, and `rate` counts the ratings of those that are kept.

    Parameters
    ----------
    one
        The person of all rows, where the file names none.
    keep_cancelled
        Whether purchases of orders that were cancelled count.

    Attributes
    ----------
    mapping
        Columns of the file by our fields.
    ratings
        Those so far, of rows that are kept.
    rated_on
        The usual scale of all rows of the file, where there are numbers that may rate nothing.
    unused
        Columns that are taken for nothing.
    unknown
        Words in the column of kinds that name none, with their rows.
    """

    def __init__(
        self,
        mapping: Mapping[str, str],
        kind: str | None,
        words: Mapping[str, str],
        one: str | None = None,
        keep_cancelled: bool = False,
    ) -> None:
        self.mapping = dict(mapping)
        self._one, self._keep_cancelled = one, keep_cancelled
        self._cancelled, self._guests = Cancelled(), Guests(mapping)
        self.ratings = Ratings()
        self.rated_on: Scale | None = None
        self.unused = UnusedColumns(self.mapping)
        self.unknown: Counter[str] = Counter()
        self._own_hours = self._other_moments = 0
        self._asked, self._words = kind, words
        self._assumed: Assumed | None = None
        self._read: Callable[..., Iterator[Batch]] = lambda *_: iter(())
        self._dates = DatesOfFile(self.mapping)
        self._marks = Marks()
        self._way: int | None = None  # in which most ratings of the first rows are written
        self._written: dict[int, str] = {}  # how values are read that are more than a number

    def look_through(
        self, path: Path, form: Form, there: There, progress: Progress = SILENT
    ) -> None:
        """Find the decimal mark of the values, the scale, and the order of dates, by all rows.

        Parameters
        ----------
        there
            Returns of the items of a batch what `faults` asks for.
        """
        self._read = partial(_read, path, form)
        if "value" not in self.mapping:
            for first in islice(self._read(), 1 if "time" in self.mapping else 0):
                self._dates.look_at(first, partial(self._read, progress))
            return
        asked = None if "kind" in self.mapping else self._asked
        values = ValuesSeen(self.mapping["value"], asked)
        for batch in self._read(progress):
            values.take(batch.columns, batch.delimiter == ";")
            self._dates.see(batch)
        self._dates.are_told = True
        self._marks = values.told()
        if not values.low:
            return  # nothing that is above zero rates nothing
        ratings = Ratings()
        for batch in self._read(progress):
            found = self._columns(batch)
            reasons = self.faults(found, *there(found.items))
            ratings = ratings.and_those(_rated(found, reasons))
        self.rated_on = scale_of(ratings)

    def take(self, batch: Batch) -> Columns:
        """Return the columns of a batch."""
        self.unused.take(batch)
        if "kind" in self.mapping:
            self.unknown.update(unknown(batch.columns[self.mapping["kind"]], self._words))
        found = self._columns(batch)
        if "user" in self.mapping:
            self._guests.take(batch, coded(batch.columns[self.mapping["user"]]))
        self._own_hours += found.own_hours
        self._other_moments += found.other_moments
        self._see_written(batch, found)
        cancelled = self._cancelled.take(batch, found.kinds == PURCHASE, found.users)
        if self._keep_cancelled or not says_states(batch):
            return found
        return replace(found, cancelled=cancelled, taken_back=cancelled | self._refunded(found))

    def _refunded(self, found: Columns) -> NDArray[np.bool_]:
        """Return which rows are of orders whose state, told as what happened, takes them back."""
        told = plain(self.mapping.get("kind", "")) in STATES
        back: NDArray[np.bool_] = (found.kinds == BACK) & told
        return back

    def _columns(self, batch: Batch) -> Columns:
        kind, marks = self._first(batch).kind, self._marks
        order = self._dates.order(batch, self._read)
        mark = marks.comma, marks.small
        return columns(batch, self.mapping, kind, self._words, order, *mark, self._one)

    def faults(
        self, found: Columns, there: NDArray[np.bool_], shared: NDArray[np.bool_]
    ) -> dict[int, str]:
        """Return the rows of a batch that are refused whatever the scale is, with why.

        Parameters
        ----------
        there
            bool (n,). Whether the item of a row is in the catalogue, or would be made.
        shared
            bool (n,). Whether a row names several items.
        """
        reasons = faults(found, now())
        reasons |= dict.fromkeys(np.flatnonzero(found.cancelled).tolist(), REASON)
        rated = found.kinds == RATING
        if rated.any() and np.isnan(found.values[rated]).all():
            reasons |= {row: UNSAID for row, why in reasons.items() if why == UNRATED}
        for row in np.flatnonzero(rated & (found.written != self._way_of(found))).tolist():
            reasons.setdefault(row, MIXED)
        named = found.items.named
        for row in np.flatnonzero(~there).tolist():
            reasons[row] = NOT_THERE if named[row] else NO_ITEM
        reasons |= dict.fromkeys(np.flatnonzero(shared).tolist(), SHARED)
        return reasons | dict.fromkeys(np.flatnonzero(nameless(found)).tolist(), NO_ONE)

    def unrated(self, found: Columns, reasons: Mapping[int, str]) -> dict[int, str]:
        """Return which rows that are not refused rate nothing on the scale of the file."""
        nothing = kept(len(found.kinds), reasons) & no_ratings(found, self.rated_on)
        why = RATES_NOTHING.format(scale=self.rated_on)
        return dict.fromkeys(np.flatnonzero(nothing).tolist(), why)

    def rate(self, found: Columns, reasons: Mapping[int, str]) -> None:
        """Count the ratings of rows that are not refused."""
        self.ratings = self.ratings.and_those(_rated(found, reasons))

    @property
    def scale(self) -> Scale | None:
        """The usual scale that the ratings are on; None: there is none."""
        return written_values.SCALES.get(self._way or 0) or scale_of(self.ratings)

    @property
    def unknown_kinds(self) -> dict[str, int]:
        """The most frequent words that name no kind, with their rows."""
        return dict(self.unknown.most_common(MOST_SHOWN))

    @property
    def more_unknown(self) -> bool:
        """Whether there are more of these words."""
        return len(self.unknown) > MOST_SHOWN

    @property
    def why(self) -> str:
        """What is taken to have happened, and why, in words; empty: no row was read."""
        if self._assumed is None:
            return ""
        why = self._assumed.why
        return why if "kind" in self.mapping else f"{self._assumed.kind}: {why}"

    @property
    def said(self) -> list[str]:
        """What the file is taken for, in words."""
        written = [text for way, text in self._written.items() if way in (CLOCK, self._way)]
        whose = "" if self._one is None else OF_ONE
        when = (*self._dates.said, self._clock(), self._other())
        words = (whose, self.why, *when, *self._guests.said, *self._marks.taken, *written)
        return [each for each in words if each]

    @property
    def warnings(self) -> list[str]:
        """Where the file may mean something else than what is taken, in words."""
        return [
            *self._marks.doubts,
            *self._with_hours(),
            *self._dates.doubts,
            *self._guests.doubts,
            *self._cancelled.said(self._keep_cancelled),
            *self.unused.doubts(self._cancelled.columns),
        ]

    def _clock(self) -> str:
        clock = self.mapping.get(time_of_day.FIELD)
        return (
            "" if clock is None else time_of_day.SAID.format(clock=clock, day=self.mapping["time"])
        )

    def _other(self) -> str:
        if not self._other_moments:
            return ""
        other = self.mapping[time_else.FIELD]
        return time_else.said(self._other_moments, self.mapping["time"], other)

    def _with_hours(self) -> list[str]:
        if not self._own_hours:
            return []
        clock, day = self.mapping[time_of_day.FIELD], self.mapping["time"]
        return [time_of_day.said_of_own(self._own_hours, clock, day)]

    def _way_of(self, found: Columns) -> int:
        """Return how ratings are written, by the first batch that has some."""
        if self._way is None:
            ways = found.written[(found.kinds == CODES["rating"]) & np.isfinite(found.values)]
            self._way = int(np.bincount(ways).argmax()) if len(ways) else None
        return written_values.PLAIN if self._way is None else self._way

    def _see_written(self, batch: Batch, found: Columns) -> None:
        """Note how the first value is read of each way to write more than a number."""
        for way in (CLOCK, *written_values.SCALES):
            kind = CODES["watch" if way == CLOCK else "rating"]
            rows = np.flatnonzero((found.written == way) & (found.kinds == kind))
            if len(rows) and way not in self._written:
                column, row = self.mapping["value"], int(rows[0])
                (text,) = as_list(batch.columns[column][row : row + 1])
                value = float(found.values[row])
                self._written[way] = written_values.said(column, text.strip(), way, value)

    def _first(self, batch: Batch) -> Assumed:
        """Return what happened in the file, by its first batch."""
        if self._assumed is None:
            value, marks = self.mapping.get("value"), self._marks
            values = np.full(len(batch), np.nan, np.float32)
            if value is not None:
                values = numbers(batch.columns[value], marks.comma, marks.small)[0]
            self._assumed = assumed(self.mapping, self._asked, values, self.unused.names)
        return self._assumed


def _rated(found: Columns, reasons: Mapping[int, str]) -> Ratings:
    """Return the ratings of rows that are not refused."""
    return Ratings.of(found.values[kept(len(found.kinds), reasons) & (found.kinds == RATING)])


def _read(path: Path, form: Form, progress: Progress = SILENT) -> Iterator[Batch]:
    """Yield the rows of a file that can be read, as often as they are wanted."""
    progress.start(f"looking through {path.name}", path.stat().st_size, "bytes")
    for batch in UntilCut(open_rows(path, lambda *_: None, form)):
        yield batch
        progress.advance(batch.size)
    progress.finish()
