"""Which mark is the decimal one in the numbers of a column: all its values together tell.

`1,299` and `1.299` may be thousands or thousandths. Numbers beside them that are beyond doubt
tell, such as `12,50`; where the column has few or none, those of the file's other columns do; else
what stands between the fields of the file; else nothing does, and it is said how they are read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from beholder.numbers_in_text import (
    LONGEST,
    bare,
    decimal_mark,
    either,
    number,
    with_comma,
)

# Numbers beyond doubt speak for ten times their square in doubt: one for ten, ten for a thousand.
# So one that was typed by hand says nothing of a long list, and a hundred say it of all.
SPEAKS = 10
THOUSAND, LARGEST = 1_000, 3e38  # what lies beyond is refused, and says nothing
Words = Mapping[str, str]  # by the mark that may be either
COMMA: Words = {
    ".": "{column}: a point marks thousands, {text} is {comma} ({why})",
    ",": "{column}: a comma is a decimal comma, {text} is {comma} ({why})",
}
POINT: Words = {
    ".": "{column}: a point is a decimal point, {text} is {point} ({why})",
    ",": "{column}: a comma marks thousands, {text} is {point} ({why})",
}
COMMA_IN_DOUBT: Words = {
    ".": "{column}: {text} is read as thousands and may have a decimal point, since {why}: if so, "
    "write all numbers of the column with one",
    ",": "{column}: {text} is read with a decimal comma and may be thousands, since {why}: if so, "
    "write {point}",
}
POINT_IN_DOUBT: Words = {
    ".": "{column}: {text} is read with a decimal point and may be thousands, since {why}: if so, "
    "write {comma}",
    ",": "{column}: {text} is read as thousands and may have a decimal comma, since {why}: if so, "
    "write {comma}",
}
SHOWN = "as {one} shows"
BETWEEN = "semicolons stand between fields, and no number of the column speaks against it"
SMALL = "no other number of the column reaches a thousand"
SLIPS = 0.01  # of all numbers of such a column: fewer are slips of the pen
AGAINST = "{one} speaks against it"
TWO_MARKS = "{both} have different decimal marks"
FEW = "{one} says so, which is little beside {n} that may be either"
FEW_POINTS = "only {one} says otherwise, which is little beside {n} that may be either"
UNKNOWN = {
    ".": "all points have three digits behind them",
    ",": "all commas have three digits behind them",
}
BUT_FOR = "{all}, but for {one}, which shows little"
HERE = "this column"


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
    small
        Whether none of its numbers is in thousands, so that a comma and a point alike are decimal.
    """

    comma: bool = False
    taken: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    small: bool = False


class Shown(NamedTuple):
    """A number, and the column that it stands in."""

    text: str
    column: str

    def __str__(self) -> str:
        return f"{self.text} in {self.column}"


class Evidence(NamedTuple):
    """Numbers whose decimal mark is beyond doubt.

    Attributes
    ----------
    commas, points
        How many rows have a decimal comma, or a decimal point.
    comma, point
        The first of each.
    """

    commas: int = 0
    points: int = 0
    comma: Shown | None = None
    point: Shown | None = None

    def and_that(self, more: Evidence) -> Evidence:
        """Return this and what other columns show."""
        return Evidence(
            self.commas + more.commas,
            self.points + more.points,
            self.comma or more.comma,
            self.point or more.point,
        )

    @property
    def both(self) -> str:
        """A number with each mark, in words."""
        comma, point = self.comma, self.point
        if comma and point and comma.column == point.column:
            return f"{comma.text} and {point}"
        return f"{comma} and {point}"


NONE = Evidence()


