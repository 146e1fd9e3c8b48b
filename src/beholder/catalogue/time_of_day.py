"""A day in one column and its time of day in another: `Datum` and `Uhrzeit`, `date` and `time`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beholder.catalogue.mapping import FIELDS, matches
from beholder.catalogue.moments import EITHER, NO_CLOCK, NONE, milliseconds
from beholder.catalogue.readers.interface import Batch, Column, distinct
from beholder.catalogue.written_dates import slashed
from beholder.errors import DataError

FIELD = "time_of_day"
CLOCKS = (
    "time", "time_of_day", "event_time", "order_time", "purchase_time", "start_time", "clock",
    "uhrzeit", "zeit", "bestellzeit", "kaufzeit", "heure", "hora", "ora", "orario", "tijd",
    "tijdstip", "时间", "时刻", "時間", "時刻",
)  # fmt: skip
DAYS = (*FIELDS["interactions"]["time"], "day", "tag", "data", "jour", "día", "giorno", "dag",
        "日付")  # fmt: skip
CLOCK = re.compile(
    r"(?P<hour>[0-9]{1,2})(?:[:.]|\s?h\s?)(?P<minute>[0-5][0-9])"
    r"(?:[:.](?P<second>[0-5][0-9])(?:[.,](?P<part>[0-9]{1,9}))?)?(?:\s?(?P<half>[ap])\.?m\.?)?"
    r"(?:\s?Uhr)?",
    re.IGNORECASE,
)
DAY = 86_400_000  # milliseconds
SAID = "{clock} is read as the time of day of {day}"
OWN = "{rows} an hour in {day} itself: {clock} is not added to {them}"


def with_time_of_day(
    mapping: Mapping[str, str], batch: Batch, told: Mapping[str, str], file: str
) -> dict[str, str]:
    """Return the mapping of a file of behaviour, with a day and its time of day where both are.

    Their names say which they may be, and most of the first values which they are. A column that
    has moments of its own is left alone.

    Parameters
    ----------
    told
        Our names to the file's, as somebody said.

    Raises
    ------
    DataError
        If a time of day is told of a file that has no day.
    """
    found = dict(mapping)
    if FIELD in told:
        if "time" not in mapping:
            raise DataError(
                f"{file} has times of day in {told[FIELD]}, and no column that looks like a day",
                remedy="say which: --map time=COLUMN",
                field="time",
            )
        return found
    others = {column for field, column in mapping.items() if field != "time"}
    free = [name for name in batch.columns if name not in others]
    moment, columns = mapping.get("time"), batch.columns
    clocks = [name for name in matches(free, CLOCKS) if name != told.get("time")]
    clock = next((name for name in clocks if _are_clocks(columns[name])), None)
    if clock is None:
        return found
    guessed = moment is None or moment == clock
    days = [n for n in matches(free, DAYS) if n != clock and (guessed or n == moment)]
    if "time" in told:
        days = [told["time"]]
    day = next((name for name in days if _are_days(columns[name])), None)
    return found if day is None else found | {"time": day, FIELD: clock}


def on_days(days: NDArray[np.int64], clocks: Column) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return moments: days and times of day together; `NO_CLOCK` where one is none.

    Parameters
    ----------
    days
        int64 (n,). As `milliseconds` has them.
    clocks
        An empty one is the beginning of its day, as of a file with days alone.

    Returns
    -------
    tuple
        The moments, int64 (n,), and which are so already, bool (n,): a day with an hour of its own
        keeps it, whatever its time of day says.
    """
    values, rows = distinct(clocks)
    read = np.array([0 if value is None else _clock(value) for value in values], np.int64)[rows]
    own = (days > NONE) & (days % DAY != 0)
    together = np.where(read == NO_CLOCK, NO_CLOCK, days + read)
    return np.where((days > NONE) & ~own, together, days), own


def said_of_own(n: int, clock: str, day: str) -> str:
    """Say how many rows have a day with an hour of its own, and that they keep it."""
    rows, them = ("1 row has", "it") if n == 1 else (f"{n:,} rows have", "these")
    return OWN.format(rows=rows, clock=clock, day=day, them=them)


def _clock(value: Any) -> int:
    """Return milliseconds since midnight."""
    told = CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if told is None:
        return NO_CLOCK
    hour = int(told["hour"])
    if told["half"]:
        if not 1 <= hour <= 12:
            return NO_CLOCK
        hour = hour % 12 + (12 if told["half"] in "pP" else 0)
    if hour > 23:
        return NO_CLOCK
    seconds = (hour * 60 + int(told["minute"])) * 60 + int(told["second"] or 0)
    return seconds * 1000 + round(float(f"0.{told['part'] or 0}") * 1000)


def _are_clocks(column: Column) -> bool:
    """Whether most values that there are, are times of day."""
    there = [value for value in distinct(column)[0] if value is not None]
    return 2 * sum(_clock(value) != NO_CLOCK for value in there) > len(there)


def _are_days(column: Column) -> bool:
    """Whether most values that there are, are days, and none has an hour."""
    there = [value for value in distinct(column)[0] if value is not None]
    dates = slashed(there)
    read = milliseconds(there, dates.first if dates else "")
    told = read[read != NONE]  # 0000-00-00 says that there is no day
    days, hours = (told > NONE) & (told % DAY == 0), (told > NONE) & (told % DAY != 0)
    return not hours.any() and 2 * int((days | (told == EITHER)).sum()) > len(told)
