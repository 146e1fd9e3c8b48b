"""Attributes as they are sent: what is a number is one, also where it came as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from beholder.errors import DataError
from beholder.numbers_in_text import is_number, is_numeric, number
from beholder.service.running import Running
from beholder.store.records import Attribute

Value = TypeVar("Value", Attribute, Attribute | None)


def with_numbers(
    running: Running, item: str, attributes: Mapping[str, Value], where: str = "attributes"
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
        if is_number(name) and isinstance(read, int | float) and not isinstance(read, bool):
            told[name] = read  # the store says it where it is too large
        elif not is_numeric(value):
            _refuse_other(running, item, name, f"{where}.{name}")
    return told


def _refuse_other(running: Running, item: str, name: str, field: str) -> None:
    """Refuse a value that is no number where all others are, or where numbers are declared."""
    declared = running.settings.facets.get(name) == "number"
    if declared or (is_number(name) and _others_are_numbers(running, item, name)):
        raise DataError(
            f"{name} is a number, and what was sent is none",
            remedy='send it as 12.5, "12.50" or "1.299,00 €"; null in a PATCH takes it away',
            field=field,
        )


def _others_are_numbers(running: Running, item: str, name: str) -> bool:
    known = running.engine.now_showing.masks.facets.fields.get(name)
    if known is not None and known.type == "number" and not known.misfits:
        return True
    # Misfits are counted for good, also those that were mended or deleted since.
    return running.store.without_number(name, but=item) is False
