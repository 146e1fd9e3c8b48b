"""What an attribute of an item may be, wherever it comes from."""

from __future__ import annotations

from collections.abc import Mapping

from beholder.errors import DataError
from beholder.numbers_in_text import LARGEST, in_range
from beholder.store.records import Attribute
from beholder.unicode import is_unicode

LONGEST = 100_000  # characters of a text
LONGEST_NAME = 256  # characters of a name
NO_TEXT = "is no valid Unicode, has a NUL, or is too long"
RANGE = f"between {-LARGEST:g} and {LARGEST:g}".replace("e+", "e")
NO_NUMBER = f"is no number {RANGE}"


def why_no_name(name: str) -> str:
    """Return why a text names no attribute; empty where it does."""
    if not name:
        return "is empty"
    if len(name) > LONGEST_NAME:
        return f"is longer than {LONGEST_NAME} characters"
    return "" if fine(name) else "is no valid Unicode, or has a NUL"


def why_no_value(value: Attribute) -> str:
    """Return why a value cannot be kept; empty where it can."""
    if isinstance(value, bool):
        return ""
    if isinstance(value, int | float):
        return "" if in_range(value) else NO_NUMBER
    texts = value if isinstance(value, list) else [value]
    return "" if all(len(text) <= LONGEST and fine(text) for text in texts) else NO_TEXT


def check_attributes(item_id: str, attributes: Mapping[str, Attribute]) -> None:
    """Refuse what cannot be kept of an item.

    Raises
    ------
    DataError
        With the attribute.
    """
    for name, value in attributes.items():
        reason = why_no_name(name)
        if reason:
            raise DataError(
                f"the name of an attribute of {item_id!r} {reason}",
                remedy=f"1 to {LONGEST_NAME} characters",
                field="attributes",
            )
        reason = why_no_value(value)
        if reason:
            raise DataError(
                f"{name} of {item_id!r} {reason}",
                remedy=f"numbers {RANGE}, texts of at most {LONGEST:,} characters",
                field=f"attributes.{name}",
            )


def fine(text: str) -> bool:
    """Whether a text can be written at all, and has no NUL."""
    return "\x00" not in text and is_unicode(text)
