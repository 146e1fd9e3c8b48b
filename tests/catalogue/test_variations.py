"""Variations of WooCommerce are variants of their product."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from command_line import beholder
from items_held import items_of

WOO = """\
ID,Type,SKU,Name,Parent
1,variable,SHIRT,Shirt,
2,variation,SHIRT-S,Shirt S,SHIRT
3,variation,SHIRT-M,Shirt M,SHIRT
4,simple,MUG,Mug,
5,variation,HAT-R,Hat red,id:9
6,variation,HAT-B,Hat blue,id:9
9,variable,,Hat,
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    beholder("init", tmp_path / "shop")
    return tmp_path / "shop"


@pytest.mark.parametrize("by", ["SKU", "ID"])
def test_variations_share_their_product(shop: Path, by: str) -> None:
    path = shop.parent / "items.csv"
    path.write_text(WOO)
    words = ("import", shop, "--items", path, "--map", f"item_id={by}", "--json")
    looked = json.loads(beholder(*words, "--dry-run")[0])["rules"]
    done = json.loads(beholder(*words)[0])["rules"]
    assert looked == done
    said = "rows that Parent puts together: variants of one product, by item_group_id"
    assert done[said] == (6 if by == "ID" else 5)
    groups = {title: own.get("item_group_id") for title, own in items_of(shop).values()}
    assert groups.pop("Hat", "id:9") == "id:9"
    shirts = dict.fromkeys(["Shirt", "Shirt S", "Shirt M"], "SHIRT")
    assert groups == {**shirts, "Mug": None, "Hat red": "id:9", "Hat blue": "id:9"}


def test_another_parent_is_an_attribute(shop: Path) -> None:
    path = shop.parent / "items.csv"
    path.write_text("sku,Type,Parent\na,film,b\n")
    beholder("import", shop, "--items", path)
    assert items_of(shop)["a"][1] == {"Type": "film", "Parent": "b"}
