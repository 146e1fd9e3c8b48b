"""Columns of items that may mean more than their names say: asked about, and kept as they are."""

from __future__ import annotations

from collections.abc import Mapping

from beholder.catalogue.attribute_names import attribute_fields
from beholder.catalogue.mapping import picture_fields
from beholder.catalogue.picture_names import names
from beholder.catalogue.readers.folder import is_picture
from beholder.catalogue.readers.interface import Batch, Column, distinct
from beholder.unicode import plain

LOOKED_AT = 200  # different values of a column
PICTURES = (
    "{column} is an attribute, and its cells end like pictures: if it is one, say --map {say}"
)
MODEL = (
    "{column} is an attribute, and several rows share its values: if these are variants of one "
    "product, say --map product_code={column}"
)
PRICES = (
    "of several prices {column} is the price, which pages show and filters such as price < 50 ask "
    "for; {others} (--map price=COLUMN takes another)"
)
NO_PRICE = "no column is the price: {others} (--map price=COLUMN says which pages show)"
MODELS = frozenset({"modell", "modele", "modelo", "modello", "model"})


def asked(batch: Batch, mapping: Mapping[str, str]) -> list[str]:
    """Return what is asked about the columns of an items file, by its first rows."""
    used = {*mapping.values(), *attribute_fields(mapping), ""}
    free = {name: column for name, column in batch.columns.items() if name not in used}
    said = []
    n = len(picture_fields(mapping))
    for name, column in free.items():
        if _pictures(column):
            n += 1
            say = f"image{f'_{n}' * (n > 1)}={name}"
            said.append(PICTURES.format(column=name, say=say))
    ours = {plain(name) for name in (*batch.columns, *mapping)}
    if not ours & {"productcode", "itemgroupid"}:
        models = [name for name in free if plain(name) in MODELS and _shared(free[name])]
        said += [MODEL.format(column=name) for name in models]
    return said + _prices(batch, mapping)


def _prices(batch: Batch, mapping: Mapping[str, str]) -> list[str]:
    """Return which of several prices is the price."""
    named = {name.lower(): name for name in batch.columns} | dict(mapping)
    beside = [
        f"{named[each]} is {each}" for each in ("sale_price", "regular_price") if each in named
    ]
    if not beside:
        return []
    words = PRICES if "price" in named else NO_PRICE
    return [words.format(column=named.get("price", ""), others=" and ".join(beside))]


def _pictures(column: Column) -> bool:
    values = [value for value in distinct(column)[0][:LOOKED_AT] if isinstance(value, str)]
    named = [any(map(is_picture, names(value))) for value in values if value.strip()]
    return sum(named) * 2 > len(named)


def _shared(column: Column) -> bool:
    values, rows = distinct(column)
    return len(values) < len(rows)
