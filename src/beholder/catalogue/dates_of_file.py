"""What the dates of one file of behaviour mean, told by all of its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from beholder.catalogue import time_else
from beholder.catalogue.readers.interface import Batch, Column, distinct
from beholder.catalogue.written_dates import Order, Slashed, short_years, slashed


class DatesOfFile:
    """Finds what dates with slashes begin with, day or month.

    Parameters
    ----------
    mapping
        Columns of the file by our fields.

    Attributes
    ----------
    are_told
        Whether all rows were looked at: the last of them may tell what the first mean.
    """

    def __init__(self, mapping: Mapping[str, str]) -> None:
        self.are_told = False
        self._mapping = mapping
        self._slashed: Slashed | None = None
        self._short = ""

    def see(self, batch: Batch) -> bool:
        """Note what the dates of some rows tell, and whether they have one with slashes."""
        there = False
        for field in ("time", time_else.FIELD):
            if field not in self._mapping:
                continue
            found = slashed(_with(batch.columns[self._mapping[field]], "/"))
            if found is not None:
                self._slashed = (self._slashed or found).and_those(found)
                there = True
        return there

    def look_at(self, batch: Batch, rows: Callable[[], Iterator[Batch]]) -> None:
        """Read all rows of the file for such dates as soon as some have one."""
        if self.are_told or not self.see(batch):
            return
        self.are_told = True
        for each in rows():
            self.see(each)

    def order(self, batch: Batch, rows: Callable[[], Iterator[Batch]]) -> Order:
        """Return what dates with slashes begin with, as all of the file tell."""
        if "time" in self._mapping and not self._short:
            self._short = short_years(_with(batch.columns[self._mapping["time"]], "."))
        self.look_at(batch, rows)
        return self._slashed.first if self._slashed else ""

    @property
    def said(self) -> list[str]:
        """What dates are read as, in words."""
        dates = self._slashed
        return [text for text in (f"{dates}" if dates and dates.first else "", self._short) if text]

    @property
    def doubts(self) -> list[str]:
        """Where some begin with the day and others with the month, in words."""
        return [self._slashed.both] if self._slashed and self._slashed.both else []


def _with(column: Column, mark: str) -> list[Any]:
    """Return the different texts of a column that have a mark; of lists, whatever else is there."""
    if isinstance(column, pa.Array) and pa.types.is_string(column.type):
        column = column.filter(pc.match_substring(column, mark))
    return distinct(column)[0]
