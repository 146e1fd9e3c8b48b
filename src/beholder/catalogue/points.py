"""What a point means in the numbers of a file: it is told by all values of a column together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from beholder.catalogue.attribute_names import attribute_fields, in_another_language
from beholder.catalogue.readers import open_rows
from beholder.catalogue.readers.interface import Batch, Column, distinct
from beholder.catalogue.readers.texts import USUAL, Form
from beholder.catalogue.readers.until_cut import UntilCut
from beholder.numbers_in_text import COMMA, LONGEST, POINTS, bare, is_number, number
from beholder.unicode import writable

COUNTED = frozenset({"price", "stock"})  # thousands of others are rare, and three digits are not
MARKED = (
    "{column}: a point marks thousands, {text} is {value} (all have three digits behind it, and "
    "semicolons stand between fields)"
)
DOUBTFUL = (
    "warning: {column}: {text} is read with a decimal point and may be thousands, since all points "
    "have three digits behind them: if so, write {value}"
)


LONGEST_SHOWN = 40
LEFT_OUT = (
    "{column}: most are numbers, so words such as {text!r} are left out (kept as words they would "
    "end ranges and {name} < 50); to keep them, say --map NAME={column}"
)


class Points(NamedTuple):
    """How the numbers of a file are read.

    Attributes
    ----------
    thousands
        The attributes whose points mark thousands.
    numbers
        Those that are numbers but for some words, which are left out.
    said
        What is taken so, in words.
    """

    thousands: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    said: tuple[str, ...] = ()


NOTHING = Points()


class PointsSeen:
    """How points were found in the values of one column.

    Attributes
    ----------
    comma
        Whether one has a decimal comma: then a point marks thousands.
    several
        Whether one has two points, which are no decimal points.
    decimal
        Whether one has a point that marks no thousands.
    first
        The first that may be thousands; empty: there is none.
    numbers, words
        How many rows have a number, and how many have something else.
    word
        The first that is no number; empty: there is none.
    """

    def __init__(self) -> None:
        self.comma = self.several = self.decimal = False
        self.first = self.word = ""
        self.numbers = self.words = 0

    def take(self, column: Column) -> None:
        """Look at the values of some rows."""
        values, rows = distinct(column)
        counts = np.bincount(rows, minlength=len(values)).tolist()
        for value, n in zip(values, counts, strict=True):
            if isinstance(value, float):
                self.decimal |= not value.is_integer()
            elif isinstance(value, str) and len(value) <= LONGEST:
                self._take(bare(value))
            if not is_word(value):
                self.numbers += n * (value is not None and value != "")
                continue
            self.words += n
            self.word = self.word or value

    def _take(self, text: str) -> None:
        if COMMA.fullmatch(text):
            self.comma = True
        elif POINTS.fullmatch(text):
            self.several |= text.count(".") > 1
            self.first = self.first or text
        elif "." in text and any(map(str.isdigit, text)):
            self.decimal = True

    @property
    def settled(self) -> bool:
        """Whether no further value is needed."""
        return self.comma or self.decimal

    @property
    def mostly(self) -> bool:
        """Whether most are numbers, and some are words."""
        return 0 < self.words < self.numbers

    @property
    def thousands(self) -> bool:
        """Whether points mark thousands, by the values alone."""
        return self.comma or (self.several and not self.decimal)

    @property
    def open(self) -> bool:
        """Whether points may mark thousands or decimals, by the values alone."""
        return bool(self.first) and not self.decimal and not self.thousands


def points_in(path: Path, mapping: Mapping[str, str], form: Form = USUAL) -> Points:
    """Return what points mean in a file of items, which is read as far as that needs."""
    seen: dict[str, PointsSeen] = {}
    semicolons = False
    rows = UntilCut(open_rows(path, lambda *_: None, form))
    for batch in rows:
        semicolons = batch.delimiter == ";"
        for name, column in _numbers(batch, mapping).items():
            one = seen.setdefault(name, PointsSeen())
            if not one.settled:
                one.take(batch.columns[column])
        if all(one.settled for one in seen.values()):
            break
    rows.close()
    return _points(seen, mapping, semicolons)


def is_word(value: Any) -> bool:
    """Whether a value is a text and no number, however its points are meant."""
    text = isinstance(value, str) and bool(value.strip())
    return text and number(value) is None and not POINTS.fullmatch(bare(value))


def without_words(values: list[Any]) -> list[Any]:
    """Return values of a column of numbers, nothing in the place of words."""
    return [None if is_word(value) else value for value in values]


def without_points(values: list[Any]) -> list[Any]:
    """Return values of a column whose points mark thousands, without these."""
    return [
        value.replace(".", "")
        if isinstance(value, str) and len(value) <= LONGEST and POINTS.fullmatch(bare(value))
        else value
        for value in values
    ]


def _points(seen: Mapping[str, PointsSeen], mapping: Mapping[str, str], semicolons: bool) -> Points:
    thousands, numbers, said = set(), set(), []
    for name, one in seen.items():
        column = mapping.get(name, name)
        likely = semicolons and in_another_language(column)
        if one.thousands or (one.open and likely):
            thousands.add(name)
        if one.open and (likely or name.lower() in COUNTED):
            words = MARKED if likely else DOUBTFUL
            value = one.first.replace(".", "")
            said.append(words.format(column=column, text=one.first, value=value))
        if one.mostly:
            numbers.add(name)
            word = writable(one.word[:LONGEST_SHOWN])
            said.append(LEFT_OUT.format(column=column, text=word, name=name))
    return Points(frozenset(thousands), frozenset(numbers), tuple(said))


def _numbers(batch: Batch, mapping: Mapping[str, str]) -> dict[str, str]:
    """Return the columns of a batch that are numbers, by the attribute that they are."""
    own = {field: mapping[field] for field in attribute_fields(mapping)}
    used = {*mapping.values(), *own}
    all_ = {name: name for name in batch.columns if name not in used} | own
    return {
        name: column for name, column in all_.items() if is_number(name) and column in batch.columns
    }
