"""How pages look to one visitor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Chip:
    """A value of an attribute that is chosen by one tap, and how many items have it."""

    name: str
    value: str
    count: int
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Look:
    """How pages look to one visitor.

    Attributes
    ----------
    title
        The name of the shop, from the settings.
    language
        One of `words.LANGUAGES`.
    theme
        One of `THEMES`; auto follows the visitor's system.
    chips
        Choices of one tap, for example the most frequent categories.
    currency
        How prices are written; see `attributes.price`.
    cents
        Whether all of them have two decimals.
    root
        The path of the site below which all pages stand, such as `/rec`; empty: none.
    shown
        Attributes whose values stand on cards.
    variants
        Whether `one` of each product stands in a list, or `all`.
    site
        Scheme and host under which others find the pages, such as `https://shop.example`; empty:
        they are not told.
    refused
        Whether the visitor allows no recommendations of its own.
    pixels, bytes
        How many a picture to search by may have.
    """

    title: str
    language: str = "en"
    theme: str = "auto"
    chips: tuple[Chip, ...] = ()
    currency: str = ""
    cents: bool = False
    root: str = ""
    shown: tuple[str, ...] = ()
    variants: str = "one"
    site: str = ""
    refused: bool = False
    pixels: int = 50_000_000
    bytes: int = 20_971_520
