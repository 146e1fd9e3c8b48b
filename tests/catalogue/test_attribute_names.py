"""Prices, stock and sizes as the exports of shops call them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from beholder.catalogue.mapping import guess
from command_line import beholder

SHOPIFY = "Handle,Title,Variant SKU,Variant Grams,Variant Inventory Qty,Variant Price,"
WOO = "ID,SKU,Name,Regular price,Sale price,Stock,Weight (kg),Length (cm),Width (cm),Height (cm)"


def fields(header: str) -> dict[str, str]:
    """Return what columns are taken for, but for id and title."""
    found = guess("items", header.split(","), {}, "items.csv")
    return {field: found[field] for field in found if field not in ("item_id", "title")}


@pytest.mark.parametrize(
    ("header", "known"),
    [
        (SHOPIFY + "Variant Compare At Price",
         {"price": "Variant Price", "regular_price": "Variant Compare At Price",
          "stock": "Variant Inventory Qty", "weight": "Variant Grams"}),
        (WOO,
         {"price": "Regular price", "sale_price": "Sale price", "stock": "Stock",
          "weight": "Weight (kg)", "length": "Length (cm)",
          "width": "Width (cm)", "height": "Height (cm)"}),
        ("sku,name,price,special_price,qty", {"sale_price": "special_price", "stock": "qty"}),
        ("sku,Price (EUR),weight_kg", {"price": "Price (EUR)", "weight": "weight_kg"}),
        ("sku,Sale price", {"sale_price": "Sale price"}),
        ("SKU,Price,STOCK,Category,Colour,In stock,item group id,Average Rating",
         {"price": "Price", "stock": "STOCK", "category": "Category", "colour": "Colour",
          "in_stock": "In stock", "item_group_id": "item group id"}),
        ("sku,price,Price,Preis", {}),  # ours as it is goes first, and the others stay as they are
        ("sku,regular_price", {}),  # ours, as it is
        ("Artikelnummer,Preis,Sonderpreis,UVP,Gewicht,Höhe in cm,Breite [mm]",
         {"price": "Preis", "sale_price": "Sonderpreis", "regular_price": "UVP",
          "weight": "Gewicht", "height": "Höhe in cm", "width": "Breite [mm]"}),
        ("SKU,Nom,Tarif régulier,Tarif promo,Poids (kg)",
         {"price": "Tarif régulier", "sale_price": "Tarif promo", "weight": "Poids (kg)"}),
        ("SKU,Nombre,Precio normal,Precio rebajado,Peso (kg),Inventario",
         {"price": "Precio normal", "sale_price": "Precio rebajado", "weight": "Peso (kg)",
          "stock": "Inventario"}),
        ("商品编号,价格,原价,重量(kg),库存",
         {"price": "价格", "regular_price": "原价", "weight": "重量(kg)", "stock": "库存"}),
        ("sku,price,Size (M),Modell (m)", {}),  # no names of numbers stand before these
    ],
)  # fmt: skip
def test_numbers_of_shops_are_known_by_their_names(header: str, known: dict[str, str]) -> None:
    assert fields(header) == known


def test_of_several_prices_it_is_said_which_is_the_price(tmp_path: Path) -> None:
    beholder("init", tmp_path / "shop")
    (tmp_path / "woo.csv").write_text(WOO + '\n1,W-1,Pot,"12,50",9.90,3,1.2,10,20,30\n')
    words = "import", tmp_path / "shop", "--items", tmp_path / "woo.csv"
    told = "of several prices Regular price is the price"
    beside = "Sale price is sale_price (--map price=COLUMN takes another)"
    looked = json.loads(beholder(*words, "--dry-run", "--json")[0])["sights"][0]
    assert looked["first"] | {"price": 12.5, "sale_price": 9.9, "weight": 1.2} == looked["first"]
    for said in (looked["said"], json.loads(beholder(*words, "--json")[0])["files"][0]["said"]):
        (line,) = [each for each in said if each.startswith(told)]
        assert beside in line
    said = beholder(*words, "--map", "price=Sale price", "--dry-run")[0]
    assert "of several prices Sale price is the price" in said
    assert "Regular price is regular_price" in said
    (tmp_path / "woo.csv").write_text("sku,regular_price,sale_price\na,2,1\n")
    said = beholder(*words, "--dry-run")[0]
    assert "no column is the price: sale_price is sale_price and regular_price is" in said
