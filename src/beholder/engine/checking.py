"""What a caller asks with, looked at once before anything is made of it.

A caller in Python is told what one over HTTP is: which argument, what was found, what to do.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct

from beholder.behaviour.event import Event
from beholder.errors import UsageError
from beholder.lists import no_text
from beholder.store.ids import check_id, check_person

MAX_K = 1000
FURTHEST = 10_000  # place of a search
# Tuples: `isinstance` would build a union anew for each answer.
_WHOLE = (int, np.integer)
_NUMBER = (*_WHOLE, float, np.floating)


def checked_k(k: int) -> None:
    """Refuse a list length that is no whole number, or out of range.

    Raises
    ------
    UsageError
        If it is not 1 to `MAX_K`.
    """
    if not (_whole(k) and 1 <= k <= MAX_K):
        raise UsageError(f"k is {k!r}", remedy=f"ask for 1 to {MAX_K} items", field="k")


def checked_place(place: int) -> None:
    """Refuse a place of a search that no page shows.

    Raises
    ------
    UsageError
        If it is no whole number, below 0 or above `FURTHEST`.
    """
    if not (_whole(place) and 0 <= place <= FURTHEST):
        raise UsageError(
            f"place is {place!r}",
            remedy=f"from 0 to {FURTHEST}; more words find less",
            field="place",
        )


def checked_share(share: float | None, field: str) -> None:
    """Refuse what is no number from 0 to 1; None is none.

    Raises
    ------
    UsageError
        With the name of the argument.
    """
    if share is None:
        return
    number = isinstance(share, _NUMBER) and not isinstance(share, bool)
    if not (number and 0 <= share <= 1):
        raise UsageError(f"{field} is {share!r}", remedy="a number from 0 to 1", field=field)


def checked_text(text: str | None, field: str, remedy: str) -> None:
    """Refuse what is no text; None is none.

    Raises
    ------
    UsageError
        With the name of the argument and this remedy.
    """
    if text is not None and not isinstance(text, str):
        raise UsageError(f"{field} is {text!r}, which is no text", remedy=remedy, field=field)


def checked_person(user: str | None, session: str | None) -> None:
    """Refuse who asks if it is named by no text, or by none that is an id of somebody.

    Raises
    ------
    UsageError, DataError
        With the name of the argument.
    """
    for field, who in (("user", user), ("session", session)):
        if who is None:
            continue
        if not isinstance(who, str) or not who:
            remedy = "tell an id as a text, or leave it out for somebody who is not known"
            raise UsageError(f"{field} is {who!r}", remedy=remedy, field=field)
        check_person(who, field)


def checked_item(item: str) -> None:
    """Refuse an id of an item that is no text.

    Raises
    ------
    UsageError
        With what to tell.
    """
    if not isinstance(item, str):
        raise no_text(item, "item")


def checked_new(ids: Sequence[str], known: Container[str], field: str) -> None:
    """Refuse a text that is no id among some; what is known already is one, and is not looked at.

    Raises
    ------
    DataError
        With its place.
    """
    if all(map(known.__contains__, ids)):  # in one go, as nearly always
        return
    for place, one in enumerate(ids):
        if one not in known:
            check_id(one, f"{field}[{place}]")


def event_of(told: Event | Mapping[str, Any], field: str = "") -> Event:
    """Return an event whose fields are of their types: a struct made in Python may have others."""
    remedy = 'tell it as {"item": "a", "kind": "like", "user": "ann"}'
    event: Event = told_as(Event, told, field, remedy)
    return event


def told_as(type_: type[Struct], told: object, field: str, remedy: str) -> Any:
    """Return what was told as an object of a type, as strictly as it is read from JSON.

    Numbers of NumPy are taken for those of Python.

    Raises
    ------
    UsageError
        With the name of what is wrong in it, after `field`.
    """
    fields = msgspec.structs.asdict(told) if isinstance(told, Struct) else told
    if isinstance(fields, dict):
        fields = {
            name: value.item() if isinstance(value, np.generic) else value
            for name, value in fields.items()
        }
    try:
        return msgspec.convert(fields, type_)
    except (msgspec.ValidationError, OverflowError) as error:
        place = str(error).partition(" - at `$")[2].rstrip("`")
        whole = f"{field}{place}".removeprefix(".") or "event"
        words = _wrong_with(fields, place) or f" is malformed: {error}"
        raise UsageError(f"{field or 'an event'}{words}", remedy=remedy, field=whole) from error


def _wrong_with(fields: object, place: str) -> str:
    """Say in words what most events that are malformed lack; empty: it is something else."""
    if not isinstance(fields, dict) or "item" not in fields:
        return " has no item"
    if place == ".kind" and isinstance(fields.get("kind"), str):
        return f": there is no kind of event {fields['kind']!r}"
    if place == ".value" and isinstance(fields["value"], float):
        return f": {fields['value']} is not a finite number that a value may be"
    return ""


def _whole(number: object) -> bool:
    return isinstance(number, _WHOLE) and not isinstance(number, bool)
