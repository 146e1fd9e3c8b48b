"""A table of events to a log, by the same rules as an imported file."""

from __future__ import annotations

import time
from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from beholder.behaviour.kinds import CODES, weigh
from beholder.behaviour.ratings import Ratings
from beholder.behaviour.reduce import Events
from beholder.behaviour.scales import Scale, scale_of
from beholder.catalogue import events_from_rows as rules
from beholder.catalogue import ids
from beholder.catalogue.assumed_kind import assumed
from beholder.catalogue.decimal_mark import Marks
from beholder.catalogue.events_of_file import RATES_NOTHING, UNTIMED
from beholder.catalogue.kind_words import codes_of
from beholder.catalogue.moments import BAD, NONE, milliseconds
from beholder.catalogue.values_seen import ValuesSeen
from beholder.catalogue.written_dates import slashed
from beholder.catalogue.written_values import OTHER, PLAIN, SCALES
from beholder.dataset.log import Log, log_of
from beholder.errors import DataError, UsageError
from beholder.frames.ids import Coded, coded
from beholder.frames.marks import noted, numbers_in
from beholder.frames.table import Column, mapped, read
from beholder.settings import BehaviourSettings

NEEDED = ("user", "item", "time")
# Seconds reach 10^11 in the year 5138, milliseconds were there in 1973; and so on by 10^3.
UNITS = ((1e11, 1_000.0), (1e14, 1.0), (1e17, 1e-3), (1e20, 1e-6))


class Told(NamedTuple):
    """Events as arrays, shape (n,) each.

    Attributes
    ----------
    users, items
        Numbered as they came; items of the events alone.
    times
        int64. Milliseconds since 1970.
    kinds, values
        uint8, float32. As `reduce.Events` has them.
    notes
        How they were read, in words.
    threshold
        From here on a rating is a like.
    """

    users: Coded
    items: Coded
    times: NDArray[np.int64]
    kinds: NDArray[np.uint8]
    values: NDArray[np.float32]
    notes: tuple[str, ...]
    threshold: float


def events_of(table: Any, columns: Mapping[str, str], kind: str | None = None) -> Told:
    """Read a table of events.

    Parameters
    ----------
    columns
        Our names to the table's, where they cannot be guessed.
    kind
        What happened, where the table does not say; None: ratings where it has them, else clicks.

    Raises
    ------
    DataError
        If there are no events, a column is missing, or a row cannot be meant: with its number.
    """
    found = read(table, "events")
    mapping = mapped(found, "events", columns, NEEDED)
    n = len(found[mapping["user"]])
    if not n:
        raise DataError("there are no events", remedy="one row an event: user, item, time")
    values, written = np.full(n, np.nan, np.float32), np.full(n, PLAIN, np.uint8)
    notes: list[str] = []
    if "value" in mapping:
        column = mapping["value"]
        seen = ValuesSeen(column, None if "kind" in mapping else kind)
        seen.take({name: numbers_in(each) for name, each in found.items()})
        marks = seen.told()
        values, written = _numbers(found[column], marks)
        notes += noted(marks)
    usual = assumed(mapping, kind, values).kind
    if usual not in CODES:
        raise UsageError(
            f"there is no kind of event {usual!r}",
            remedy="one of " + ", ".join(CODES),
            field="kind",
        )
    codes = np.full(n, CODES[usual], np.uint8)
    if "kind" in mapping:
        codes = codes_of(found[mapping["kind"]].tolist())
    users = coded(found[mapping["user"]], "user")
    items = coded(found[mapping["item"]], "item")
    times = moments(found[mapping["time"]])
    untimed = 0 if found[mapping["time"]].dtype.kind in "iuf" else int((times == NONE).sum())
    if untimed:  # of numbers, which may be an order, 0 is the first
        notes.append(f"{UNTIMED} ({untimed} of {n})")
    scale, threshold, said = _scale(values[codes == CODES["rating"]])
    told = Told(users, items, times, codes, values, (*notes, *said), threshold)
    _refuse(told, written, scale)
    return told


