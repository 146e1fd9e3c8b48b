"""What files in other languages call the attributes of items that mean something here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from beholder.catalogue.plain_names import plain, without_currency

IMAGE = re.compile(r"image(?:_[0-9]{1,3})?")
ELSEWHERE: dict[str, tuple[str, ...]] = {
    "price": (
        "price", "preis", "verkaufspreis", "vk_preis", "vk_brutto", "bruttopreis", "prix",
        "precio", "prezzo", "preço", "prijs", "cena", "pris", "价格", "价钱", "售价", "価格",
    ),
    "stock": (
        "lagerbestand", "bestand", "lager", "existencias", "giacenza", "estoque", "voorraad",
        "stock_quantity", "inventory_quantity", "库存", "在庫",
    ),
    "year": (
        "jahr", "erscheinungsjahr", "année", "année_de_sortie", "año", "año_de_lanzamiento", "anno",
        "anno_di_uscita", "ano", "ano_de_lançamento", "jaar", "rok", "år", "年", "年份", "发行年份",
    ),
    "category": (
        "kategorie", "produktkategorie", "artikelkategorie", "warengruppe", "catégorie",
        "categorie", "categoría", "categoria", "类别", "分类", "カテゴリ",
    ),
    "colour": ("farbe", "couleur", "colore", "cor", "kleur", "颜色"),
    "brand": ("marke", "marque", "marca", "merk", "品牌"),
    "material": ("werkstoff", "matière", "matiere", "matériau", "materiau", "materiale",
                 "materiaal", "材料", "材质"),
    "product_code": (
        "modellnummer", "modell_nr", "modellnr", "numéro_de_modèle", "número_de_modelo",
        "codice_modello", "modelnummer", "parent_sku", "vaterartikel",
    ),
}  # fmt: skip


def attribute_fields(mapping: Mapping[str, str]) -> list[str]:
    """Return the fields of a mapping that are attributes of items, which `--map` may name."""
    return [field for field in mapping if is_attribute(field)]


def is_attribute(field: str) -> bool:
    """Whether a field of items is an attribute: all are but the id, the title and pictures."""
    return field not in ("item_id", "title") and not IMAGE.fullmatch(field)


def guessed(columns: Sequence[str], taken: Iterable[str]) -> dict[str, str]:
    """Return the columns of attributes that are called so in another language.

    A file that has one of our names, in whatever case, means no other column by it.
    """
    found = {}
    free = [column for column in columns if column not in set(taken)]
    ours = {column.lower() for column in columns}
    for field, names in ELSEWHERE.items():
        by_name = {plain(without_currency(column)): column for column in reversed(free)}
        named = next((by_name[name] for name in map(plain, names) if name in by_name), None)
        if field not in ours and named is not None:
            found[field] = named
    return found


def in_another_language(column: str) -> bool:
    """Whether a column is named in another language than English: `Preis`, `VK-Preis in EUR`."""
    words = re.findall(r"[^\W\d_]+", column.lower())
    return any(word.endswith(_FOREIGN) for word in words) or plain(column) == "vkbrutto"


_FOREIGN = tuple(
    name
    for field in ("price", "stock")
    for name in ELSEWHERE[field]
    if "_" not in name and name != "price"
)
