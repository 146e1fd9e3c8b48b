"""How the numbers of a file of items are read, told by all values of each column together."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from pathlib import Path
from typing import Any, NamedTuple

from beholder.catalogue.attribute_names import attribute_fields, in_another_language
from beholder.catalogue.decimal_mark import NONE, Evidence, Marks, MarksSeen
from beholder.catalogue.readers import open_rows
from beholder.catalogue.readers.interface import Batch, Column, counted
from beholder.catalogue.readers.texts import USUAL, Form
from beholder.catalogue.readers.until_cut import UntilCut
from beholder.numbers_in_text import is_number, number, with_comma
from beholder.sold_out import says_sold_out
from beholder.unicode import writable

SMALL = frozenset({"latitude", "longitude", "rating"})  # not in thousands
LONGEST_SHOWN = 40
STOCK = "stock"
NONE_LEFT = "{column}: words that say that there is none, such as {text!r}, are read as 0"
NOT_COUNTED = (
    "{column}: it is read as a number of pieces, so words such as {text!r} are left out, and such "
    "items count as in stock; to keep them, say --map NAME={column}"
)
LEFT_OUT = (
    "{column}: most are numbers, so words such as {text!r} are left out (kept as words they would "
    "end ranges and {name} < 50); to keep them, say --map NAME={column}"
)


class Points(NamedTuple):
    """How the numbers of a file are read.

    Attributes
    ----------
    commas
        The attributes whose decimal mark is a comma, and whose points mark thousands.
    numbers
        Those that are numbers but for some words, which are left out; of pieces in stock also
        where some word says that there are none, which is 0.
    said
        What is taken so, in words.
    small
        Those whose numbers are in no thousands: beside commas points are decimal, too.
    """

    commas: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    said: tuple[str, ...] = ()
    small: frozenset[str] = frozenset()


NOTHING = Points()


class ColumnSeen:
    """What was found in the values of one column.

    Attributes
    ----------
    marks
        The marks in its numbers.
    numbers, words
        How many rows have a number, and how many have something else.
    word
        The first that is no number; empty: there is none.
    none_left
        The first of a `stock` that says that there is none, which counts as a number.
    """

    def __init__(self, name: str) -> None:
        self.marks = MarksSeen(is_small(name))
        self.numbers = self.words = 0
        self.word = self.none_left = ""
        self._stock = name == STOCK

    def take(self, column: Column) -> None:
        """Look at the values of some rows."""
        values, counts = counted(column)
        self.marks.take(values, counts)
        for value, n in zip(values, counts, strict=True):
            if not is_word(value):
                self.numbers += n * (value is not None and value != "")
                continue
            if self._stock and says_sold_out(value):
                self.none_left = self.none_left or value
                continue
            self.words += n
            self.word = self.word or value

    @property
    def mostly(self) -> bool:
        """Whether most are numbers, and some are words."""
        return 0 < self.words < self.numbers


def points_in(path: Path, mapping: Mapping[str, str], form: Form = USUAL) -> Points:
    """Return how numbers are read in a file of items, which is read to its end where it has some.

    What speaks against the first values may stand anywhere in it.
    """
    seen: dict[str, ColumnSeen] = {}
    semicolons = False
    rows = UntilCut(open_rows(path, lambda *_: None, form))
    for batch in rows:
        semicolons = batch.delimiter == ";"
        for name, column in _numbers(batch, mapping).items():
            seen.setdefault(name, ColumnSeen(name)).take(batch.columns[column])
        if not seen and batch.keys is None:
            break  # where rows do not name their columns themselves, later ones have no others
    rows.close()
    return _points(seen, mapping, semicolons)


def is_word(value: Any) -> bool:
    """Whether a value is a text and no number."""
    return isinstance(value, str) and bool(value.strip()) and number(value) is None


def is_small(name: str) -> bool:
    """Whether the numbers of an attribute are in no thousands, by its name."""
    return name.lower() in SMALL


def marks_of_columns(
    seen: Mapping[str, MarksSeen], mapping: Mapping[str, str], semicolons: bool = False
) -> dict[str, Marks]:
    """Return how the numbers of attributes are read: each by its own, and by all the others."""
    columns = {name: mapping.get(name, name) for name in seen}
    shown = {name: marks.evidence(columns[name]) for name, marks in seen.items()}
    told = {}
    for name, column in columns.items():
        others = reduce(Evidence.and_that, (shown[each] for each in shown if each != name), NONE)
        foreign = in_another_language(column)
        told[name] = seen[name].told(column, semicolons, foreign, others)
    return told


def without_words(values: list[Any]) -> list[Any]:
    """Return values of a column of numbers, nothing in the place of words."""
    return [None if is_word(value) else value for value in values]


def with_pieces(values: list[Any]) -> list[Any]:
    """Return how many pieces there are, 0 in the place of words that say that there are none."""
    return [0.0 if is_word(value) and says_sold_out(value) else value for value in values]


def with_commas(values: list[Any], small: bool = False) -> list[Any]:
    """Return values of a column whose decimal mark is a comma, as `number` reads them."""
    return [with_comma(value, small) if isinstance(value, str) else value for value in values]


def _points(seen: Mapping[str, ColumnSeen], mapping: Mapping[str, str], semicolons: bool) -> Points:
    commas, small, numbers, said = set(), set(), set(), []
    told = marks_of_columns({name: one.marks for name, one in seen.items()}, mapping, semicolons)
    for name, one in seen.items():
        column, marks = mapping.get(name, name), told[name]
        if marks.comma:
            commas.add(name)
        if marks.small:
            small.add(name)
        said += [*marks.taken, *(f"warning: {doubt}" for doubt in marks.doubts)]
        if one.none_left:
            said.append(NONE_LEFT.format(column=column, text=_shown(one.none_left)))
        if one.mostly or one.none_left:
            numbers.add(name)
            rule = NOT_COUNTED if name == STOCK else LEFT_OUT
            word = _shown(one.word)
            said += [rule.format(column=column, text=word, name=name)] if word else []
    return Points(frozenset(commas), frozenset(numbers), tuple(said), frozenset(small))


def _shown(word: str) -> str:
    told: str = writable(word[:LONGEST_SHOWN])
    return told


def _numbers(batch: Batch, mapping: Mapping[str, str]) -> dict[str, str]:
    """Return the columns of a batch that are numbers, by the attribute that they are."""
    own = {field: mapping[field] for field in attribute_fields(mapping)}
    used = {*mapping.values(), *own}
    all_ = {name: name for name in batch.columns if name not in used} | own
    return {
        name: column for name, column in all_.items() if is_number(name) and column in batch.columns
    }
