"""Lists that a caller tells, and lists of texts: a text is no list of its letters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from numbers import Number
from typing import Any

from beholder.errors import UsageError

_PLAIN = (list, tuple)
_TEXTS = frozenset({str})


def several(told: Iterable[Any], field: str, wanted: str = "a list") -> list[Any]:
    """Return a list that was told; a text is none, though Python would take its letters.

    Raises
    ------
    UsageError
        If it is one text, a dictionary, or nothing that can be gone through.
    """
    if isinstance(told, _PLAIN):
        return list(told)
    if isinstance(told, Iterable) and not isinstance(told, str | bytes | Mapping):
        try:
            return list(told)
        except TypeError:  # an array without a dimension says that it can be gone through
            pass
    kind = "one text" if isinstance(told, str) else f"of type {type(told).__name__}"
    remedy = f"tell [{told!r}]" if isinstance(told, str) else f"tell {wanted}"
    raise UsageError(f"{field} is {wanted}, not {kind}", remedy=remedy, field=field)


def texts_of(told: Iterable[str], field: str, *, alone: bool = False) -> list[str]:
    """Return texts that were told.

    Parameters
    ----------
    alone
        Whether one of them may be told without a list.

    Raises
    ------
    UsageError
        If they are no list, or one of them is no text.
    """
    if alone and isinstance(told, str):
        return [told]
    found = several(told, field, "a text or a list of texts" if alone else "a list")
    if _TEXTS.issuperset(map(type, found)):  # in one go, as nearly always
        return found
    for place, one in enumerate(found):
        if not isinstance(one, str):
            raise no_text(one, f"{field}[{place}]")
    return found


def no_text(told: object, field: str) -> UsageError:
    """Return the error of what is no text; a number is most likely an id as a program has it."""
    number = isinstance(told, Number) and not isinstance(told, bool)  # those of NumPy, too
    remedy = f"tell {str(told)!r}" if number else "tell a text, such as 'sku-1'"
    return UsageError(f"{field} is {told!r}, which is no text", remedy=remedy, field=field)
