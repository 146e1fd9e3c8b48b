"""Other ids that items have beside their own: SKUs of the variants of one product, barcodes.

They are attributes, known by their names. Several rows of one item, such as the sizes of a shirt,
bring several, which are kept as a list.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple, Self

from beholder.catalogue.ids import as_id
from beholder.catalogue.mapping import ITEM
from beholder.store import Store
from beholder.store.records import Attribute
from beholder.unicode import plain

# These are as often names.
NOUNS = frozenset({"item", "article", "product", "movie", "video", "artikel", "produkt"})
CODES = (
    "variant_sku", "variant_id", "barcode", "variant_barcode", "ean", "ean_13", "ean_code", "gtin",
    "gtin_13", "gtin_14", "global_unique_id", "upc", "isbn", "isbn_10", "isbn_13", "strichcode",
    "code_barres", "código_de_barras", "codice_a_barre", "条形码", "条码",
)  # fmt: skip
OPTIONS = (  # by which the variants of one product differ
    "option1_value", "option2_value", "option3_value", "size", "größe", "groesse", "konfektion",
    "taille", "talla", "taglia", "tamanho", "maat", "尺码", "尺寸", "colour", "color", "farbe",
    "couleur", "colore", "kleur", "颜色",
)  # fmt: skip
VARYING = frozenset(map(plain, OPTIONS))
NAMES = frozenset(map(plain, (*ITEM, *CODES))) - NOUNS
# What files call otherwise than those of items do: orders of Shopify, and barcodes.
ALIKE = {"lineitemsku": "variantsku"} | {
    plain(name): "barcode" for name in CODES if "variant_" not in name and "isbn" not in name
} | {"variantbarcode": "barcode"}  # fmt: skip
EXACT = 2**53  # whole numbers below it are as they were written

Ids = dict[str, dict[str, None]]
"""Ids of one item by column, in order."""


SEVERAL = ""  # in the place of an item


class Named(NamedTuple):
    """An item, and the column in which it has the id by which it is named; `SEVERAL` have it."""

    item: str
    column: str


class OtherIds:
    """Items by their other ids."""

    def __init__(self) -> None:
        self._items: dict[str, dict[str, str]] = {}  # by column and id

    def take(self, item_id: str, ids: Ids) -> None:
        """Take some ids of an item."""
        for column, own in ids.items():
            items = self._items.setdefault(column, {})
            for each in own:
                if items.setdefault(each, item_id) != item_id:
                    items[each] = SEVERAL

    def with_store(
        self,
        store: Store,
        told: Callable[[str], Container[str]] = lambda _: (),
        gone: Container[str] = (),
    ) -> Self:
        """Take those of the items of a store, too, and return all.

        Parameters
        ----------
        told
            Returns the columns that a file tells of an item: the store says no more of these.
        gone
            Items that leave the store.
        """
        for item_id, attributes in attributes_of(store):
            if item_id in gone:
                continue
            ids, again = ids_in(attributes), told(item_id)
            self.take(item_id, {column: own for column, own in ids.items() if column not in again})
        return self

    @property
    def columns(self) -> list[str]:
        """The columns that they stand in."""
        return list(self._items)

    def find(self, said: str, columns: Iterable[str] | None = None) -> Named | None:
        """Return the only item that has such an id, or `SEVERAL`; None: there is none.

        Parameters
        ----------
        columns
            Those to look in: where an item has it in several, the first is named. None: all, by
            their names, so that a store and the file that it came from say the same.
        """
        found: Named | None = None
        for column in sorted(self._items) if columns is None else columns:
            item = self._items[column].get(said)
            if item is not None and (found is None or item != found.item):
                found = Named(SEVERAL if found else item, column)
        return found

    def of_another(self, item_id: str) -> str:
        """Return the column in which the id of an item is another item's; empty: in none."""
        found = self.find(item_id)
        return found.column if found is not None and found.item != item_id else ""


def attributes_of(store: Store) -> Iterator[tuple[str, dict[str, Attribute]]]:
    """Yield the items of a store with their attributes."""
    table = store.items()
    columns = (table[name].to_pylist() for name in ("item_id", "attributes"))
    for item_id, attributes in zip(*columns, strict=True):
        yield item_id, json.loads(attributes)


@lru_cache(4_096)
def is_other_id(name: str) -> bool:
    """Whether an attribute of this name has ids."""
    return plain(name) in NAMES


def kin(name: str) -> str:
    """Return what columns have in common that are of the same ids, by their names."""
    return ALIKE.get(plain(name), plain(name))


@lru_cache(4_096)
def is_of_all_rows(name: str) -> bool:
    """Whether an item has what all its rows say by this name: other ids, sizes, colours."""
    return is_other_id(name) or plain(name) in VARYING


def ids_in(attributes: Mapping[str, Attribute], wanted: Callable[[str], bool] = is_other_id) -> Ids:
    """Return the ids, or all that is wanted, among the attributes of an item."""
    found: Ids = {}
    for name, value in attributes.items():
        if wanted(name):
            ids = _ids(value)
            found |= {name: ids} if ids else {}
    return found


def add(to: Ids, more: Ids) -> None:
    """Add ids to those of an item."""
    for column, ids in more.items():
        to.setdefault(column, {}).update(ids)


def with_ids(attributes: Mapping[str, Attribute], ids: Ids) -> dict[str, Attribute]:
    """Return the attributes of an item with all its ids: one stays as it is, several are a list.

    A word for nothing, such as NULL in its first row, is none, and gives way to the first.
    """
    several: dict[str, Attribute] = {
        column: list(each) for column, each in ids.items() if len(each) > 1
    }
    alone: dict[str, Attribute] = {
        column: next(iter(each))
        for column, each in ids.items()
        if len(each) == 1 and not _ids(attributes.get(column, ""))
    }
    return {**attributes, **alone, **several}


def _ids(value: Attribute) -> dict[str, None]:
    """Return the ids, or words, in an attribute; words for nothing are none."""
    values = value if isinstance(value, list) else [value]
    return dict.fromkeys(filter(None, map(_id, values)))


def _id(value: Attribute) -> str | None:
    if isinstance(value, float) and abs(value) >= EXACT:
        return None
    return as_id(value)
