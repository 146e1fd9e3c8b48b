"""Rows whose stock of nothing says nothing: the shop sells on, or does not count the pieces."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from beholder.catalogue.consent_words import says_yes
from beholder.store.records import Attribute
from beholder.unicode import plain

POLICY = frozenset({"variantinventorypolicy", "inventorypolicy"})
BACKORDERS = frozenset({"backordersallowed", "allowbackorders", "backorders"})
TRACKER = frozenset({"variantinventorytracker", "inventorytracker"})
SELLS_ON = "rows without stock and with {column}, by which the shop sells on: taken for in stock"
UNTRACKED = "rows whose stock nobody counts, since {column} is empty: taken for in stock"


def sold_on(
    row: Mapping[str, Any], attributes: dict[str, Attribute], told: Container[str] | None
) -> str:
    """Put a row into stock that is sold without any, in place; return why, in words.

    Empty: it is as it says. What says itself that it is not in stock stays so.

    Parameters
    ----------
    told
        The columns of which the row speaks; None: of all.
    """
    stock = attributes.get("stock")
    if stock is not None and not (isinstance(stock, float) and stock <= 0):
        return ""
    why = _why(row, stock is not None, told)
    if not why or attributes.get("in_stock") == "false":
        return ""
    attributes.pop("stock", None)
    attributes["in_stock"] = "true"
    return why


def _why(row: Mapping[str, Any], counted: bool, told: Container[str] | None) -> str:
    for name, value in row.items():
        column, word = plain(name), str(value or "").strip().casefold().removesuffix(".0")
        if column in POLICY and word == "continue":
            return SELLS_ON.format(column=name)
        if column in BACKORDERS and (value is True or word == "notify" or says_yes(word)):
            return SELLS_ON.format(column=name)
        here = counted and (told is None or name in told)
        if column in TRACKER and not word and here:
            return UNTRACKED.format(column=name)
    return ""
