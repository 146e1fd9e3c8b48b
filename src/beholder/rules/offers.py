"""Offers: which attributes of a catalogue people can choose by, with the values they have."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.rules.choices import ends_of, range_of
from beholder.rules.columns import Coded, Column, Lists, Mask, Numbers
from beholder.rules.facets import Facets
from beholder.rules.translations import is_translation
from beholder.rules.values import FacetType

PRICE = "price"  # often as many values as items, and yet no code
FIRST = (
    "category", "categories", "product_type", "family", "type", "genre", "genres", "department",
    "brand", "colours", "colour", "colors", "color", "size", "sizes", "material", PRICE,
)  # fmt: skip
MOST = 6  # attributes
NUMBERS = 2  # of them that are numbers
VALUES = 30  # of one attribute
SINGLE = 12  # different whole numbers that are offered one by one, as sizes are
LONGEST = 32  # letters of a value
ITEMS = 2.0  # of a value, at least, on average: what has less tells items apart
CODE = 10_000  # whole numbers from here on are codes or moments
SHARES = (0.2, 0.4, 0.6, 0.8)  # of the items that are below the end of a range
_NAME = re.compile(
    r"(^|[\W_])(ids?|codes?|skus?|ean|gtin|upc|isbn|asin|mpn|ur[li]s?|links?|images?|pictures?"
    r"|hash|slug|handle|path|hex|phone|email|zip|lat|lon|lng|group_id"
    r"|stock|quantity|qty|inventory|available)$|^(title|description|name)",
    re.IGNORECASE,
)
_NOTHING = frozenset(
    {
        "", "-", "--", "?", "n/a", "na", "nan", "none", "null", "nil", "unknown", "undefined",
        "not available", "not specified", "tbd", "unbekannt", "keine angabe", "inconnu",
        "desconocido", "未知", "无",
    }
)  # fmt: skip


class Offer(NamedTuple):
    """An attribute that people can choose by.

    Attributes
    ----------
    values
        As `Choices` take them: those of most items first, numbers and ranges from the least on.
    """

    name: str
    type: FacetType
    values: tuple[str, ...]


def offers_of(facets: Facets, shown: Mask, names: Sequence[str] = ()) -> tuple[Offer, ...]:
    """Return what can be chosen among some items.

    Parameters
    ----------
    shown
        bool (n,). The items; what only others have is not offered.
    names
        These attributes, in this order; none: those with few values that many items share. Codes,
        addresses, what is told at length and what says that nothing is known are never among them.
    """
    found = []
    numbers = 0
    for name in names or _ordered(facets):
        if name not in facets.fields or (not names and _NAME.search(name)):
            continue
        column = facets.column(name)
        values = _values(column, shown, bool(names), name.casefold() == PRICE)
        if not values or (not names and numbers == NUMBERS and isinstance(column, Numbers)):
            continue
        numbers += isinstance(column, Numbers)
        found.append(Offer(name, facets.fields[name].type, values))
        if not names and len(found) == MOST:
            break
    return tuple(found)


def counts_of(
    offer: Offer, facets: Facets, among: Mask, as_one: NDArray[np.int64] | None = None
) -> tuple[int, ...]:
    """Return how many of some items, bool (n,), have each value of an offer.

    Parameters
    ----------
    as_one
        int64 (n,), from 0 on. Items with the same number are counted once; None: each counts.
    """
    column = facets.column(offer.name)
    if isinstance(column, Numbers):
        numbers = column.values[among]
        if as_one is None:
            return tuple(_count(numbers, value) for value in offer.values)
        own = as_one[among]
        return tuple(len(_distinct(own[_has(numbers, value)])) for value in offer.values)
    assert isinstance(column, Coded | Lists)
    tally = _tally(column, among, as_one)
    return tuple(tally.get(value, 0) for value in offer.values)


def _ordered(facets: Facets) -> list[str]:
    """Return names of attributes: the usual ones first, those in another language not at all."""
    known = {name.casefold(): name for name in facets.fields}
    first = [known[name] for name in FIRST if name in known]
    own = [name for name in facets.fields if not is_translation(name, facets)]
    return list(dict.fromkeys(first + own))


def _values(column: Column, shown: Mask, asked: bool, price: bool) -> tuple[str, ...]:
    if isinstance(column, Numbers):
        return _of_numbers(column.values[shown & column.exists()], asked or price)
    assert isinstance(column, Coded | Lists)
    if not asked and _tells_apart(column, shown):
        return ()
    tally = {text: n for text, n in _tally(column, shown).items() if _says_something(text)}
    if not asked and _is_prose(tally):
        return ()
    if all(n == int(shown.sum()) for n in tally.values()):
        return ()  # nothing to choose: all have it
    ordered = sorted(tally, key=lambda text: (-tally[text], text))
    return tuple(text for text in ordered if len(text) <= LONGEST)[:VALUES]


def _tells_apart(column: Coded | Lists, shown: Mask) -> bool:
    """Whether there are about as many values as items, looked up before any text is read."""
    counts = np.bincount(_codes(column, shown)[0], minlength=1)
    return bool(counts.sum() < ITEMS * np.count_nonzero(counts))


def _is_prose(tally: dict[str, int]) -> bool:
    return sum(len(text) > LONGEST for text in tally) > len(tally) / 2


def _says_something(text: str) -> bool:
    """Whether a value is a word or a size, and no code."""
    word = text.strip().casefold()
    digits = sum(letter.isdigit() for letter in word)
    letters = sum(letter.isalpha() for letter in word)
    coded = digits >= 4 and digits >= letters
    return word not in _NOTHING and not coded and digits + letters > 0


def _tally(
    column: Coded | Lists, among: Mask, as_one: NDArray[np.int64] | None = None
) -> dict[str, int]:
    """Return how many of some items have each text; true and false are texts, too."""
    codes, whose = _codes(column, among)
    counted: NDArray[np.integer[Any]] = codes
    if as_one is not None and len(codes):
        span = int(as_one.max()) + 1
        counted = _distinct(codes * np.int64(span) + as_one[whose]) // span
    counts = np.bincount(counted, minlength=len(column.values)).tolist()
    texts = (str(value) for value in column.values.to_pylist())
    texts = (text.lower() if text in ("True", "False") else text for text in texts)
    return {text: n for text, n in zip(texts, counts, strict=True) if n}


def _distinct(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return each number once; sorting is several times faster than the hashes of `np.unique`."""
    keys = np.sort(keys)
    return keys[np.append(True, keys[1:] != keys[:-1])] if len(keys) else keys


