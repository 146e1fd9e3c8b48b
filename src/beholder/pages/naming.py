"""What attributes and their values are called on pages."""

from __future__ import annotations

from collections.abc import Mapping

from beholder.pages import attributes
from beholder.pages.words import Words

Labels = Mapping[str, str]  # by language: {"zh": "..."}
CENT = 0.01


def attribute(words: Words, name: str) -> str:
    """Return what an attribute is called; one that the pages have no word for has its own name."""
    key = f"attribute_{name.lower()}"
    if key in words.all:
        return words(key)
    said = name.replace("_", " ").strip()
    return said[:1].upper() + said[1:]


def value(words: Words, currency: str, name: str, told: str, labels: Labels) -> str:
    """Return what a value or a range is called."""
    label = labels.get(words.language[:2])
    if label:
        return label
    if told in ("true", "false"):
        return words("yes" if told == "true" else "no")
    if ".." not in told:
        return told
    least, _, below = told.partition("..")
    try:
        _ = [float(end) for end in (least, below) if end]
    except ValueError:
        return told
    money = name == "price"
    both = money and "{price}" in currency  # what stands before a number is said with each
    alone = "" in (least, below)
    first, last = (
        _money(end, currency if both or alone else "") if money else end for end in (least, below)
    )
    if first and last:
        said = words("range", least=first, below=last)
        return f"{said} {currency}" if money and currency and not both else said
    return words("range_from", least=first) if first else words("range_below", below=last)


def _money(told: str, currency: str) -> str:
    """Return how a price is written; what has no place in two decimals, as it is told."""
    number = float(told or 0)
    fits = number == 0 or number >= CENT
    return (told and fits and attributes.price({"price": number}, currency)) or told
