"""What pages show of an item's attributes: words that can be chosen by, and the price.

`static/modules/attributes.js` does the same in the viewer.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from beholder.sold_out import says_sold_out
from beholder.telling import NOTHING, tells_visitors_nothing
from beholder.translations import translation

MOST_CHIPS = 12
LONGEST_CHIP = 24  # letters
_LARGEST = 1e15  # above it floating-point numbers are written with exponents
TINTS = 6
SEEN = ("colour", "colours", "color", "colors", "pattern")  # a picture shows them
APART = (*SEEN, "material", "size", "sizes")
_PLAIN = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_CURRENCIES = r"[$€£¥￥₹₽₩₺฿]"
_PRICE = re.compile(rf"{_CURRENCIES}|^[a-z]{{3}}\s*\d[\d.,]*$|^\d[\d.,]*\s*[a-z]{{3}}$", re.I)
_MONTH = re.compile(r"\b(jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)", re.I)
_ADDRESS = re.compile(r"://|^www\.|\.(jpe?g|png|webp|gif|html?)$", re.I)
_BESIDE = re.compile(r"title|description|(price|stock|in_stock|availability)$")
_NO_NAME_NO_SENSE = NOTHING | {"true", "false", "yes", "no"}


def chips(attributes: Mapping[str, Any], language: str = "en") -> list[dict[str, str]]:
    """Return values that are words, each once, at most `MOST_CHIPS`: name, value and label.

    Numbers, dates, prices and addresses say nothing without the names of their attributes, and
    codes and what a shop keeps for itself nothing at all. What
    `tags_zh` says is what the values of `tags` are called in Chinese.
    """
    found: dict[str, dict[str, str]] = {}
    for name, value in attributes.items():
        if tells_visitors_nothing(name) or translation(name, attributes):
            continue
        values = _listed(value)
        others = _listed(attributes.get(f"{name}_{language[:2]}"))
        labels = others if len(others) == len(values) else values
        for part, label in zip(values, labels, strict=True):
            if isinstance(part, str) and is_words(part):
                found.setdefault(part, {"name": name, "value": part, "label": str(label or part)})
    return list(found.values())[:MOST_CHIPS]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def is_words(text: str) -> bool:
    """Return whether a value makes sense alone: short, and rather letters than digits."""
    digits = sum(letter.isdigit() for letter in text)
    letters = sum(letter.isalpha() for letter in text)
    if not letters or len(text) > LONGEST_CHIP or letters < 2 * digits:
        return False
    if text.strip().lower() in _NO_NAME_NO_SENSE or _ADDRESS.search(text):
        return False
    return not (digits and (_PRICE.search(text) or _MONTH.search(text)))


def told(attributes: Mapping[str, Any], names: Sequence[str], language: str = "en") -> str:
    """Return the values of some attributes in one line; what is missing is left out.

    The price is not among them: it has a place of its own.
    """
    found = []
    for name in names:
        if name == "price":
            continue
        value = attributes.get(f"{name}_{language[:2]}") or attributes.get(name)
        parts = [_said(part) for part in _listed(value)]
        found.append(", ".join(part for part in parts if part))
    return " · ".join(part for part in found if part)


def _said(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return value if isinstance(value, str) else f"{value:.15g}"


def sold_out(attributes: Mapping[str, Any]) -> bool:
    """Return whether an item says that there is none left: by stock, in_stock or availability."""
    stock = attributes.get("stock")
    if isinstance(stock, str):
        stock = float(stock) if _PLAIN.fullmatch(stock) else None
    none = isinstance(stock, int | float) and not isinstance(stock, bool) and stock <= 0
    gone = attributes.get("in_stock")
    refused = gone is False or (isinstance(gone, str) and gone.strip().lower() in ("false", "no"))
    return none or refused or says_sold_out(str(attributes.get("availability") or ""))


def differing(items: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the attributes that tell variants of a product apart: two, or more where needed.

    Where neither `APART` nor titles do, the first of the others in which all differ.

    Parameters
    ----------
    items
        With title and attributes, as answers have them.
    """
    variants = [each["attributes"] for each in items]
    found: list[str] = []
    for name in APART:
        ways = _ways(variants, [*found, name])
        if _ways(variants, [name]) > 1 and (len(found) < 2 or ways > _ways(variants, found)):
            found.append(name)
    if found or _ways(items, ["title"]) == len(items):
        return found
    others = dict.fromkeys(name for each in variants for name in each if not _BESIDE.match(name))
    return [name for name in others if _ways(variants, [name]) == len(variants)][:1]


def _ways(variants: Sequence[Mapping[str, Any]], names: Sequence[str]) -> int:
    """Return how many variants differ in some of these attributes."""
    return len({repr([each.get(name) for name in names]) for each in variants})


def tint(item_id: str) -> int:
    """Return which of `TINTS` colours stands for a picture that an item does not have."""
    return sum(item_id.encode()) % TINTS


def price(attributes: Mapping[str, Any], currency: str, *, cents: bool = False) -> str:
    """Return how the attribute `price` is written, or nothing where it is no number from 0 on.

    Parameters
    ----------
    currency
        What stands after the number, or a text in which `{price}` is its place; empty: the number
        alone.
    cents
        Whether whole numbers have two decimals, too, as others do: some price of the catalogue is
        none.
    """
    value = attributes.get("price")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    if not math.isfinite(value) or not 0 <= value < _LARGEST:
        return ""
    number = f"{value:.2f}" if cents or value != int(value) else f"{value:.0f}"
    if "{price}" in currency:
        return currency.replace("{price}", number)
    return f"{number} {currency}" if currency else number