def _codes(column: Coded | Lists, among: Mask) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return the codes of all values that some items have, and the position of each item."""
    if isinstance(column, Lists):
        whose = np.repeat(np.arange(len(column)), np.diff(column.starts))
        there = among[whose]
        return column.codes[there], whose[there]
    whose = np.flatnonzero(among & column.exists())
    return column.codes[whose], whose


def _of_numbers(numbers: NDArray[np.float64], asked: bool) -> tuple[str, ...]:
    different = np.unique(numbers)
    whole = bool((different == np.floor(different)).all())
    if len(different) < 2 or (not asked and whole and different[0] >= CODE):
        return ()
    if not asked and whole and len(numbers) < ITEMS * len(different):
        return ()
    if whole and len(different) <= SINGLE:
        return tuple(f"{number:.0f}" for number in different)
    ends = _ends(numbers)
    least, below = [None, *ends], [*ends, None]
    ranges = [range_of(*pair) for pair in zip(least, below, strict=True)]
    return tuple(each for each in ranges if _count(numbers, each)) if ends else ()


def _ends(numbers: NDArray[np.float64]) -> list[float]:
    """Return round numbers between which about as many items lie."""
    parts = np.quantile(numbers, SHARES)
    spread = float(parts[-1] - parts[0]) or float(numbers.max() - numbers.min())
    step = _round(spread / 8)
    ends = sorted({float(np.round(part / step) * step) for part in parts})
    return [end for end in ends if numbers.min() < end <= numbers.max()]


def _round(number: float) -> float:
    """Return 1, 2 or 5 times a power of ten, the largest that is not above a number."""
    power = float(10.0 ** np.floor(np.log10(number)))
    return next(factor * power for factor in (5, 2, 1) if factor * power <= number * 1.000001)


def _count(numbers: NDArray[np.float64], value: str) -> int:
    return int(np.count_nonzero(_has(numbers, value)))


def _has(numbers: NDArray[np.float64], value: str) -> Mask:
    ends = ends_of(value)
    if ends is None:
        found: Mask = numbers == float(value)
        return found
    return (numbers >= ends[0]) & (numbers < ends[1])
