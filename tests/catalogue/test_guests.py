"""Guests of a shop, whose account is 0, are not one person."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from command_line import beholder


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    beholder("init", tmp_path / "shop")
    return tmp_path / "shop"


def both(shop: Path, text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the dry run says of a log, and the import."""
    (shop.parent / "log.csv").write_text(text)
    words = ("import", shop, "--interactions", shop.parent / "log.csv", "--json")
    return json.loads(beholder(*words, "--dry-run")[0]), json.loads(beholder(*words)[0])


def events_of(shop: Path, user: str) -> int:
    rows = [json.loads(line) for line in beholder("user", "export", shop, user)[0].splitlines()]
    return sum(row["record"] == "event" for row in rows)


@pytest.mark.parametrize("column", ["customer_id", "Customer User ID"])
def test_a_guest_is_whom_the_address_names(shop: Path, column: str) -> None:
    text = (
        f"{column},billing_email,sku,quantity,order_date\n0,g@x.org,a,1,2026-01-01\n"
        "0,h@x.org,a,1,2026-01-01\n0,,a,1,2026-01-01\n7,i@x.org,a,1,2026-01-01\n"
    )
    look, done = both(shop, text)
    said = f"0 in {column} is no account: 3 rows are of guests, who are whom billing_email names"
    assert said in look["behaviour"]["said"]
    assert said in done["files"][0]["said"]
    reasons = {"names no one: no id, a word such as NULL, or no valid id": 1}
    assert look["reasons"] == done["reasons"] == reasons
    assert [events_of(shop, user) for user in ("g@x.org", "h@x.org", "7")] == [1, 1, 1]


@pytest.mark.parametrize("guest", ["0", "0.0", "00"])
def test_orders_of_woocommerce_by_an_extension_are_read(shop: Path, guest: str) -> None:
    text = (
        "Order Number,Order Status,Order Date,Email (Billing),SKU,Item #,Quantity,Customer ID\n"
        f"601,Completed,2026-01-03 10:00,g@x.org,a,1,1,{guest}\n"
        f"601,Completed,2026-01-03 10:00,g@x.org,b,2,2,{guest}\n"
        f"602,Completed,2026-01-04 10:00,h@x.org,a,1,1,{guest}\n"
        "603,Refunded,2026-01-04 10:00,i@x.org,a,1,1,7\n"
    )
    _, done = both(shop, text)
    assert done["files"][0]["mapping"]["item_id"] == "SKU"
    assert [events_of(shop, user) for user in ("g@x.org", "h@x.org")] == [2, 1]
    assert done["files"][0]["cancelled"] == 1


def test_guests_whom_nothing_names_are_warned_of(shop: Path) -> None:
    text = "customer_id,sku,quantity\n0,a,1\n0,b,1\n0,c,1\n7,a,1\n7,b,1\n8,a,1\n"
    look, done = both(shop, text)
    told = "3 rows are of customer_id 0, more than of anybody else: if these are guests"
    assert told in " ".join(look["behaviour"]["warnings"])
    assert f"warning: {told}" in " ".join(done["files"][0]["said"])


@pytest.mark.parametrize(
    "text",
    [
        "customer_id,sku,quantity\n0,a,1\n1,a,1\n1,b,1\n",
        "member_id,sku,quantity\n0,a,1\n0,b,1\n1,b,1\n",
        "customer_id,sku,quantity\n0,a,1\n",
    ],
)
def test_a_person_whose_id_is_0_is_one(shop: Path, text: str) -> None:
    look, _ = both(shop, text)
    assert not any("guests" in each for each in look["behaviour"]["warnings"])
    assert events_of(shop, "0")
