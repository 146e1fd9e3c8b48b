"""Which ids and moments are allowed, wherever they come from."""

from __future__ import annotations

import math
import os
import re
import time
from collections.abc import Sequence

from beholder.behaviour.event import MOST_PLACE, Event
from beholder.behaviour.kinds import CODES
from beholder.errors import DataError
from beholder.unicode import is_unicode

MAX_ID = 256  # bytes of UTF-8
RATED = frozenset({"rating", "satisfaction"})
COUNTED = frozenset({"purchase", "cart", "watch"})  # pieces and seconds
LARGEST = 3e38  # values are kept in four bytes
ANSWER = re.compile(r"([0-9a-f]{2}){1,16}", re.ASCII)
FUTURE = 86_400_000  # milliseconds: clocks and time zones differ by up to a day
# What databases, data frames, spreadsheets and programs write for nothing. `NA` may be an id.
NOTHING = frozenset(
    {
        "null", "\\n", "nan", "none", "undefined", "<na>", "nat", "(null)", "-", "n/a",
        "(not set)", "(none)", "(not provided)",
        "#n/a", "#ref!", "#value!", "#name?", "#null!", "#num!", "#div/0!",
        "#nv", "#bezug!", "#wert!",
    }
)  # fmt: skip
SECONDS = range(631_152_000, 4_102_444_800)  # moments from 1990 to 2100, were they seconds


def now() -> int:
    """Return the moment in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def answer_id() -> str:
    """Return an id for a new answer, hexadecimal.

    It begins with the second, so that answers of one time lie together in the index of the store:
    ids by chance alone touch another page of it each, and twice as much is written.
    """
    second = int(time.time()) % 2**24  # after half a year it begins anew
    return (second.to_bytes(3) + os.urandom(5)).hex()


def why_not_id(text: str) -> str:
    """Return why a text is no id of an item or person; empty where it is one."""
    if not text:
        return "is empty"
    if text.isascii():
        if len(text) > MAX_ID:
            return f"is longer than {MAX_ID} bytes"
        return "" if text.isprintable() else "has a control character"
    if not is_unicode(text):
        return "is no valid Unicode"
    if len(text.encode()) > MAX_ID:
        return f"is longer than {MAX_ID} bytes"
    if any(c < " " or "\x7f" <= c <= "\x9f" for c in text):
        return "has a control character"
    return ""


def says_nothing(text: str) -> bool:
    """Whether a text is what programs write where there is no id, with spaces around it or not."""
    return text.strip().lower() in NOTHING


def check_person(text: str, field: str) -> None:
    """Refuse what is no id, and whom no program means: all it did not know would be one person.

    Raises
    ------
    DataError
        With the field that named nobody.
    """
    check_id(text, field)
    if says_nothing(text):
        raise DataError(
            f"{field} is {text!r}, which programs write where there is none",
            remedy="leave it out for somebody who is not known (in JSON: null without quotes)",
            field=field,
        )


def why_no_item(text: str) -> str:
    """Return why no new item may have this id; empty where it may.

    What is an id of an item already stays one.
    """
    if text in (".", ".."):
        return "is a path that no browser asks for"
    if says_nothing(text):
        return "is what programs write where there is none"
    return "has spaces around it" if text != text.strip() else why_not_id(text)


def check_new_item(text: str) -> None:
    """Raise a `DataError` where no new item may have this id."""
    reason = why_no_item(text)
    if reason:
        raise DataError(
            f"the item id {text!r} {reason}",
            remedy="1 to 256 bytes of UTF-8, without spaces around it, and not . or .. or null",
            field="item_id",
        )


def check_id(text: str, field: str) -> None:
    """Raise a `DataError` where `text` is no id."""
    reason = why_not_id(text)
    if reason:
        raise DataError(f"{field} {reason}", remedy="1 to 256 bytes of UTF-8", field=field)


def check_events(events: Sequence[Event], at: int) -> None:
    """Refuse events of which one cannot be stored.

    Raises
    ------
    DataError
        With the field that is wrong, and of several with the place: `events[1].user`.
    """
    for place, event in enumerate(events):
        try:
            check_event(event, at)
        except DataError as error:
            raise of_several(error, place, len(events)) from None


def of_several(error: DataError, place: int, n: int) -> DataError:
    """Return an error of one of n events with its place among them; one alone needs none."""
    return error.inside(f"events[{place}]") if n > 1 else error


def check_event(event: Event, at: int) -> None:
    """Refuse an event that cannot be stored.

    Raises
    ------
    DataError
        With the field that is wrong.
    """
    if (event.user is None) == (event.session is None):
        raise DataError("an event has either a user or a session", remedy="give one", field="user")
    check_id(event.item, "item")
    field, who = ("user", event.user) if event.user is not None else ("session", event.session)
    check_person(who or "", field)
    if event.kind not in CODES:
        raise DataError(f"there is no kind {event.kind!r}", remedy=", ".join(CODES), field="kind")
    check_told(event.kind, event.value, event.time, at)
    if event.event_id is not None:
        check_id(event.event_id, "event_id")
    check_place(event.answer, event.place)
    if event.text is not None and not is_unicode(event.text):
        raise DataError("text is no valid Unicode", remedy="send UTF-8", field="text")


def check_moment(time: int | None) -> None:
    """Refuse a moment of an event that is told as it happens and cannot be meant.

    Raises
    ------
    DataError
        If it is before 1990, as in files.
    """
    if time is not None and time < SECONDS.start * 1_000 and time not in SECONDS:
        raise DataError(
            f"time {time} is before 1990 in milliseconds since 1970",
            remedy="send the moment in milliseconds since 1970, UTC, or leave it out",
            field="time",
        )


def check_told(kind: str, value: float | None, time: int | None, at: int) -> None:
    """Refuse a value or a moment that an event of a kind cannot have.

    Raises
    ------
    DataError
        With the field that is wrong.
    """
    _check_value(kind, value)
    if time is not None and not 0 <= time <= at + FUTURE:
        raise DataError(
            "time is before 1970 or in the future",
            remedy="milliseconds since 1970 in UTC",
            field="time",
        )
    if time is not None and time in SECONDS:
        raise DataError(
            f"time {time} looks like seconds since 1970: as milliseconds it is in 1970",
            remedy="send milliseconds",
            field="time",
        )


def _check_value(kind: str, value: float | None) -> None:
    if value is None:
        if kind in RATED:
            raise DataError(f"a {kind} needs a number", remedy="send its value", field="value")
        return
    if not math.isfinite(value) or abs(value) > LARGEST:
        raise DataError("value is not a finite number", remedy="leave it out", field="value")
    if kind in COUNTED and value < 0:
        raise DataError(
            f"the value of a {kind} is negative: what went back is no {kind}",
            remedy="leave a return out, or send what the person thinks of the item",
            field="value",
        )


def check_place(answer: str | None, place: int | None) -> None:
    """Refuse what names no answer, or no place of one.

    Raises
    ------
    DataError
        With the field that is wrong.
    """
    if answer is not None and ANSWER.fullmatch(answer) is None:
        raise DataError(
            "answer is no id of an answer",
            remedy="send the `answer` of the list, or leave it out",
            field="answer",
        )
    if place is not None and (answer is None or not 0 <= place <= MOST_PLACE):
        raise DataError(
            f"place {place} is no place of an answer",
            remedy=f"0 to {MOST_PLACE}, together with `answer`",
            field="place",
        )
