"""Moments as files write them: numbers since 1970 in any unit, ISO text, dates."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from beholder.catalogue.readers.interface import Column, distinct

BAD = -1
# Seconds reach 10^11 in the year 5138, milliseconds were there in 1973; and so on by 10^3.
UNITS = ((1e11, 1_000.0), (1e14, 1.0), (1e17, 1e-3), (1e20, 1e-6))


def milliseconds(column: Column) -> NDArray[np.int64]:
    """Return int64 milliseconds since 1970; `BAD` for what is no moment.

    Numbers are seconds, milliseconds, microseconds or nanoseconds by their size. Text without
    a time zone is UTC.
    """
    if isinstance(column, pa.Array):
        whole = _integers(column)
        if whole is not None:
            return whole
    values, codes = distinct(column)
    return np.array([_one(value) for value in values], np.int64)[codes]


def _integers(column: pa.Array) -> NDArray[np.int64] | None:
    """Return the moments of texts that are all whole numbers of one unit; None for others."""
    try:
        numbers = pc.cast(column, pa.int64()).to_numpy(zero_copy_only=True)
    except pa.ArrowInvalid:
        return None  # some are no whole numbers, or there are gaps
    low, high = numbers.min(initial=0), numbers.max(initial=0)
    if low >= 0 and high < 1e11:
        return np.asarray(numbers * 1_000, np.int64)
    if numbers.min(initial=high) >= 1e11 and high < 1e14:
        return np.asarray(numbers, np.int64)
    return None


def _one(value: Any) -> int:
    if value is None or isinstance(value, bool | list | dict):
        return BAD
    if isinstance(value, int | float):
        return _from_number(float(value))
    if isinstance(value, datetime):
        return _from_datetime(value)
    if isinstance(value, date):
        return _from_datetime(datetime(value.year, value.month, value.day))
    text = str(value).strip()
    try:
        if "_" not in text:
            return _from_number(float(text))
    except ValueError:
        pass  # no number: then it may be a date
    try:
        return _from_datetime(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return BAD


def _from_number(number: float) -> int:
    if not number >= 0.0:  # also NaN
        return BAD
    for limit, factor in UNITS:
        if number < limit:
            return round(number * factor)
    return BAD


def _from_datetime(moment: datetime) -> int:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    found = round(moment.timestamp() * 1_000)
    return found if found >= 0 else BAD
