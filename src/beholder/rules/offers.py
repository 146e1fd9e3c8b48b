"""Offers: which attributes of a catalogue people can choose by, with the values they have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from beholder.rules.choices import range_of, where, written
from beholder.rules.columns import Coded, Column, Lists, Mask, Numbers
from beholder.rules.facets import Facets
from beholder.rules.values import FacetType
from beholder.telling import NOTHING, tells_visitors_nothing
from beholder.translations import translation

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
_KINDS = frozenset({"simple", "variable", "variation", "grouped", "external", "configurable",
                    "virtual", "downloadable", "bundle"})  # fmt: skip


class Offer(NamedTuple):
    """An attribute that people can choose by.

    Attributes
    ----------
    values
        As `Choices` take them: those of most items first, numbers and ranges from the least on.
    codes
        Of each value in the column of the attribute; empty where that has numbers.
    left
        Codes of the values that are not offered, since there are too many or they are too long.
    """

    name: str
    type: FacetType
    values: tuple[str, ...]
    codes: tuple[int, ...] = ()
    left: tuple[int, ...] = ()


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
    for name in dict.fromkeys(names) or _ordered(facets):
        if name not in facets.fields or (not names and tells_visitors_nothing(name)):
            continue
        column = facets.column(name)
        values, codes, left = _values(column, shown, bool(names), name.casefold() == PRICE)
        if not values or (not names and numbers == NUMBERS and isinstance(column, Numbers)):
            continue
        numbers += isinstance(column, Numbers)
        found.append(Offer(name, facets.fields[name].type, values, codes, left))
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
        has = [where((value,), numbers) for value in offer.values]
        if as_one is None:
            return tuple(int(np.count_nonzero(each)) for each in has)
        own = as_one[among]
        return tuple(_different(own[each]) for each in has)
    assert isinstance(column, Coded | Lists)
    codes, whose = _codes(column, among)
    if as_one is None:
        counts = np.bincount(codes, minlength=len(column.values))
        return tuple(counts[list(offer.codes)].tolist())
    place_of = np.full(len(column.values), -1)
    place_of[list(offer.codes)] = np.arange(len(offer.codes))
    places = place_of[codes]
    offered = places >= 0
    places, own = places[offered], as_one[whose[offered]]
    have = np.zeros((len(offer.codes), int(own.max(initial=-1)) + 1), bool)
    have[places, own] = True
    return tuple(int(np.count_nonzero(row)) for row in have)  # several times faster than by axis


def left_of(offer: Offer, facets: Facets, among: Mask) -> int:
    """Return how many values some items, bool (n,), have that are not offered."""
    if not offer.left:
        return 0
    column = facets.column(offer.name)
    assert isinstance(column, Coded | Lists)
    counts = np.bincount(_codes(column, among)[0], minlength=len(column.values))
    return int(np.count_nonzero(counts[list(offer.left)]))


def _different(numbers: NDArray[np.int64]) -> int:
    there = np.zeros(int(numbers.max(initial=-1)) + 1, bool)
    there[numbers] = True
    return int(np.count_nonzero(there))


def _ordered(facets: Facets) -> list[str]:
    """Return names of attributes: the usual ones first, those in another language not at all."""
    known = {name.casefold(): name for name in facets.fields}
    first = [known[name] for name in FIRST if name in known]
    own = [name for name in facets.fields if not translation(name, facets.fields)]
    return list(dict.fromkeys(first + own))


def _values(
    column: Column, shown: Mask, asked: bool, price: bool
) -> tuple[tuple[str, ...], tuple[int, ...], tuple[int, ...]]:
    """Return the values that are offered, their codes, and those of others; nothing: none are."""
    if isinstance(column, Numbers):
        return _of_numbers(column.values[shown & column.exists()], asked or price), (), ()
    assert isinstance(column, Coded | Lists)
    if not asked and _tells_apart(column, shown):
        return (), (), ()
    tally = {own: n for own, n in _tally(column, shown).items() if _says_something(own[0], price)}
    if not asked and (_is_prose(tally) or _are_kinds(tally)):
        return (), (), ()
    if all(n == int(shown.sum()) for n in tally.values()):
        return (), (), ()  # nothing to choose: all have it
    ordered = sorted(tally, key=lambda own: (-tally[own], own[0]))
    chosen = [own for own in ordered if len(own[0]) <= LONGEST][:VALUES]
    codes = tuple(code for _, code in chosen)
    offered = set(codes)
    left = tuple(code for _, code in ordered if code not in offered)
    return tuple(text for text, _ in chosen), codes, left


def _tells_apart(column: Coded | Lists, shown: Mask) -> bool:
    """Whether there are about as many values as items, looked up before any text is read."""
    counts = np.bincount(_codes(column, shown)[0], minlength=1)
    return bool(counts.sum() < ITEMS * np.count_nonzero(counts))


def _are_kinds(tally: Mapping[tuple[str, int], int]) -> bool:
    """Whether all values are kinds of products, as programs of shops have them."""
    words = (word.strip().casefold() for text, _ in tally for word in text.split(","))
    return all(word in _KINDS for word in words)


def _is_prose(tally: Mapping[tuple[str, int], int]) -> bool:
    return sum(len(text) > LONGEST for text, _ in tally) > len(tally) / 2


def _says_something(text: str, price: bool) -> bool:
    """Whether a value is a word, a size or a price, and no code."""
    word = text.strip().casefold()
    digits = sum(letter.isdigit() for letter in word)
    letters = sum(letter.isalpha() for letter in word)
    coded = digits >= 4 and digits >= letters and not price
    return word not in NOTHING and not coded and digits + letters > 0


def _tally(column: Coded | Lists, among: Mask) -> dict[tuple[str, int], int]:
    """Return how many of some items have each text, by it and its code.

    True and false are texts, too.
    """
    counts = np.bincount(_codes(column, among)[0], minlength=len(column.values))
    there = np.flatnonzero(counts)
    said = (str(value) for value in column.values.take(pa.array(there)).to_pylist())
    texts = (text.lower() if text in ("True", "False") else text for text in said)
    pairs = zip(texts, there.tolist(), strict=True)
    return dict(zip(pairs, counts[there].tolist(), strict=True))


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
        return tuple(written(number) for number in different)
    ends = _ends(numbers)
    least, below = [None, *ends], [*ends, None]
    ranges = [range_of(*pair) for pair in zip(least, below, strict=True)]
    return tuple(each for each in ranges if where((each,), numbers).any()) if ends else ()


def _ends(numbers: NDArray[np.float64]) -> list[float]:
    """Return round numbers between which about as many items lie."""
    parts = np.quantile(numbers, SHARES)
    spread = float(parts[-1] - parts[0]) or float(numbers.max() - numbers.min())
    step = _round(spread / 8)
    # Three steps of 0.1 are 0.30000000000000004.
    ends = sorted({float(f"{np.round(part / step) * step:.15g}") for part in parts})
    return [end for end in ends if numbers.min() < end <= numbers.max()]


def _round(number: float) -> float:
    """Return 1, 2 or 5 times a power of ten, the largest that is not above a number."""
    power = float(10.0 ** np.floor(np.log10(number)))
    return next((f * power for f in (5, 2) if f * power <= number * 1.000001), power)
