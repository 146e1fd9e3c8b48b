"""What shops and other languages call the attributes of items that mean something here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from beholder.catalogue.plain_names import without_unit
from beholder.numbers_in_text import NUMBERS
from beholder.unicode import plain

IMAGE = re.compile(r"image(?:_[0-9]{1,3})?")
ELSEWHERE: dict[str, tuple[str, ...]] = {
    "price": (
        "price", "preis", "verkaufspreis", "vk_preis", "vk_brutto", "bruttopreis", "prix",
        "precio", "prezzo", "preço", "prijs", "cena", "pris", "价格", "价钱", "售价", "価格",
        "variant_price", "regular_price", "price_incl_tax", "einzelpreis", "normalpreis",
        "regulärer_preis", "prix_de_vente", "prix_ttc", "prix_régulier", "tarif_régulier",
        "precio_normal", "precio_regular", "precio_de_venta", "pvp", "prezzo_di_listino",
        "销售价", "商品价格",
    ),
    # Beside a price: what is asked for now, and what was before.
    "sale_price": (
        "special_price", "discount_price", "sonderpreis", "angebotspreis", "aktionspreis",
        "prix_promo", "prix_soldé", "prix_promotionnel", "tarif_promo", "precio_rebajado",
        "precio_de_oferta", "precio_oferta", "prezzo_in_offerta", "促销价", "特价", "优惠价",
        "sale_price",
    ),
    "regular_price": (
        "variant_compare_at_price", "compare_at_price", "regular_price", "msrp", "uvp",
        "streichpreis", "listenpreis", "prix_barré", "precio_anterior", "市场价", "原价",
    ),
    "stock": (
        "lagerbestand", "bestand", "lager", "existencias", "giacenza", "estoque", "voorraad",
        "stock_quantity", "inventory_quantity", "variant_inventory_qty", "qty", "inventario",
        "库存", "库存数量", "在庫",
    ),
    "weight": ("gewicht", "poids", "peso", "variant_grams", "grams", "重量", "毛重", "净重"),
    "width": ("breite", "largeur", "ancho", "anchura", "larghezza", "largura", "breedte", "宽度"),
    "height": ("höhe", "hoehe", "hauteur", "alto", "altura", "altezza", "hoogte", "高度"),
    "depth": ("tiefe", "profondeur", "profundidad", "profondità", "profundidade", "diepte"),
    "length": ("länge", "laenge", "longueur", "longitud", "lunghezza", "lengte", "长度"),
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
    "availability": (), "in_stock": (), "item_group_id": (),
}  # fmt: skip
NAMES = {name: ELSEWHERE.get(name, ()) for name in (*ELSEWHERE, *sorted(NUMBERS - {*ELSEWHERE}))}


def attribute_fields(mapping: Mapping[str, str]) -> list[str]:
    """Return the fields of a mapping that are attributes of items, which `--map` may name."""
    return [field for field in mapping if is_attribute(field)]


def is_attribute(field: str) -> bool:
    """Whether a field of items is an attribute: all are but the id, the title and pictures."""
    return field not in ("item_id", "title") and not IMAGE.fullmatch(field)


def guessed(columns: Sequence[str], told: Mapping[str, str]) -> dict[str, str]:
    """Return the columns of attributes that are called so elsewhere, or with a unit behind.

    `Item Group ID` is `item_group_id`: case and marks say nothing. A file that has one of our
    names as it is means no other column by it, and neither does one of which it is told already.
    """
    found: dict[str, str] = {}
    taken = set(told.values())
    free = [each for each in columns if each not in taken and each not in NAMES]
    ours = {*told, *columns}
    for field, names in NAMES.items():
        by_name = {plain(without_unit(column)): column for column in reversed(free)}
        by_name |= {plain(column): column for column in reversed(free)}  # `Variant Grams`
        called = (by_name[name] for name in map(plain, (field, *names)) if name in by_name)
        named = next((column for column in called if column not in found.values()), None)
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
    if "_" not in name and name not in ("price", "qty")
)
