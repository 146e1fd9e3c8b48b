"""Rows of an interactions file to arrays: ids looked up, kinds named, moments and values read.

A row that cannot be meant gets a reason. Reasons never repeat who it was: reports outlive
erasures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from beholder.behaviour.kinds import CODES
from beholder.behaviour.scales import Scale, without_a_rating
from beholder.catalogue import guests, kind_words, time_else, time_of_day, written_values
from beholder.catalogue.ids import Coded, coded
from beholder.catalogue.kind_words import BACK, codes_of
from beholder.catalogue.moments import REASONS, milliseconds
from beholder.catalogue.readers.interface import Batch, Column, distinct
from beholder.catalogue.written_dates import Order
from beholder.catalogue.written_values import CLOCK, PLAIN
from beholder.store.ids import FUTURE, RATED

UNRATED = "is a rating without a number"
NO_TIME = "value is a time such as 1:02:03, and what happened is no watch: write a number"
NO_SHARE = "value is a share such as 80 % or 4/5, and what happened is no rating: write a number"


@dataclass(frozen=True)
class Columns:
    """The columns of one batch that mean something.

    Attributes
    ----------
    users, sessions
        Who: a row of which no user is named is of its session. None: there is no such column.
    kinds
        uint8 (n,). Codes, or why it is none (`kind_words.REASONS`).
    times
        int64 (n,). Milliseconds, or why it is none (`moments.REASONS`); 0 where the file has no
        moments.
    values
        float32 (n,). NaN where there is none, infinite where it is no number.
    written
        uint8 (n,). How each is written; see `written_values`.
    own_hours
        How many rows have a day with an hour of its own beside a time of day.
    other_moments
        How many rows have the moment of the column that stands in.
    cancelled
        bool (n,). Rows of orders that were cancelled.
    taken_back
        bool (n,). These, and others that take a purchase back.
    """

    items: Coded
    users: Coded | None
    sessions: Coded | None
    kinds: NDArray[np.uint8]
    times: NDArray[np.int64]
    values: NDArray[np.float32]
    written: NDArray[np.uint8]
    timed: bool
    own_hours: int = 0
    other_moments: int = 0
    cancelled: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))
    taken_back: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))


def columns(
    batch: Batch,
    mapping: Mapping[str, str],
    kind: str,
    words: Mapping[str, str] | None = None,
    first: Order = "",
    comma: bool = False,
    small: bool = False,
    one: str | None = None,
) -> Columns:
    """Return what the columns of a batch mean.

    Parameters
    ----------
    kind
        What happened, where the file does not say.
    words
        Kinds of words that are meant otherwise; see `kind_words.codes_of`.
    first
        What the first number of a date with slashes is; see `moments.milliseconds`.
    comma, small
        Whether the decimal mark of the values is a comma, and a point as well; see `decimal_mark`.
    one
        The person of all rows, where the file names none.
    """
    n = len(batch)
    timed = "time" in mapping
    values, written = np.full(n, np.nan, np.float32), np.full(n, PLAIN, np.uint8)
    if "value" in mapping:
        values, written = numbers(batch.columns[mapping["value"]], comma, small)
    users, sessions = (
        coded(batch.columns[mapping[who]]) if who in mapping else None
        for who in ("user", "session")
    )
    if users is not None:
        users = guests.named(users, batch, mapping["user"])
    if one is not None:
        users = Coded(pa.array([one]), np.zeros(n, np.int64))
    told = codes_of(batch.columns[mapping["kind"]], words) if "kind" in mapping else _all(n, kind)
    times, own_hours, others = _times(batch, mapping, first) if timed else (_none(n), 0, 0)
    return Columns(
        items=coded(batch.columns[mapping["item_id"]]),
        users=users,
        sessions=sessions,
        kinds=told,
        times=times,
        values=values,
        written=written,
        timed=timed,
        own_hours=own_hours,
        other_moments=others,
    )


def faults(found: Columns, at: int) -> dict[int, str]:
    """Return the rows (from 0) that break a rule, with the rule.

    Parameters
    ----------
    at
        This moment; later ones, but for a day of clocks and time zones, are not believed.
    """
    reasons: dict[int, str] = {}
    rated = np.isin(found.kinds, [CODES[kind] for kind in RATED]) & np.isnan(found.values)
    watched = found.kinds == CODES["watch"]
    share = np.isin(found.written, list(written_values.SCALES))
    bought = (found.kinds == CODES["purchase"]) | (found.kinds == CODES["cart"])
    checks = (
        (rated, UNRATED),
        (np.isinf(found.values), written_values.REASONS[written_values.OTHER]),
        ((found.written == CLOCK) & ~watched, NO_TIME),
        (share & (found.kinds != CODES["rating"]), NO_SHARE),
        *((found.written == way, reason) for way, reason in written_values.REASONS.items()),
        (found.times > at + FUTURE, "time is in the future"),
        *((found.times == code, reason) for code, reason in REASONS.items()),
        (bought & (found.values < 0), kind_words.REASONS[BACK]),
        (watched & (found.values < 0), "is a watch of less than no seconds"),
        *((found.kinds == code, reason) for code, reason in kind_words.REASONS.items()),
    )
    for mask, reason in checks:
        for row in np.flatnonzero(mask).tolist():
            reasons[row] = reason
    return reasons


def no_ratings(found: Columns, scale: Scale | None) -> NDArray[np.bool_]:
    """Return which rows are ratings that rate nothing on a scale, bool (n,)."""
    rated: NDArray[np.bool_] = found.kinds == CODES["rating"]
    return rated & without_a_rating(found.values, scale)


def nameless(found: Columns) -> NDArray[np.bool_]:
    """Return which rows name nobody who may be one, bool (n,)."""
    someone = np.zeros(len(found.kinds), bool)
    for column in (found.sessions, found.users):  # of whom no user is named, it is the session
        if column is not None:
            someone = np.where(column.named, column.valid, someone)
    return ~someone


def numbers(
    column: Column, comma: bool = False, small: bool = False
) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Return float32 (n,) and how they are written, uint8 (n,).

    NaN is where there is nothing, infinite what is no finite number.

    Parameters
    ----------
    comma, small
        Whether the decimal mark of the column is a comma, and a point as well; see `decimal_mark`.
    """
    values, rows = distinct(column)
    read = [written_values.read(value, comma, small) for value in values]
    told = np.array([value for value, _ in read], np.float32)
    return told[rows], np.array([way for _, way in read], np.uint8)[rows]


def _times(
    batch: Batch, mapping: Mapping[str, str], first: Order
) -> tuple[NDArray[np.int64], int, int]:
    """Return the moments, how many have an hour of their own, and how many are of another column.

    An hour of their own is counted beside a time of day alone.
    """
    found, own_hours, others = milliseconds(batch.columns[mapping["time"]], first), 0, 0
    if time_of_day.FIELD in mapping:
        found, own = time_of_day.on_days(found, batch.columns[mapping[time_of_day.FIELD]])
        own_hours = int(own.sum())
    if time_else.FIELD in mapping:
        beside = milliseconds(batch.columns[mapping[time_else.FIELD]], first)
        found, others = time_else.filled_in(found, beside)
    return found, own_hours, others


def _none(n: int) -> NDArray[np.int64]:
    return np.zeros(n, np.int64)


def _all(n: int, kind: str) -> NDArray[np.uint8]:
    return np.full(n, CODES[kind], np.uint8)
