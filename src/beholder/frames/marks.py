"""The decimal marks of a column of a table: told by all its values, as those of a file are."""

from __future__ import annotations

from typing import Any

from beholder.catalogue.decimal_mark import Marks, MarksSeen
from beholder.catalogue.readers.interface import counted
from beholder.frames.table import Column


def marks_seen(column: Column, small: bool = False) -> MarksSeen:
    """Look at the numbers of a column; see `MarksSeen`."""
    seen = MarksSeen(small)
    seen.take(*counted(numbers_in(column)))
    return seen


def numbers_in(column: Column) -> list[Any]:
    """Return what may be a number of a column: texts and numbers."""
    return [value for value in column.tolist() if isinstance(value, str | int | float)]


def noted(marks: Marks) -> list[str]:
    """Return how numbers are read, and what may be meant otherwise, in words."""
    return [*marks.taken, *(f"warning: {doubt}" for doubt in marks.doubts)]
