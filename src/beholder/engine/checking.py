"""What a caller asks with, looked at once before anything is made of it.

A caller in Python is told what one over HTTP is: which argument, what was found, what to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from beholder.errors import UsageError
from beholder.store.ids import check_person

MAX_K = 1000
FURTHEST = 10_000  # place of a search
# Tuples: `isinstance` would build a union anew for each answer.
_WHOLE = (int, np.integer)
_NUMBER = (*_WHOLE, float, np.floating)
_PLAIN = (list, tuple)
_TEXTS = frozenset({str})


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
    """Refuse who asks if it is named by no text, or by an empty one.

    Raises
    ------
    UsageError, DataError
        With the name of the argument.
    """
    for field, who in (("user", user), ("session", session)):
        if who is not None and (not isinstance(who, str) or not who):
            remedy = "tell an id as a text, or leave it out for somebody who is not known"
            raise UsageError(f"{field} is {who!r}", remedy=remedy, field=field)
        if who is not None:
            check_person(who, field)


def checked_item(item: str) -> None:
    """Refuse an id of an item that is no text.

    Raises
    ------
    UsageError
        With the id as a text.
    """
    if not isinstance(item, str):
        raise UsageError(
            f"item is {item!r}, and ids are texts", remedy=f"tell {str(item)!r}", field="item"
        )


def several(told: Iterable[Any], field: str) -> list[Any]:
    """Return a list that was told; a text is none, though Python would take its letters.

    Raises
    ------
    UsageError
        If it is one text, a dictionary, or nothing that can be gone through.
    """
    if isinstance(told, _PLAIN):
        return list(told)
    if isinstance(told, str | bytes | Mapping) or not isinstance(told, Iterable):
        kind = "one text" if isinstance(told, str) else f"of type {type(told).__name__}"
        remedy = f"tell [{told!r}]" if isinstance(told, str) else "tell a list"
        raise UsageError(f"{field} is a list, not {kind}", remedy=remedy, field=field)
    return list(told)


def ids_of(told: Iterable[str], field: str) -> list[str]:
    """Return ids of items that were told.

    Raises
    ------
    UsageError
        If they are no list, or one of them is no text.
    """
    found = several(told, field)
    if _TEXTS.issuperset(map(type, found)):  # in one go, as nearly always
        return found
    for place, one in enumerate(found):
        if not isinstance(one, str):
            raise UsageError(
                f"{field}[{place}] is {one!r}, and ids are texts",
                remedy=f"tell {str(one)!r}",
                field=f"{field}[{place}]",
            )
    return found


def _whole(number: object) -> bool:
    return isinstance(number, _WHOLE) and not isinstance(number, bool)
