"""Several rows of one item, such as its sizes: it is in stock where one of them is."""

from __future__ import annotations

from collections.abc import Mapping

from beholder.catalogue.plain_names import plain
from beholder.store.records import Attribute

NAMES = ("stock", "in_stock", "availability")
OUT = frozenset({"outofstock", "soldout", "httpsschemaorgoutofstock", "httpsschemaorgsoldout"})

Stock = dict[str, Attribute]
"""What rows say of an item's stock, by attribute."""


def stock_in(attributes: Mapping[str, Attribute]) -> Stock:
    """Return what is said of stock."""
    return {name: attributes[name] for name in NAMES if name in attributes}


def with_more(had: Mapping[str, Attribute], stock: Stock) -> dict[str, Attribute]:
    """Return attributes with the larger stock of theirs and another row's."""
    return {**had, **{name: new for name, new in stock.items() if _is_more(had.get(name), new)}}


def _is_more(had: Attribute | None, new: Attribute) -> bool:
    if had is None:
        return True
    if isinstance(had, float) and isinstance(new, float):
        return new > had
    return _is_out(had) and not _is_out(new)


def _is_out(value: Attribute) -> bool:
    if isinstance(value, float):
        return value <= 0
    return value == "false" or (isinstance(value, str) and plain(value) in OUT)
