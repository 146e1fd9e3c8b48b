"""Attributes as they are sent: what is a number is one, also where it came as text."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import TypeVar

from beholder.errors import DataError
from beholder.numbers_in_text import is_number, number
from beholder.service.running import Running
from beholder.store.records import Attribute

Value = TypeVar("Value", Attribute, Attribute | None)


def with_numbers(
    running: Running, attributes: Mapping[str, Value], where: str = "attributes"
) -> dict[str, Value]:
    """Return attributes with prices and the like as numbers, as an import reads them.

    Parameters
    ----------
    where
        Part of the request, for the error.

    Raises
    ------
    DataError
        For what is no number in a column of numbers.
    """
    told = dict(attributes)
    for name, value in attributes.items():
        if value is None or value == "":
            continue
        read = number(value) if isinstance(value, str) else value
        if isinstance(read, bool) or not isinstance(read, int | float) or not isfinite(read):
            _refuse_other(running, name, f"{where}.{name}")
        elif is_number(name):
            told[name] = read
    return told


def _refuse_other(running: Running, name: str, field: str) -> None:
    """Refuse a value that is no number where all others are, or where numbers are declared."""
    known = running.engine.now_showing.masks.facets.fields.get(name)
    clean = known is not None and known.type == "number" and not known.misfits
    if running.settings.facets.get(name) == "number" or (clean and is_number(name)):
        raise DataError(
            f"{name} is a number, and what was sent is none",
            remedy='send it as 12.5, "12.50" or "1.299,00 €"; null in a PATCH takes it away',
            field=field,
        )
