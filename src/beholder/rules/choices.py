"""Choices: what somebody picked of attributes, such as `category` = Vase or `price` = 10..20."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from beholder.errors import UsageError
from beholder.lists import texts_of
from beholder.rules.columns import Column, Mask, Numbers
from beholder.rules.facets import Facets

Choices = Mapping[str, Sequence[str]]
_NUMBER = r"-?\d+(?:\.\d+)?"
_RANGE = re.compile(rf"(?P<least>{_NUMBER})?\.\.(?P<below>{_NUMBER})?", re.ASCII)


def picked(choices: Choices) -> dict[str, tuple[str, ...]]:
    """Return choices whose values may have been told alone.

    Raises
    ------
    UsageError
        If they do not stand by attribute, or a value is no text.
    """
    if not isinstance(choices, Mapping):
        raise UsageError(
            f"choices is {choices!r}",
            remedy='tell values by attribute: {"category": ["vase"]}',
            field="choices",
        )
    return {
        name: tuple(texts_of(values, f"choices.{name}", alone=True))
        for name, values in choices.items()
    }


def masks_of(choices: Choices, facets: Facets) -> dict[str, Mask]:
    """Return for each attribute where one of the values that were picked holds, bool (n,).

    An attribute that no item has, and a value that none can have, hold nowhere.
    """
    return {name: _mask(name, values, facets) for name, values in choices.items() if values}


def all_of(masks: Mapping[str, Mask], start: Mask, without: str = "") -> Mask:
    """Return where the masks of all attributes but one hold, beginning with `start`."""
    found = start.copy()
    for name, mask in masks.items():
        if name != without:
            found &= mask
    return found


def ends_of(value: str) -> tuple[float, float] | None:
    """Return the least number of a range and the one it stays below; None: it is no range."""
    match = _RANGE.fullmatch(value)
    if match is None or value == "..":
        return None
    least, below = match["least"], match["below"]
    return float(least or "-inf"), float(below or "inf")


def range_of(least: float | None, below: float | None) -> str:
    """Return a range as it is written, such as `10..20`; None: without an end."""
    return "..".join("" if end is None else written(end) for end in (least, below))


def written(number: float) -> str:
    """Return a number with all its digits and without an exponent; `float` reads the same."""
    return np.format_float_positional(number, trim="-")


def where(values: Sequence[str], numbers: NDArray[np.float64]) -> Mask:
    """Return which numbers are one of some values, or within one of some ranges."""
    found = np.zeros(len(numbers), bool)
    for value in values:
        ends = ends_of(value)
        if ends is not None:
            found |= (numbers >= ends[0]) & (numbers < ends[1])
        elif re.fullmatch(_NUMBER, value, re.ASCII):
            found |= numbers == float(value)
    return found


def _mask(name: str, values: Sequence[str], facets: Facets) -> Mask:
    if name not in facets.fields:
        return np.zeros(facets.n_items, bool)
    column: Column = facets.column(name)
    if isinstance(column, Numbers):
        return where(values, column.values)
    if facets.fields[name].type == "boolean":
        told = [value == "true" for value in values if value in ("true", "false")]
        return column.among(told) if told else np.zeros(len(column), bool)
    return column.among(list(values))
