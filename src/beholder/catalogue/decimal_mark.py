"""Which mark is the decimal one in the numbers of a column: all its values together tell.

`1,299` and `1.299` may be thousands or thousandths. Numbers beside them that are beyond doubt
tell, such as `12,50`; else what stands between the fields of the file; else nothing does, and it
is said how they are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from beholder.numbers_in_text import (
    LONGEST,
    bare,
    decimal_mark,
    either,
    in_range,
    number,
    with_comma,
)

# Numbers beyond doubt speak for ten times their square in doubt: one for ten, ten for a thousand.
# So one that was typed by hand says nothing of a long list, and a hundred say it of all.
SPEAKS = 10
TAKEN = {
    ".": "{column}: a point marks thousands, {text} is {value} ({why})",
    ",": "{column}: a comma is a decimal comma, {text} is {value} ({why})",
}
DOUBT = {
    ".": "{column}: {text} is read with a decimal point and may be thousands, since {why}: if so, "
    "write {value}",
    ",": "{column}: {text} is read as thousands and may have a decimal comma, since {why}: if so, "
    "write {value}",
}
SHOWN = "as {text} in this column shows"
BETWEEN = "semicolons stand between fields, and no number of the column speaks against it"
TWO_MARKS = "{comma} and {point} in this column have different decimal marks"
FEW = "{text} in this column says so, which is little beside {n} that may be either"
THREE = {
    ".": "all points have three digits behind them",
    ",": "all commas have three digits behind them",
}


class Marks(NamedTuple):
    """How the numbers of a column are read.

    Attributes
    ----------
    comma
        Whether a comma is its decimal mark, and a point one of thousands.
    taken
        What is taken so, in words.
    doubts
        What may be meant otherwise, in words.
    """

    comma: bool = False
    taken: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


class MarksSeen:
    """The marks in the numbers of one column.

    Attributes
    ----------
    commas, points
        How many rows have a decimal comma, or a decimal point, beyond doubt.
    comma, point
        The first of each; empty: there is none.
    either
        The first that may be thousands or thousandths, by its mark.
    n_either
        How many rows have such a number.
    """

    def __init__(self) -> None:
        self.commas = self.points = self.n_either = 0
        self.comma = self.point = ""
        self.either: dict[str, str] = {}

    def take(self, values: Sequence[Any], counts: Sequence[int]) -> None:
        """Look at different values, each of so many rows."""
        for value, n in zip(values, counts, strict=True):
            if isinstance(value, float):
                if in_range(value) and not value.is_integer():
                    self._shows(".", f"{value:g}", n)
            elif (
                isinstance(value, str) and len(value) <= LONGEST and ("." in value or "," in value)
            ):
                self._take(bare(value), n)

    def _take(self, text: str, n: int) -> None:
        mark = either(text)
        if mark:
            self.either.setdefault(mark, text)
            self.n_either += n
        else:
            self._shows(decimal_mark(text), text, n)

    def _shows(self, mark: str, text: str, n: int) -> None:
        if mark == ",":
            self.commas += n
            self.comma = self.comma or text
        elif mark == ".":
            self.points += n
            self.point = self.point or text

    @property
    def settled(self) -> bool:
        """Whether further values hardly change how the column is read, nor what is said of it."""
        sure = self.n_either > 0 if self.commas else self._enough(self.points)
        return self.points > 0 and sure

    def _enough(self, n: int) -> bool:
        return SPEAKS * n**2 >= self.n_either

    def told(self, column: str, semicolons: bool, foreign: bool, counted: bool) -> Marks:
        """Return how the numbers are read.

        Parameters
        ----------
        semicolons
            Whether these stand between fields, as where commas are decimal.
        foreign
            Whether the column is named in a language of such countries.
        counted
            Whether thousands are usual in the column, and thousandths are not.
        """
        between = semicolons and (self.commas > 0 or "," in self.either or foreign)
        evident = self.commas > 0 and self._enough(self.commas)
        if not self.points and (between or evident):
            why = SHOWN.format(text=self.comma) if evident else BETWEEN
            return Marks(True, taken=self._words(TAKEN, column, dict.fromkeys(".,", why)))
        if self.commas:
            words = TWO_MARKS if self.points else FEW
            why = words.format(comma=self.comma, point=self.point, text=self.comma, n=self.n_either)
            return Marks(doubts=self._words(DOUBT, column, dict.fromkeys(".,", why)))
        if self.points:
            return Marks()
        whys = THREE if counted else {",": THREE[","]}
        return Marks(doubts=self._words(DOUBT, column, whys))

    def _words(self, words: dict[str, str], column: str, whys: dict[str, str]) -> tuple[str, ...]:
        """Say something of the first number with each mark, and what it is with a decimal comma."""
        return tuple(
            words[mark].format(column=column, text=text, value=_plainly(text), why=whys[mark])
            for mark, text in self.either.items()
            if mark in whys
        )


def _plainly(text: str) -> str:
    """Return a number with a decimal comma as we write it."""
    return f"{number(with_comma(text)):g}"
