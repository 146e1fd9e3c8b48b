"""The decimal marks of a column of a table: told by all its values, as those of a file are."""

from __future__ import annotations

from beholder.catalogue.decimal_mark import Marks, MarksSeen
from beholder.catalogue.readers.interface import counted
from beholder.frames.table import Column


def marks_seen(column: Column) -> MarksSeen:
    """Look at the numbers of a column; what is no text and no fraction shows no mark."""
    seen = MarksSeen()
    seen.take(*counted([value for value in column.tolist() if isinstance(value, str | float)]))
    return seen


def noted(marks: Marks) -> list[str]:
    """Return how numbers are read, and what may be meant otherwise, in words."""
    return [*marks.taken, *(f"warning: {doubt}" for doubt in marks.doubts)]