def _scale(rated: NDArray[np.float32]) -> tuple[Scale | None, float, list[str]]:
    """Return the scale of ratings, where liking begins on it, and both in words."""
    ratings, usual = Ratings.of(rated), BehaviourSettings().rating_threshold
    scale = scale_of(ratings)
    if not ratings.total:
        return None, usual, []
    if scale is None:
        low, high = ratings.values[0], ratings.values[-1]
        on = f"ratings of {low:g} to {high:g} are on no usual scale"
        return None, usual, [f"{on}: from {usual:g} on they are likes"]
    threshold = usual if scale.fits(usual) else scale.threshold
    return scale, threshold, [f"ratings of {scale}: from {threshold:g} on they are likes"]


def log_from(told: Told, places: Mapping[Hashable, int], seed: int) -> Log:
    """Return a log over items numbered by `places`, with the usual weights of kinds."""
    usual = BehaviourSettings()
    position = np.array([places[item] for item in told.items.ids], np.int32)
    signed = weigh(told.kinds, told.values, usual.weights, told.threshold)
    events = Events(
        position[told.items.rows], told.times, signed, told.kinds, told.values, told.users.rows
    )
    n_users = len(told.users.ids)
    return log_of(events, n_users, len(places), seed, usual.like, usual.history_limit)


def moments(column: Column) -> NDArray[np.int64]:
    """Return int64 milliseconds since 1970, `BAD` for what is no moment.

    Numbers are seconds, milliseconds, microseconds or nanoseconds by their size; so an order (1,
    2, 3) will do, which a file would be asked about.
    """
    if column.dtype.kind == "M":  # NaT is the smallest number
        found = column.astype("datetime64[ms]").astype(np.int64)
        return np.where(found < 0, BAD, found)
    if column.dtype.kind in "iuf":
        return _of_numbers(column)
    values = column.tolist()
    if all(type(value) in (int, float) for value in values):  # a list of both
        return _of_numbers(np.array(values, np.float64))
    dates = slashed(values)
    return milliseconds(values, dates.first if dates else "")


def _of_numbers(numbers: NDArray[Any]) -> NDArray[np.int64]:
    size = numbers.astype(np.float64)
    limits, factors = np.array([limit for limit, _ in UNITS]), [factor for _, factor in UNITS]
    unit = np.searchsorted(limits, size, side="right")
    good = (size >= 0) & (unit < len(limits))
    factor = np.array([*factors, 0.0])[unit]
    found = np.full(len(numbers), BAD, np.int64)
    found[good] = np.rint(size[good] * factor[good]).astype(np.int64)
    exact = good & (factor == 1)  # milliseconds stay as they are
    found[exact] = numbers[exact].astype(np.int64)
    return found


def _numbers(column: Column, marks: Marks) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    if column.dtype.kind in "iuf":
        return column.astype(np.float32), np.full(len(column), PLAIN, np.uint8)
    values, written = rules.numbers(column.tolist(), marks.comma, marks.small)
    share = np.isin(written, list(SCALES))  # a table has one threshold, whatever its scale
    return np.where(share, np.float32(np.inf), values), np.where(share, OTHER, written)


def _refuse(told: Told, written: NDArray[np.uint8], scale: Scale | None) -> None:
    """Refuse rows that cannot be meant, by the rules of an import."""
    nobody = ids.Coded(pa.nulls(0, pa.string()), told.users.rows.astype(np.int64))
    found = rules.Columns(
        nobody, nobody, None, told.kinds, told.times, told.values, written, timed=True
    )
    reasons = rules.faults(found, int(time.time() * 1000))
    nothing = np.flatnonzero(rules.no_ratings(found, scale)).tolist()
    reasons |= dict.fromkeys(nothing, RATES_NOTHING.format(scale=scale))
    if reasons:
        row = min(reasons)
        raise DataError(
            f"{len(reasons)} of {len(told.times)} events cannot be meant; the first is row {row}: "
            f"{reasons[row]}",
            remedy="mend them, or leave them out",
            field="events",
        )
