"""Options of Shopify, which another column names, in the first row of a product alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from command_line import beholder
from items_held import items_of

SHOPIFY = """\
Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU
shirt,Shirt,Size,S,Farbe,rot,LS-S
hat,Hat,Title,Default Title,,,WH
shirt,,,M,,blau,LS-M
coat,Coat,size,L,Cut,slim,C-L
coat,,,XL,,wide,C-XL
gown,Kleid,Größe,38,,,K
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    beholder("init", tmp_path / "shop")
    return tmp_path / "shop"


def held(shop: Path, text: str, *words: str) -> tuple[dict[str, dict[str, object]], dict[str, int]]:
    path = shop.parent / "products.csv"
    path.write_text(text, "utf-8")
    words = ("import", shop, "--items", path, *words, "--json")
    looked = json.loads(beholder(*words, "--dry-run")[0])
    done = json.loads(beholder(*words)[0])
    assert looked["rules"] == done["rules"]
    assert looked["rules_first"] == done["rules_first"]
    return {item: own for item, (_, own) in items_of(shop).items()}, done["rules"]


def test_sizes_and_colours_are_called_so(shop: Path) -> None:
    found, rules = held(shop, SHOPIFY)
    assert (found["shirt"]["Size"], found["shirt"]["colour"]) == (["S", "M"], ["rot", "blau"])
    assert (found["coat"]["Size"], found["coat"]["Option2 Value"]) == (
        ["L", "XL"],
        ["slim", "wide"],
    )
    assert found["gown"]["Größe"] == "38"
    assert not {"Size", "Option1 Value", "Option2 Value"} & found["hat"].keys()
    assert not {"Option1 Value", "Option2 Value"} & found["shirt"].keys()
    named = "as the product calls it"
    assert rules[f"rows whose Option1 Value is kept as Size, {named}"] == 4
    assert rules["rows whose Option1 Value is Default Title, which is no option: left out"] == 1
    assert held(shop, SHOPIFY) == (found, rules)


def test_sizes_that_a_later_file_has_not_go(shop: Path) -> None:
    held(shop, SHOPIFY)
    found, rules = held(shop, SHOPIFY.replace("shirt,,,M,,blau,LS-M\n", ""))
    assert (found["shirt"]["Size"], found["shirt"]["colour"]) == ("S", "rot")
    assert any(rule.startswith("items that had more in Size") for rule in rules)
    found, _ = held(shop, SHOPIFY.replace("Shirt,Size,S", "Shirt,Cut,S"))
    assert "Size" not in found["shirt"]
    assert found["shirt"]["Option1 Value"] == ["S", "M"]


def test_variants_as_items_are_named_by_the_first_of_their_product(shop: Path) -> None:
    found, _ = held(shop, SHOPIFY, "--map", "item_id=Variant SKU")
    assert [found[one]["Size"] for one in ("LS-S", "LS-M", "C-XL")] == ["S", "M", "XL"]
