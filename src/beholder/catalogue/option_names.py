"""Options of products that another column names: `Option1 Value` is a size where it says so.

Shops name the options of a product in its first row alone, and those of another one otherwise.
Only sizes and colours are called so, since an item has those of all its rows; others stay as the
file calls them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from beholder.catalogue.attribute_names import NAMES
from beholder.catalogue.other_ids import OPTIONS
from beholder.unicode import plain

OPTION = re.compile(r"option([1-9])(name|value)")
PRODUCT = "handle"  # what the rows of a product share
KEPT = "rows whose {column} is kept as {name}, as the product calls it"
NO_OPTION = "rows whose {column} is Default Title, which is no option: left out"
DEFAULT = frozenset({"defaulttitle", "default"})


class OptionNames:
    """What the products of a file call their options, row after row."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, str], str] = {}  # of products, by option

    def rename(self, item_id: str, row: dict[str, Any]) -> list[str]:
        """Put the options of a row under their names, in place; return what was, in words."""
        columns = {plain(name): name for name in row if OPTION.fullmatch(plain(name))}
        if not columns:
            return []
        product = next((str(row[name]) for name in row if plain(name) == PRODUCT), item_id)
        said = []
        for place in map(str, range(1, 10)):
            value = columns.get(f"option{place}value")
            if value is None:
                continue
            name = self._name(product, place, row, columns)
            if _word(row, value) in DEFAULT and name in ("title", ""):
                row[value] = None
                said.append(NO_OPTION.format(column=value))
            elif name in _OURS and row[value] not in (None, ""):
                ours = _OURS[name]
                if row.get(ours) not in (None, ""):
                    continue  # the file has a column of that name
                row[ours] = row.pop(value)
                said.append(KEPT.format(column=value, name=ours))
        return said

    def _name(
        self, product: str, place: str, row: Mapping[str, Any], columns: Mapping[str, str]
    ) -> str:
        """Return what a product calls an option, plain; empty: nothing."""
        column = columns.get(f"option{place}name")
        name = "" if column is None else _word(row, column)
        if name:
            self._names[product, place] = name
        return name or self._names.get((product, place), "")


def _word(row: Mapping[str, Any], column: str) -> str:
    value = row[column]
    return plain(value) if isinstance(value, str) else ""


def spoken_of(columns: Iterable[str]) -> set[str]:
    """Return the attributes of which a file speaks by naming its options."""
    return set(_OURS.values()) if any(_is_name(plain(name)) for name in columns) else set()


def _is_name(name: str) -> bool:
    found = OPTION.fullmatch(name)
    return found is not None and found[2] == "name"


_FIELDS = {plain(name): field for field, names in NAMES.items() for name in (field, *names)}
_OURS = {
    plain(name): _FIELDS.get(plain(name), name.capitalize())
    for name in OPTIONS
    if not OPTION.fullmatch(plain(name))
}