class MarksSeen:
    """The marks in the numbers of one column.

    What is zero, or is written with an exponent, shows nothing: a program put it there. Nor does
    what is a number by its type, as in JSON and Parquet: it has no mark.

    Parameters
    ----------
    small
        Whether the column is of numbers that are not in thousands, such as ratings, if none of
        them says otherwise.

    Attributes
    ----------
    commas, points
        How many rows have a decimal comma, or a decimal point, beyond doubt.
    comma, point
        The first of each; empty: there is none.
    zeros
        The first that is zero or has an exponent, and so shows nothing, by its mark.
    either
        The first that may be thousands or thousandths, by its mark.
    n_either
        How many rows have such a number.
    """

    def __init__(self, small: bool = False) -> None:
        self.commas = self.points = self.n_either = 0
        self.comma = self.point = ""
        self.zeros: dict[str, str] = {}
        self.either: dict[str, str] = {}
        self._may_be_small = small
        self._n = self._large = 0

    def take(self, values: Sequence[Any], counts: Sequence[int]) -> None:
        """Look at different values, each of so many rows."""
        for value, n in zip(values, counts, strict=True):
            if isinstance(value, str) and len(value) <= LONGEST and ("." in value or "," in value):
                self._take(bare(value), n)
            if self._may_be_small and value is not None:
                self._n += n
                self._large += n * _is_large(value)

    def _take(self, text: str, n: int) -> None:
        mark = either(text)
        if mark:
            self.either.setdefault(mark, text)
            self.n_either += n
            return
        mark = decimal_mark(text)
        if mark and ("e" in text.lower() or not number(text)):
            self.zeros.setdefault(mark, text)
        else:
            self._shows(mark, text, n)

    def _shows(self, mark: str, text: str, n: int) -> None:
        if mark == ",":
            self.commas += n
            self.comma = self.comma or text
        elif mark == ".":
            self.points += n
            self.point = self.point or text

    def evidence(self, column: str) -> Evidence:
        """Return what the numbers show, which stand in a column of this name."""
        comma = Shown(self.comma, column) if self.commas else None
        point = Shown(self.point, column) if self.points else None
        return Evidence(self.commas, self.points, comma, point)

    def told(self, column: str, semicolons: bool, foreign: bool, others: Evidence = NONE) -> Marks:
        """Return how the numbers are read.

        Parameters
        ----------
        semicolons
            Whether these stand between fields, as where commas are decimal.
        foreign
            Whether the column is named in a language of such countries.
        others
            What the other columns of the file show: a file has one way of writing numbers. It
            counts where the column itself does not show enough.
        """
        if self._may_be_small and self._large <= SLIPS * self._n:
            said = self._said(COMMA, column, {",": SMALL})
            return Marks("," in self.either, taken=said, small=True)
        own = self.evidence(HERE)
        enough = _speaks(own.commas, self.n_either) or _speaks(own.points, self.n_either)
        shown = own if enough else own.and_that(others)
        evident = _speaks(shown.commas, self.n_either)
        # A few points beside many commas are slips; a doubt that is said all the same.
        evident = evident and not _speaks(shown.points, shown.commas)
        hint = shown.commas > 0 or "," in self.either or foreign
        if evident or (semicolons and hint and not shown.points):
            return self._with_comma(column, shown, evident)
        return self._with_point(column, shown, own)

    def _with_comma(self, column: str, shown: Evidence, evident: bool) -> Marks:
        against = f"{shown.point or ''}" or ("" if evident else self.zeros.get(".", ""))
        if against:
            why = AGAINST.format(one=against)
            return Marks(True, doubts=self._said(COMMA_IN_DOUBT, column, _alike(why)))
        why = SHOWN.format(one=shown.comma) if evident else BETWEEN
        return Marks(True, taken=self._said(COMMA, column, _alike(why)))

    def _with_point(self, column: str, shown: Evidence, own: Evidence) -> Marks:
        whys: Words = {
            mark: BUT_FOR.format(all=why, one=self.zeros[mark]) if mark in self.zeros else why
            for mark, why in UNKNOWN.items()
        }
        if shown.commas and shown.points:
            whys = _alike(TWO_MARKS.format(both=shown.both))
        elif shown.commas:
            whys = _alike(FEW.format(one=shown.comma, n=self.n_either))
        elif shown.points and not _speaks(shown.points, self.n_either):
            whys = _alike(FEW_POINTS.format(one=shown.point, n=self.n_either))
        elif shown.points:
            why = SHOWN.format(one=shown.point)
            itself = _speaks(own.points, self.n_either)
            return Marks(taken=() if itself else self._said(POINT, column, _alike(why)))
        return Marks(doubts=self._said(POINT_IN_DOUBT, column, whys))

    def _said(self, words: Words, column: str, whys: Words) -> tuple[str, ...]:
        """Say something of the first number with each mark, and what it is in either way."""
        return tuple(
            words[mark].format(
                column=column,
                text=text,
                comma=f"{number(with_comma(text)):g}",
                point=f"{number(text):g}",
                why=whys[mark],
            )
            for mark, text in self.either.items()
            if mark in whys
        )


def _alike(why: str) -> Words:
    """Return one reason for both marks."""
    return dict.fromkeys(".,", why)


def _speaks(n: int, beside: int) -> bool:
    """Whether so many numbers beyond doubt say something of those beside them."""
    return n > 0 and SPEAKS * n**2 >= beside


def _is_large(value: Any) -> bool:
    """Whether a value is a number of a thousand or more, and not one of thousandths."""
    if isinstance(value, str):
        value = None if len(value) > LONGEST or either(bare(value)) else number(value)
    return isinstance(value, int | float) and THOUSAND <= abs(value) < LARGEST
