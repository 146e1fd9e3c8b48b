"""Values of behaviour that are written with more than a number: 1:02:03, 80 %, 4/5.

What can mean one thing alone is read; of what may mean several, it is said what to write.
"""

from __future__ import annotations

import math
import re
from typing import Any

from beholder.behaviour.scales import Scale, scale_up_to
from beholder.numbers_in_text import LONGEST, number, with_comma
from beholder.store.ids import says_nothing

PLAIN, CLOCK, OF_5, OF_10, OF_100 = range(5)  # how a value is written that is read
OTHER, SHORT, LENGTH, STARS, SHARE = range(5, 10)  # and that is not
SCALES: dict[int, Scale] = {
    OF_5: scale_up_to(5), OF_10: scale_up_to(10), OF_100: scale_up_to(100),
}  # fmt: skip
BEHIND = {"%": OF_100, "/5": OF_5, "/10": OF_10, "/100": OF_100}
REASONS = {
    OTHER: "value is no finite number: write one such as 4, 12.5 or 1200",
    SHORT: "value is a time such as 02:35, which may begin with minutes or hours: write seconds, "
    "or 0:02:35",
    LENGTH: "value is a time in words: write seconds, such as 3900 for 1h 5m",
    STARS: "value is a number of stars: write the number alone, such as 4 for 4 stars or ★★★★☆",
    SHARE: "value is a share of something else than 5, 10 or 100, or above it: write a number, "
    "such as 4 for 4/5",
}
TIMES = re.compile(r"([0-9]{1,4}):([0-5][0-9]):([0-5][0-9](?:[.,][0-9]{1,9})?)")
SHARES = re.compile(r"([0-9][0-9.,]*)\s*(%|/\s*[0-9]+)")
NOT_READ = {
    SHORT: re.compile(r"[0-9]{1,3}:[0-5][0-9]"),
    LENGTH: re.compile(
        r"(?:[0-9]+(?:[.,][0-9]+)?\s*(?:h|hrs?|hours?|std|stunden?|m|min|minutes?|minuten?|s|secs?"
        r"|seconds?|sek|sekunden?|heures?|horas?|小时|分钟?|秒)\.?,?\s*)+",
        re.IGNORECASE,
    ),
    STARS: re.compile(
        r"(?:[0-9][0-9.,]*\s*(?:[★⭐]|stars?|sterne?|[ée]toiles?|estrellas?|星)|[★⭐✭☆✩\ufe0f]+)",
        re.IGNORECASE,
    ),
}


def read(value: Any, comma: bool, small: bool = False) -> tuple[float, int]:
    """Return a value, and how it is written; infinite for what is no finite number.

    What says that there is none, such as `NULL`, is NaN.

    Parameters
    ----------
    comma, small
        Whether the decimal mark of the column is a comma, and a point as well; see `decimal_mark`.
    """
    if value is None or (isinstance(value, str) and _says_nothing(value)):
        return math.nan, PLAIN
    if not isinstance(value, str):
        return _finite(value)
    told = number(with_comma(value, small) if comma else value)
    return _finite(told) if told is not None else _written(value.strip(), comma, small)


def _says_nothing(text: str) -> bool:
    return text.strip() in ("", "-") or says_nothing(text)


def _finite(value: Any) -> tuple[float, int]:
    try:
        told = float(value)
    except (ValueError, TypeError, OverflowError):
        return math.inf, OTHER
    # NaN is what programs have where there is nothing.
    return (told, PLAIN) if math.isnan(told) or abs(told) < 3e38 else (math.inf, OTHER)


def _written(text: str, comma: bool, small: bool) -> tuple[float, int]:
    if len(text) > LONGEST:
        return math.inf, OTHER
    time = TIMES.fullmatch(text)
    if time is not None:
        hours, minutes, seconds = time.groups()
        return int(hours) * 3600 + int(minutes) * 60 + float(seconds.replace(",", ".")), CLOCK
    share = SHARES.fullmatch(text)
    if share is not None:
        way = BEHIND.get("".join(share[2].split()), SHARE)
        part = number(with_comma(share[1], small) if comma else share[1])
        good = way in SCALES and part is not None and part <= SCALES[way].high
        return (part, way) if good and part is not None else (math.inf, SHARE)
    return math.inf, next((way for way, form in NOT_READ.items() if form.fullmatch(text)), OTHER)


def said(column: str, text: str, way: int, value: float) -> str:
    """Return how a value that is more than a number is read, in words."""
    if way == CLOCK:
        return f"{column}: {text} is read as hours:minutes:seconds, {value:g} seconds"
    return f"{column}: {text} is read as {value:g} on a scale of {SCALES[way]}"
