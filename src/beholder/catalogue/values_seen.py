"""What all numbers of an interactions file tell together: their decimal mark, and negative ones."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Any

from beholder.catalogue.assumed_kind import are_ratings
from beholder.catalogue.attribute_names import in_another_language
from beholder.catalogue.decimal_mark import NONE, Evidence, Marks, MarksSeen
from beholder.catalogue.readers.interface import Column, counted
from beholder.numbers_in_text import is_number


class ValuesSeen:
    """The values of a file so far, and the numbers in its other columns.

    Parameters
    ----------
    column
        Of the values.
    asked
        The kind of its rows that the caller says.

    Attributes
    ----------
    low
        Whether some value is zero or below.
    """

    def __init__(self, column: str, asked: str | None) -> None:
        self.low = False
        self._column = column
        self._marks = MarksSeen(small=are_ratings(column, asked))
        self._others: dict[str, MarksSeen] = {}
        self._semicolons = False

    def take(self, columns: Mapping[str, Column], semicolons: bool = False) -> None:
        """Look at some more rows, whose fields semicolons may part."""
        values, counts = counted(columns[self._column])
        self._marks.take(values, counts)
        self.low = self.low or any(map(_is_low, values))
        self._semicolons = semicolons
        for name, column in columns.items():
            if name != self._column and (is_number(name) or in_another_language(name)):
                self._others.setdefault(name, MarksSeen()).take(*counted(column))

    def told(self) -> Marks:
        """Return how the values are read."""
        shown = [marks.evidence(name) for name, marks in self._others.items()]
        others = reduce(Evidence.and_that, shown, NONE)
        foreign = in_another_language(self._column)
        return self._marks.told(self._column, self._semicolons, foreign, others)


def _is_low(value: Any) -> bool:
    if isinstance(value, str):
        return value.lstrip()[:1] in ("-", "0")
    return isinstance(value, int | float) and value <= 0
