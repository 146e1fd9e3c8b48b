"""Moments as files write them: numbers since 1970 in any unit, ISO text, written dates.

A number is tried as a date written in digits first, then as a count since 1970 in the one unit in
which it falls between 1990 and 2100. Anything else is no moment, and says which one it may have
meant: a year or a day count of a spreadsheet would else become an hour of January 1970. What
programs write where there is no moment (0, 1970-01-01, 0000-00-00, -, NULL,
nothing at all) is none.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from beholder.catalogue.readers.interface import Column, distinct
from beholder.catalogue.written_dates import SLASHES, Order, iso, written
from beholder.store.ids import says_nothing

NONE = 0  # as of files without moments
BAD, YEAR, DAYS, FAR, EITHER, NO_CLOCK = -1, -2, -3, -4, -5, -6
REASONS = {
    BAD: "time is no moment since 1970, or is in a notation that is not known: write 2025-12-31, "
    "2025-12-31T14:05:00Z, or seconds or milliseconds since 1970",
    YEAR: "time is a year alone, such as 2023: write a date, such as 2023-11-01",
    DAYS: "time looks like a day count of a spreadsheet: write dates, such as 2023-11-01",
    FAR: "time is a number that is no moment from 1990 to 2100, in seconds or any smaller unit",
    EITHER: "time may begin with the day or the month, and no date of the file, or not this one, "
    "tells: write 2025-12-31 for 31 December, or seconds or milliseconds since 1970",
    NO_CLOCK: "time of day is none: write 14:05 or 14:05:30, or leave it empty",
}
FIRST, LAST = 631_152_000, 4_102_444_800  # seconds: the beginning of 1990, and of 2100
UNITS = (1_000.0, 1.0, 1e-3, 1e-6)  # milliseconds of a second, and so on by 10^3
DIGITS = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
YEARS = range(1900, 2101)
SHEET = (20_000, 80_000)  # days since 1900: from 1954 to 2119
NOTHING = re.compile(
    r"-|(?:0000([-/.])00(?:\1)00|00([-/.])00(?:\2)0000)(?:[ T]00:00(?::00(?:\.0+)?)?Z?)?"
)
AROUND = 14 * 3_600_000  # milliseconds: the beginning of 1970 in any time zone
ZONES = {" UTC": "+00:00", " GMT": "+00:00", " Z": "+00:00"}


def milliseconds(column: Column, first: Order = "") -> NDArray[np.int64]:
    """Return int64 milliseconds since 1970; a key of `REASONS` for what is no moment.

    Text without a time zone is UTC. `NONE` is where a row says that it has no moment.

    Parameters
    ----------
    first
        What the first number of a date with slashes is; empty: such dates are refused.
    """
    if isinstance(column, pa.Array):
        whole = _integers(column)
        if whole is not None:
            return whole
    values, codes = distinct(column)
    return np.array([_one(value, first) for value in values], np.int64)[codes]


def _integers(column: pa.Array) -> NDArray[np.int64] | None:
    """Return the moments of texts that are all whole numbers of one unit; None for others."""
    try:
        numbers = pc.cast(column, pa.int64()).to_numpy(zero_copy_only=True)
    except pa.ArrowInvalid:
        return None  # some are no whole numbers, or there are gaps
    low, high = numbers.min(initial=LAST), numbers.max(initial=FIRST)
    if low >= FIRST and high < LAST:
        return np.asarray(numbers * 1_000, np.int64)
    if numbers.min(initial=high) >= FIRST * 1_000 and high < LAST * 1_000:
        return np.asarray(numbers, np.int64)
    return None


def _one(value: Any, first: Order) -> int:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return NONE
    if isinstance(value, bool | list | dict):
        return BAD
    if isinstance(value, int | float):
        return _from_number(float(value), str(value))
    if isinstance(value, datetime):
        return _from_datetime(value)
    if isinstance(value, date):
        return _from_datetime(datetime(value.year, value.month, value.day))
    text = str(value).strip()
    if not text or NOTHING.fullmatch(text) or says_nothing(text):
        return NONE
    try:
        if "_" not in text:
            return _from_number(float(text), text)
    except ValueError:
        pass  # no number: then it may be a date
    for zone, offset in ZONES.items():
        if text.endswith(zone):
            text = text.removesuffix(zone) + offset
    try:
        return _from_datetime(written(text, first) or iso(text))
    except (ValueError, OverflowError):
        return EITHER if SLASHES.fullmatch(text.upper()) else BAD


def _from_number(number: float, text: str) -> int:
    if number == 0:
        return NONE
    if not math.isfinite(number) or number < 0:
        return BAD
    digits = text.removesuffix(".0")
    written = DIGITS.get(len(digits)) if digits.isascii() and digits.isdigit() else None
    if written is not None:
        try:
            moment = datetime.strptime(digits, written).replace(tzinfo=UTC)
        except ValueError:
            pass  # no day of a calendar: then it may be a count
        else:
            if moment.year in YEARS:
                return _from_datetime(moment)
    for unit in UNITS:
        if FIRST * 1_000 <= number * unit < LAST * 1_000:
            return round(number * unit)
    if number in YEARS:
        return YEAR
    return DAYS if SHEET[0] <= number < SHEET[1] else FAR


def _from_datetime(moment: datetime) -> int:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        found = round(moment.timestamp() * 1_000)
    except ValueError:  # pandas has a moment that is none
        return NONE
    if abs(found) <= AROUND:
        return NONE
    return found if found > 0 else BAD
