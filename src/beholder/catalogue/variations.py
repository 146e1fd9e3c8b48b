"""Variations of WooCommerce: rows of their own, of which a column says whose they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from beholder.catalogue.ids import as_id
from beholder.unicode import plain

GROUP = "item_group_id"
GROUPED = "rows that {column} puts together: variants of one product, by item_group_id"


class Variations:
    """The products of the rows of a batch, where it has columns `Type` and `Parent`.

    Parameters
    ----------
    lists
        All columns, by name.
    """

    def __init__(self, lists: Mapping[str, Sequence[Any]]) -> None:
        named = {plain(name): name for name in reversed(list(lists)) if name}
        self.column = named.get("parent", "")
        self._there = bool(self.column) and "type" in named and GROUP.replace("_", "") not in named
        self._columns = {
            name: lists[named[name]] if self._there and name in named else ()
            for name in ("type", "parent", "sku", "id")
        }

    def of(self, row: int) -> str | None:
        """Return what the variants of the product of a row share: as WooCommerce names it.

        That is the SKU of the product, or `id:` and its number where it has none.
        """
        type_ = self._cell("type", row)
        kind = plain(type_ or "")
        if kind == "variation":
            return self._cell("parent", row)
        if kind != "variable":
            return None
        number = self._cell("id", row)
        return self._cell("sku", row) or (None if number is None else f"id:{number}")

    def _cell(self, name: str, row: int) -> str | None:
        column = self._columns[name]
        return as_id(column[row]) if column else None
