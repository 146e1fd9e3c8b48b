"""Orders that were cancelled are left out, and what a file before told of them is taken back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from beholder.store import Store
from beholder.workspace import Workspace
from command_line import beholder

SHOPIFY = (
    "Name,Email,Financial Status,Cancelled at,Lineitem quantity,Lineitem sku,Created at,Id\n"
    "#1,u@x.org,{},{},1,a,2026-01-01 10:00:00 +0000,9\n"
    "#1,u@x.org,,,2,b,2026-01-01 10:00:00 +0000,\n"
    "#2,v@x.org,paid,,1,a,2026-01-02 10:00:00 +0000,10\n"
    "#2,v@x.org,,,1,b,2026-01-02 10:00:00 +0000,\n"
    "#3,w@x.org,partially_refunded,,1,a,2026-01-03 10:00:00 +0000,11\n"
)
REASON = "is of an order that was cancelled or refunded (--keep-cancelled counts it)"


@pytest.fixture(params=["false", "true"], ids=["plain", "encrypted"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    beholder("init", tmp_path / "shop")
    toml = tmp_path / "shop" / "beholder.toml"
    text = toml.read_text()
    told = f"[privacy]\nencrypt_events = {request.param}\n"
    assert text.count("[privacy]\n") == 1
    toml.write_text(text.replace("[privacy]\n", told))
    return tmp_path / "shop"


def both(shop: Path, text: str, *words: object, status: int = 0) -> Any:
    """Return what the dry run says of a log, and the import."""
    (shop.parent / "log.csv").write_text(text)
    words = ("import", shop, "--interactions", shop.parent / "log.csv", *words, "--json")
    look = json.loads(beholder(*words, "--dry-run", status=status)[0])
    return look, json.loads(beholder(*words, status=status)[0])


def events_of(shop: Path, user: str) -> int:
    rows = [json.loads(line) for line in beholder("user", "export", shop, user)[0].splitlines()]
    return sum(row["record"] == "event" for row in rows)


@pytest.mark.parametrize(
    ("state", "at", "column"),
    [
        ("refunded", "", "Financial Status"),
        ("voided", "", "Financial Status"),
        ("paid", "2026-01-05 10:00:00 +0000", "Cancelled at"),
        ("paid", "05/01/2026 10:00", "Cancelled at"),
    ],
)
def test_all_rows_of_a_cancelled_order_are_left_out(
    shop: Path, state: str, at: str, column: str
) -> None:
    look, done = both(shop, SHOPIFY.format(state, at))
    told = f"2 rows of cancelled orders are left out (column {column})"
    assert look["reasons"] == done["reasons"] == {REASON: 2}
    assert told in " ".join(look["behaviour"]["warnings"])
    assert told in " ".join(done["files"][0]["said"])
    assert done["files"][0]["added"] == sum(look["behaviour"]["kinds"].values()) == 3
    assert not any("if that is what happened" in each for each in look["behaviour"]["warnings"])


@pytest.mark.parametrize(
    "state",
    [
        "cancelled",
        "wc-cancelled",
        "refunded",
        "wc-failed",
        "Failed",
        "已退款",
        "annulée",
        "Cancelado",
    ],
)
def test_orders_of_woocommerce_are_left_out_and_kept_where_it_is_said(
    shop: Path, state: str
) -> None:
    text = (
        "customer_id,sku,quantity,order_date,status\n"
        f"1,a,1,2026-01-01,completed\n2,a,1,2026-01-02,{state}\n"
    )
    for told in both(shop, text):
        assert told["reasons"] == {REASON: 1}
    look, done = both(shop, text, "--keep-cancelled")
    assert done["files"][0]["added"] == 1
    said = "1 row of cancelled orders counts all the same, as --keep-cancelled says (column status)"
    assert said in look["behaviour"]["warnings"]
    assert f"warning: {said}" in done["files"][0]["said"]


def test_a_state_says_nothing_of_what_is_no_purchase(shop: Path) -> None:
    text = "user,sku,event,date,status\nu,a,view,2026-01-01,cancelled\n"
    for told in both(shop, text):
        assert not told["reasons"]


def test_what_a_later_file_cancels_is_taken_back(shop: Path) -> None:
    both(shop, SHOPIFY.format("paid", ""))
    assert events_of(shop, "u@x.org") == 2
    look, done = both(shop, SHOPIFY.format("paid", "2026-01-05"))
    told = "purchases of an import before"
    would = f"{told} that would be taken back, since their order is cancelled now"
    assert look["rules"][would] == 2
    assert taken_back(done) == 2
    assert done["files"][0]["same"] == 3
    assert events_of(shop, "u@x.org") == 0
    look, done = both(shop, SHOPIFY.format("paid", "2026-01-05"))
    assert would not in look["rules"]
    assert events_of(shop, "v@x.org") == 2


def test_a_state_that_is_told_as_what_happened_takes_back_too(shop: Path) -> None:
    text = "user,sku,quantity,date,status\nu,a,1,2026-01-01,completed\nu,b,1,2026-01-02,{}\n"
    both(shop, text.format("completed"))
    words = ("--map", "kind=status", "--map-kind", "completed=purchase")
    _, done = both(shop, text.format("refunded"), *words)
    assert sum(n for rule, n in done["rules"].items() if "taken back" in rule) == 1
    assert events_of(shop, "u") == 1


def test_the_twin_of_a_cancelled_order_in_the_same_file_stays(shop: Path) -> None:
    text = (
        "user,sku,quantity,date,order_id,status\n"
        "u,a,1,2026-01-01,1,completed\nu,a,1,2026-01-01,2,{}\n"
    )
    both(shop, text.format("completed"))
    both(shop, text.format("cancelled"))
    assert events_of(shop, "u") == 1


def test_a_file_of_cancelled_orders_alone_is_no_fault(shop: Path) -> None:
    whole = SHOPIFY.format("paid", "")
    both(shop, whole)
    cancelled = "\n".join(SHOPIFY.format("refunded", "").splitlines()[:3]) + "\n"
    look, done = both(shop, cancelled, "--strict")
    assert look["refused"] == look["cancelled"] == done["files"][0]["cancelled"] == 2
    assert events_of(shop, "u@x.org") == 0
    bad = cancelled + "#9,,paid,,1,a,2026-01-03 10:00:00 +0000,11\n"
    both(shop, bad, status=1)
    both(shop, whole + "#9,,paid,,1,a,2026-01-03 10:00:00 +0000,11\n", "--strict", status=3)


SIZES = "item_id,title,sku\nshirt,Shirt,S\nshirt,Shirt,M\nshirt,Shirt,L\nhat,Hat,H\n"


def sizes(shop: Path, *states: str) -> tuple[Any, Any]:
    """Import one order of three sizes of a shirt, each in a state."""
    (shop.parent / "items.csv").write_text(SIZES)
    beholder("import", shop, "--items", shop.parent / "items.csv")
    rows = [f"u,{sku},1,2026-01-01T10:00:00Z,{s}" for sku, s in zip("SML", states, strict=True)]
    text = "user,sku,quantity,date,status\n" + "\n".join(rows) + "\n"
    return both(shop, text, "--kind", "purchase")


def taken_back(told: Any) -> int:
    return sum(n for rule, n in told["rules"].items() if "taken back" in rule)


def test_all_sizes_of_a_cancelled_order_are_taken_back(shop: Path) -> None:
    sizes(shop, *["completed"] * 3)
    assert events_of(shop, "u") == 3
    for n in (3, 0):
        look, done = sizes(shop, *["refunded"] * 3)
        assert taken_back(look) == taken_back(done) == n
        assert events_of(shop, "u") == 0


def test_one_size_of_an_order_is_taken_back_and_the_others_stay(shop: Path) -> None:
    sizes(shop, *["completed"] * 3)
    for n in (1, 0):
        look, done = sizes(shop, "completed", "refunded", "completed")
        assert taken_back(look) == taken_back(done) == n
        assert done["files"][0]["same"] == 2
        assert events_of(shop, "u") == 2


def test_what_a_file_counts_is_not_taken_back_by_its_twin(shop: Path) -> None:
    text = (
        "user,sku,quantity,date,order_id,status\n"
        "u,a,1,2026-01-01,2,cancelled\nu,a,1,2026-01-01,1,completed\n"
    )
    both(shop, text)
    for _ in range(2):
        look, done = both(shop, text)
        assert taken_back(look) == taken_back(done) == 0
        assert done["files"][0]["same"] == 1


def test_a_size_that_is_paid_and_cancelled_takes_back_no_other(shop: Path) -> None:
    sizes(shop, *["completed"] * 3)
    rows = [f"u,S,1,2026-01-01T10:00:00Z,{state}\n" for state in ("completed", "cancelled")]
    look, done = both(shop, "user,sku,quantity,date,status\n" + "".join(rows), "--kind", "purchase")
    assert taken_back(look) == taken_back(done) == 0
    assert events_of(shop, "u") == 3


def test_a_word_for_no_in_the_moment_of_cancelling_cancels_nothing(shop: Path) -> None:
    for word in ("false", "no", "never", "-", "NULL"):
        text = f"user,sku,quantity,date,cancelled_at\nu,a,1,2026-01-01,{word}\n"
        for told in both(shop, text):
            assert not told["reasons"]


@pytest.mark.parametrize("empty", ["", "NULL", "-"])
def test_rows_of_an_order_are_of_its_state_and_of_its_person(shop: Path, empty: str) -> None:
    text = (
        "user,sku,quantity,date,order,status\n"
        f"u,a,1,2026-01-01,1,cancelled\nu,b,1,2026-01-01,1,{empty}\n"
        f"v,a,1,2026-01-01,1,{empty}\nv,b,1,2026-01-01,2,completed\n"
    )
    _, done = both(shop, text, "--kind", "purchase")
    assert done["reasons"] == {REASON: 2}
    assert events_of(shop, "v") == 2


@pytest.mark.postgres
def test_what_a_later_file_cancels_is_taken_back_on_postgres(
    tmp_path: Path, postgres_url: str
) -> None:
    shop = tmp_path / "shop"
    toml = f'title = "t"\n[store]\nurl = "{postgres_url}"\nkeys_url = "{postgres_url}"\n'
    Store.open(Workspace.create(shop, toml), create=True).close()
    both(shop, SHOPIFY.format("paid", ""))
    both(shop, SHOPIFY.format("refunded", ""))
    assert events_of(shop, "u@x.org") == 0
