"""Dates as people write them: 31.12.2025 14:05, 2025/12/31, 31 December 2025, 12/31/2025.

With points the day comes first, also where the year has two digits. With slashes the day or the
month may, and only a column can tell: one number above 12 in it says which of the two is the day.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal, NamedTuple

from beholder.catalogue.month_names import month_of

Order = Literal["day", "month", ""]
TIME = (
    r"(?:[ T,]+(?P<hour>\d{1,2})(?P<mark>[:.])(?P<minute>\d{2})(?:(?P=mark)(?P<second>\d{2}))?"
    r"(?: ?(?P<half>[AP])M)?)?"
)
POINTS = re.compile(
    rf"(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.(?P<year>\d{{4}}|\d{{2}}){TIME}", re.ASCII
)
YEAR_FIRST = re.compile(
    rf"(?P<year>\d{{4}})/(?P<month>\d{{1,2}})/(?P<day>\d{{1,2}}){TIME}", re.ASCII
)
SLASHES = re.compile(
    rf"(?P<a>\d{{1,2}})/(?P<b>\d{{1,2}})/(?P<year>\d{{4}}|\d{{2}}){TIME}", re.ASCII
)
DAY_AND_NAME = re.compile(
    rf"(?P<day>\d{{1,2}})(?:\.|ER|ST|ND|RD|TH|º|°)?[ -]*(?:DE |D')?(?P<name>[^\W\d_]{{3,11}})\.?"
    rf"(?: DEL?)?[ ,-]+(?P<year>\d{{4}}){TIME}"
)
NAME_AND_DAY = re.compile(
    rf"(?P<name>[^\W\d_]{{3,11}})\.? (?P<day>\d{{1,2}})(?:ST|ND|RD|TH)?,? (?P<year>\d{{4}}){TIME}"
)
# ISO days with a time of day as people write it, 2025-12-31 14.05, which ISO reads as 14 hours and
# a twentieth of a second; and what else has a part of an hour or a minute behind a mark.
ISO_POINTS = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2}|\d{8})[ T](?P<hour>\d{1,2})\.(?P<minute>\d{2})"
    r"(?:\.(?P<second>\d{2}(?:[.,]\d{1,6})?))?(?P<zone>Z|[+-]\d{2}(?::?\d{2})?)?",
    re.ASCII,
)
ISO_PARTS = re.compile(r"\S{8,10}\D(?:\d{2}|\d{2}:\d{2}|\d{4})[.,]\d.*", re.ASCII)
BOTH = (
    "dates with slashes are refused, since some begin with the day ({day}) and some with the month "
    "({month}): write 2025-12-31 for 31 December in all rows"
)
MONTHS = 12
CENTURY = 70  # years of two digits from here on are of the century before


class Slashed(NamedTuple):
    """How the dates with slashes of a column are read.

    Attributes
    ----------
    day, month
        The first date that begins with the day beyond doubt, and with the month; empty: none does.
    short
        The first date with a year of two digits that does not begin with the month: it begins with
        the day or the year, so that such dates are not read.
    """

    day: str = ""
    month: str = ""
    short: str = ""

    def and_those(self, more: Slashed) -> Slashed:
        """Return this and what other rows of the column tell."""
        return Slashed(*(own or other for own, other in zip(self, more, strict=True)))

    @property
    def first(self) -> Order:
        """What their first number is; empty: it may be either, or some say this and some that."""
        if bool(self.day) == bool(self.month) or self.both:
            return ""
        return "day" if self.day else "month"

    def __str__(self) -> str:
        second = "month" if self.first == "day" else "day"
        return f"dates such as {self.day or self.month} are read as {self.first}/{second}/year"

    @property
    def both(self) -> str:
        """That some begin with the day and some with the month, in words; empty: they do not."""
        day = self.day or self.short
        return BOTH.format(day=day, month=self.month) if day and self.month else ""


def slashed(values: Iterable[Any]) -> Slashed | None:
    """Return how the dates with slashes among values are read; None: there are none."""
    there, day, month, short = False, "", "", ""
    for value in values:
        written_so = isinstance(value, str) and "/" in value  # most are not, and there are many
        date = SLASHES.fullmatch(value.strip().upper()) if written_so else None
        if date is None:
            continue
        there = True
        a, b, year = int(date["a"]), int(date["b"]), int(date["year"])
        if b <= MONTHS < a and len(date["year"]) == 2:
            short = short or value.strip()
        elif b <= MONTHS < a and _is_there(year, b, a):
            day = day or value.strip()
        elif a <= MONTHS < b and _is_there(_of_century(date["year"]), a, b):
            month = month or value.strip()
    return Slashed(day, month, short) if there else None


def _is_there(year: int, month: int, day: int) -> bool:
    """Whether the calendar has such a day: a slip of the pen tells nothing of the others."""
    try:
        datetime(year, month, day)
    except ValueError:
        return False
    return True


def written(text: str, first: Order = "") -> datetime | None:
    """Return the moment that a text is, without a zone; None where it is no date so written.

    Parameters
    ----------
    first
        What the first number of a date with slashes is.

    Raises
    ------
    ValueError
        If the calendar has no such day, or the day no such time.
    """
    told = POINTS.fullmatch(text.upper()) or YEAR_FIRST.fullmatch(text.upper())
    if told is not None:
        return _moment(told, int(told["day"]), int(told["month"]))
    told = DAY_AND_NAME.fullmatch(text.upper()) or NAME_AND_DAY.fullmatch(text.upper())
    month = month_of(told["name"]) if told is not None else None
    if told is not None and month is not None:
        return _moment(told, int(told["day"]), month)
    told = SLASHES.fullmatch(text.upper())
    if told is None or not first or (first == "day" and len(told["year"]) == 2):
        return None
    a, b = int(told["a"]), int(told["b"])
    return _moment(told, *((a, b) if first == "day" else (b, a)))


def iso(text: str) -> datetime:
    """Return the moment that a text in ISO 8601 is, also where points part its time of day.

    Raises
    ------
    ValueError
        If it is none, or has a part of an hour or a minute.
    """
    told = ISO_POINTS.fullmatch(text)
    if told is not None:
        second, zone = told["second"] or "00", told["zone"] or ""
        text = f"{told['day']}T{told['hour']:0>2}:{told['minute']}:{second}{zone}"
    elif ISO_PARTS.fullmatch(text):
        raise ValueError("has a part of an hour or a minute")
    return datetime.fromisoformat(text)


def _moment(told: re.Match[str], day: int, month: int) -> datetime:
    hour, minute, second = (int(told[part] or 0) for part in ("hour", "minute", "second"))
    if told["half"]:
        if not 1 <= hour <= 12:
            raise ValueError(f"{hour} is no hour of half a day")
        hour = hour % 12 + (12 if told["half"] == "P" else 0)
    return datetime(_of_century(told["year"]), month, day, hour, minute, second)


def _of_century(year: str) -> int:
    """Return a year, also of two digits."""
    short = 0 if len(year) > 2 else 1900 if int(year) >= CENTURY else 2000
    return int(year) + short


def short_years(values: Iterable[Any]) -> str:
    """Return how dates with points and a year of two digits are read, in words; empty: none are."""
    for value in values:
        pointed = isinstance(value, str) and "." in value[1:3]  # most are not, and there are many
        date = POINTS.fullmatch(value.strip().upper()) if pointed else None
        if date is not None and len(date["year"]) == 2:
            try:
                moment = written(date[0])
            except ValueError:
                continue
            return f"dates such as {value.strip()} are read as day.month.year: {moment:%Y-%m-%d}"
    return ""
