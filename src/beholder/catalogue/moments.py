"""Moments as files write them: numbers since 1970 in any unit, ISO text, dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

BAD = -1
# Seconds reach 10^11 in the year 5138, milliseconds were there in 1973; and so on by 10^3.
UNITS = ((1e11, 1_000.0), (1e14, 1.0), (1e17, 1e-3), (1e20, 1e-6))


def milliseconds(values: Sequence[Any]) -> NDArray[np.int64]:
    """Return int64 milliseconds since 1970; `BAD` for what is no moment.

    Numbers are seconds, milliseconds, microseconds or nanoseconds by their size. Text without
    a time zone is UTC.
    """
    try:
        joined = "".join(values)
    except TypeError:
        joined = ""
    if joined.isascii() and joined.isdigit() and max(map(len, values), default=0) <= 18:
        numbers = np.array(list(map(int, values)), np.int64)
        if not len(numbers) or numbers.max() < 1e11:
            return numbers * 1_000
        return np.array([_from_number(float(n)) for n in numbers], np.int64)
    seen: dict[Any, int] = {}
    found = np.empty(len(values), np.int64)
    for i, value in enumerate(values):
        if isinstance(value, list):
            found[i] = BAD
            continue
        known = seen.get(value)
        if known is None:
            known = seen[value] = _one(value)
        found[i] = known
    return found


def _one(value: Any) -> int:
    if value is None or isinstance(value, bool):
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
