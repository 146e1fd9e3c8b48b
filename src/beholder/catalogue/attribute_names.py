"""What files in other languages call the attributes of items that are numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from beholder.numbers_in_text import NUMBERS

ELSEWHERE: dict[str, tuple[str, ...]] = {
    "price": (
        "preis", "verkaufspreis", "prix", "precio", "prezzo", "preço", "preco", "prijs", "cena",
        "pris",
    ),
    "stock": (
        "lagerbestand", "bestand", "lager", "existencias", "giacenza", "estoque", "voorraad",
        "stock_quantity", "inventory_quantity",
    ),
}  # fmt: skip


def attribute_fields(mapping: Mapping[str, str]) -> list[str]:
    """Return the fields of a mapping that are attributes of items, which `--map` may name."""
    return [field for field in mapping if field == "description" or field in NUMBERS]


def guessed(columns: Sequence[str], taken: Iterable[str]) -> dict[str, str]:
    """Return the columns of prices and stocks that are called so in another language.

    A file that has one of our names, in whatever case, means no other column by it.
    """
    found = {}
    free = [column for column in columns if column not in set(taken)]
    ours = {column.lower() for column in columns}
    for field, names in ELSEWHERE.items():
        by_name = {column.strip().lower().replace(" ", "_"): column for column in reversed(free)}
        named = next((by_name[name] for name in names if name in by_name), None)
        if field not in ours and named is not None:
            found[field] = named
    return found


def in_another_language(column: str) -> bool:
    """Whether a column is named in another language than English: `Preis`, `VK-Preis in EUR`."""
    words = re.findall(r"[^\W\d_]+", column.lower())
    return any(word.endswith(_FOREIGN) for word in words)


_FOREIGN = tuple(name for names in ELSEWHERE.values() for name in names if "_" not in name)
