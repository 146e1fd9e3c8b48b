"""Several rows of one item, such as its sizes: it is in stock where one of them is."""

from __future__ import annotations

from collections.abc import Mapping

from beholder.numbers_in_text import number
from beholder.sold_out import says_sold_out
from beholder.store.records import Attribute

NAMES = ("stock", "in_stock", "availability")
PRICES = ("price", "sale_price", "regular_price")

Stock = dict[str, Attribute]
"""What rows say of an item's stock, by attribute."""


def stock_in(attributes: Mapping[str, Attribute]) -> Stock:
    """Return what is said of stock."""
    return {name: attributes[name] for name in NAMES if name in attributes}


def without_stock(attributes: Mapping[str, Attribute]) -> dict[str, Attribute]:
    """Return attributes without what they say of stock."""
    return {name: own for name, own in attributes.items() if name not in NAMES}


def with_more(had: Mapping[str, Attribute], stock: Stock) -> dict[str, Attribute]:
    """Return attributes with the larger stock of theirs and another row's.

    Where one of them is in stock without a number of pieces, the other's lack of any says nothing.
    """
    more = {name: new for name, new in stock.items() if _is_more(had.get(name), new)}
    both = {**had, **more}
    sold = any(own.get("in_stock") == "true" and "stock" not in own for own in (had, stock))
    if sold and "stock" in both and _is_out(both["stock"]):
        del both["stock"]
    return both


def sells_out(had: Mapping[str, Attribute], new: Mapping[str, Attribute]) -> bool:
    """Whether an item that was in stock is not by a row, which a later one may still mend."""
    return any(
        _is_out(new[name]) and not _is_out(own)
        for name, own in stock_in(had).items()
        if name in new
    )


def is_sold_out(stock: Stock) -> bool:
    """Whether what is said of stock says that there is nothing."""
    return any(map(_is_out, stock.values()))


def prices_in(attributes: Mapping[str, Attribute]) -> Stock:
    """Return the prices."""
    return {name: attributes[name] for name in PRICES if name in attributes}


def with_prices(had: Mapping[str, Attribute], prices: Stock) -> dict[str, Attribute]:
    """Return attributes with other prices, where there are some: all are of one row."""
    if not prices:
        return dict(had)
    return {name: own for name, own in had.items() if name not in PRICES} | prices


def _is_more(had: Attribute | None, new: Attribute) -> bool:
    if had is None:
        return True
    numbers = _number(had), _number(new)
    if None not in numbers:
        return numbers[1] > numbers[0]  # type: ignore[operator]
    return _is_out(had) and not _is_out(new)


def _is_out(value: Attribute) -> bool:
    pieces = _number(value)
    if pieces is not None:
        return pieces <= 0
    return value == "false" or (isinstance(value, str) and says_sold_out(value))


def _number(value: Attribute) -> float | None:
    return value if isinstance(value, float) else number(value) if isinstance(value, str) else None
