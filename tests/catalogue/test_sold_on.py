"""Stock of nothing where the shop sells on, or counts no pieces."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from command_line import beholder
from items_held import items_of

HEAD = "Handle,Title,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,"
SHOPIFY = (
    HEAD
    + """Variant Inventory Policy
shirt,Shirt,S1,shopify,0,continue
shirt,,S2,shopify,0,deny
hat,Hat,H1,,0,deny
hat,,H2,shopify,0,deny
mug,Mug,M1,shopify,0,deny
mug,,,,,
jug,Jug,J1,shopify,0,deny
jug,,J2,shopify,0,continue
pot,Pot,P1,shopify,5,continue
"""
)
WOO = """SKU,Name,In stock?,Stock,Backorders allowed?
a,Mug,1,0,1
b,Jug,1,0,notify
c,Pot,1,0,0
d,Cup,0,0,1
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    beholder("init", tmp_path / "shop")
    return tmp_path / "shop"


def sold(shop: Path, text: str, name: str = "items.csv") -> tuple[dict[str, bool], dict[str, int]]:
    path = shop.parent / name
    path.write_text(text)
    words = ("import", shop, "--items", path, "--json")
    looked = json.loads(beholder(*words, "--dry-run")[0])
    done = json.loads(beholder(*words)[0])
    assert looked["rules"] == done["rules"]
    held = {item: own for item, (_, own) in items_of(shop).items()}
    out = {i: own.get("in_stock") == "false" or own.get("stock", 1) == 0 for i, own in held.items()}
    return {item: not gone for item, gone in out.items()}, done["rules"]


def test_shopify_sells_on_and_does_not_track(shop: Path) -> None:
    found, rules = sold(shop, SHOPIFY)
    assert found == {"shirt": True, "hat": True, "mug": False, "jug": True, "pot": True}
    on = "rows without stock and with Variant Inventory Policy, by which the shop sells on: "
    none = "rows whose stock nobody counts, since Variant Inventory Tracker is empty: "
    assert (rules[f"{on}taken for in stock"], rules[f"{none}taken for in stock"]) == (2, 1)
    assert items_of(shop)["pot"][1]["stock"] == 5
    assert sold(shop, SHOPIFY) == (found, rules)  # nothing stays that is not spoken of


def test_a_later_file_ends_it(shop: Path) -> None:
    sold(shop, SHOPIFY)
    found, _ = sold(shop, SHOPIFY.replace("continue", "deny").replace("H1,,", "H1,shopify,"))
    assert found == {"shirt": False, "hat": False, "mug": False, "jug": False, "pot": True}


def test_woocommerce_takes_orders_without_stock(shop: Path) -> None:
    assert sold(shop, WOO)[0] == {"a": True, "b": True, "c": False, "d": False}


def test_a_row_that_does_not_speak_of_a_tracker_has_one(shop: Path) -> None:
    rows = [{"id": "a", "stock": 0}, {"id": "b", "stock": 0, "Inventory Tracker": None}]
    text = "".join(f"{json.dumps(row)}\n" for row in rows)
    assert sold(shop, text, "items.jsonl")[0] == {"a": False, "b": True}


PRICES = """\
Handle,Title,Variant SKU,Variant Inventory Qty,Variant Price,Variant Compare At Price
shirt,Shirt,S1,0,49,59
shirt,,S2,0,39,
shirt,,S3,2,45,
shirt,,S4,2,35,
hat,Hat,H1,1,19,
hat,,H2,2,9,
mug,Mug,M1,0,5,
mug,,M2,0,6,
"""


@pytest.mark.parametrize("apart", [False, True])
def test_the_price_is_that_of_the_first_row_in_stock(shop: Path, apart: bool) -> None:
    head, *rows = PRICES.splitlines()
    text = "\n".join([head, *(rows[0::2] + rows[1::2] if apart else rows)])
    for _ in range(2):
        _, rules = sold(shop, text)
        own = {item: one for item, (_, one) in items_of(shop).items()}
        assert {item: one["price"] for item, one in own.items()} == {
            "shirt": 45,
            "hat": 19,
            "mug": 5,
        }
        assert "regular_price" not in own["shirt"]
        assert rules["items whose " + SOLD_OUT] == 1


SOLD_OUT = "first row is sold out: the price is that of the first row that is in stock"
