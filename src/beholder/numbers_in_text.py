"""Numbers as people and spreadsheets write them: 12.5, 12,50, 1.299,00, 1 299,00, 5 EUR."""

from __future__ import annotations

import re

SIGNS = re.compile(r"^(?:[€$£¥]|EUR|USD|GBP|CHF)\s*|\s*(?:[€$£¥]|EUR|USD|GBP|CHF)$")
PLAIN = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
THOUSANDS = re.compile(r"[+-]?(?!0,)[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
POINTS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:\.[0-9]{3}){2,}")  # of thousands, as there are several
# Switzerland, France and others: the mark of thousands is no point and no comma.
APART = re.compile(r"-?[0-9]{1,3}(?:[ \u00a0\u202f'\u2019][0-9]{3})+(?:[.,][0-9]{1,2})?")
MARKS = re.compile(r"[ \u00a0\u202f'\u2019]")
LONGEST = 300  # characters
LARGEST = 1e300  # either side of zero: beyond it is nothing that anybody means
# A decimal comma beyond doubt: all but one with three digits behind, and one to three before it.
COMMA = re.compile(
    r"[+-]?(?:[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+|[0-9]+,[0-9]{1,2}|[0-9]{1,3},[0-9]{4,}"
    r"|[0-9]{4,},[0-9]{3}|0,[0-9]{3})"
)
# Thousands or thousandths: its column tells; see `catalogue.decimal_mark`.
EITHER = re.compile(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}")
POINT = re.compile(r"\.[0-9]")
ROUND = re.compile(r"(?<=[0-9])([.,])[-\u2013\u2014]$")  # 49,- as prices are written
ROUNDED = ("-", "\u2013", "\u2014")
MINUS = "\u2212"  # as it is typeset

# Only these are read as numbers from text: a product code of digits is a name, not a number.
NUMBERS = frozenset(
    {
        "age", "depth", "discount", "duration", "height", "latitude", "length", "longitude",
        "popularity", "price", "rating", "regular_price", "runtime", "sale_price", "seconds",
        "stock", "weight", "width", "year",
    }
)  # fmt: skip


def is_number(name: str) -> bool:
    """Whether an attribute of this name is a number."""
    return name.lower() in NUMBERS


def in_range(number: float) -> bool:
    """Whether a number can be kept; one that is not finite cannot."""
    return abs(number) < LARGEST  # NaN neither


def is_numeric(value: object) -> bool:
    """Whether a value is a number that can be kept, or a text that is one."""
    read = number(value) if isinstance(value, str) else value
    return isinstance(read, int | float) and not isinstance(read, bool) and in_range(read)


def bare(text: str) -> str:
    """Return a number as it stands, without the sign of a currency beside it."""
    own = SIGNS.sub("", text.strip()).replace(MINUS, "-", 1)
    return ROUND.sub(r"\g<1>00", own) if own[-1:] in ROUNDED else own


def sign(text: str) -> str:
    """Return the sign of a currency beside a number; empty: there is none."""
    if len(text) > LONGEST or number(text) is None:
        return ""
    found = SIGNS.search(text.strip())
    return found[0].strip() if found else ""


def number(text: str) -> float | None:
    """Return the number that a text is; None where it is none, or may be one of two.

    Alone, a comma with three digits behind it is a mark of thousands (but for `0,500`), with any
    other number of digits a decimal comma; a point is a decimal point, several are of thousands.
    """
    if len(text) > LONGEST:
        return None
    own = bare(text)
    if APART.fullmatch(own):
        own = MARKS.sub("", own)
    if PLAIN.fullmatch(own):
        return float(own)
    if THOUSANDS.fullmatch(own):
        return float(own.replace(",", ""))
    if COMMA.fullmatch(own) or POINTS.fullmatch(own):
        return float(own.replace(".", "").replace(",", "."))
    return None


def either(own: str) -> str:
    """Return the mark of a bare number that may be thousands or thousandths; empty: it is none."""
    return ("," if "," in own else ".") if EITHER.fullmatch(own) else ""


def decimal_mark(own: str) -> str:
    """Return the decimal mark of a bare number that is not `either`; empty: it shows none."""
    if PLAIN.fullmatch(own):
        return "." if POINT.search(own) else ""
    own = MARKS.sub("", own) if APART.fullmatch(own) else own
    if COMMA.fullmatch(own) or POINTS.fullmatch(own):
        return ","
    return "." if THOUSANDS.fullmatch(own) or (PLAIN.fullmatch(own) and "." in own) else ""


def with_comma(text: str, small: bool = False) -> str:
    """Return a text of a column whose decimal mark is a comma, as `number` reads it.

    Parameters
    ----------
    small
        Whether none of the column is in thousands, so that a point is decimal, too.
    """
    mark = either(bare(text)) if len(text) <= LONGEST else ""
    if not mark or (small and mark == "."):
        return text
    return text.replace(mark, "." if mark == "," else "")
