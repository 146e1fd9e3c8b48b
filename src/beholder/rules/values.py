"""One attribute value as a facet's type, and the type that values of a catalogue suggest."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any, Literal, get_args

from beholder.numbers_in_text import in_range
from beholder.numbers_in_text import number as number_in
from beholder.unicode import is_unicode

FacetType = Literal["string", "number", "boolean", "list"]
TYPES: tuple[FacetType, ...] = get_args(FacetType)
Cell = str | float | bool | list[str] | None

ENOUGH = 0.9  # of the values must read as numbers, or as true and false, to be taken for them
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_CODE = re.compile(r"[+-]?0\d.*|[+-]?\d{16,}", re.ASCII)  # 0042 or longer than a float64 is exact
_TRUE, _FALSE = {"true", "yes", "1"}, {"false", "no", "0"}


class Misfit(ValueError):
    """The value is there, and not of this type."""


def missing(value: Any) -> bool:
    """Return whether this is no value at all: None, an empty text, an empty list."""
    return value is None or value == "" or (isinstance(value, list) and not value)


def cell_of(value: Any, facet_type: FacetType) -> Cell:
    """Return the value as its facet's type; None where it is missing.

    Texts are numbers where one is wanted, as people write them (`1.299,00 €`); numbers
    are their shortest text where a text is; `yes`, `no`, 1 and 0 are booleans where one is
    wanted; one value is a list of one.

    Raises
    ------
    Misfit
        If it is none of these.
    """
    if missing(value):
        return None
    if facet_type == "list":
        entries = value if isinstance(value, list) else [value]
        # Each once and in order: a list is matched by any of its entries.
        return list(dict.fromkeys(_text(entry) for entry in entries if not missing(entry))) or None
    if facet_type == "number":
        return _number(value)
    if facet_type == "boolean":
        return _boolean(value)
    return _text(value)


def guess(values: Iterable[Any]) -> FacetType:
    """Return the type that an attribute seems to have, from its values in all items.

    A list anywhere makes lists. True and false, as values or words, in nine of ten make
    booleans; numbers in nine of ten make numbers, unless one has a leading zero or more than
    15 digits: then they are codes, and codes are texts. Everything else is text.
    """
    present = [value for value in values if not missing(value)]
    if any(isinstance(value, list) for value in present):
        return "list"
    enough = ENOUGH * len(present)
    if present and sum(map(_says_true_or_false, present)) >= enough:
        return "boolean"
    codes = any(isinstance(value, str) and _CODE.fullmatch(value.strip()) for value in present)
    if present and not codes and sum(map(_says_number, present)) >= enough:
        return "number"
    return "string"


def _says_true_or_false(value: Any) -> bool:
    # 0 and 1 alone are no reason: they count things as often.
    if isinstance(value, str):
        return value.strip().lower() in ("true", "false")
    return isinstance(value, bool)


def _says_number(value: Any) -> bool:
    try:
        if isinstance(value, str) and not _NUMBER.fullmatch(value.strip()):
            return False  # `1,5` may be a number or two sizes: it is one where that is declared
        return not isinstance(value, bool) and _number(value) is not None
    except Misfit:
        return False


def _number(value: Any) -> float:
    if isinstance(value, str):
        value = number_in(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and in_range(value):
        return float(value)
    raise Misfit


def _boolean(value: Any) -> bool:
    word = _text(value).strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise Misfit


def _text(value: Any) -> str:
    if isinstance(value, str) and is_unicode(value):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and math.isfinite(value):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, list) and len(value) == 1:
        return _text(value[0])
    raise Misfit
