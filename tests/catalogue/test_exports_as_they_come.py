"""What shops and spreadsheets write into their exports beside what they mean."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from command_line import beholder
from items_held import items_of


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    beholder("init", tmp_path / "shop")
    return tmp_path / "shop"


def file_of(shop: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    (shop.parent / name).write_bytes(text.encode(encoding))
    return shop.parent / name


def both(shop: Path, *words: object) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the dry run says, and the import."""
    look = json.loads(beholder("import", shop, *words, "--json", "--dry-run")[0])
    return look, json.loads(beholder("import", shop, *words, "--json")[0])


NOTHING = ("(not set)", "(none)", "(not provided)", "N/A", "n/a", "#N/A", "#REF!", "#VALUE!", "-")


@pytest.mark.parametrize("word", NOTHING)
def test_words_for_nothing_are_no_item_and_nobody(shop: Path, word: str) -> None:
    items = file_of(shop, "items.csv", f"sku,title\na,A\n{word},B\n")
    log = file_of(shop, "log.csv", f"user,sku,date\nu,a,2026-01-01\n{word},a,2026-01-01\n")
    for told in both(shop, "--items", items, "--interactions", log):
        reasons = told["reasons"]
        assert reasons["has no item id"] == 1
        assert reasons["names no one: no id, a word such as NULL, or no valid id"] == 1
    assert set(items_of(shop)) == {"a"}
    log = file_of(shop, "more.csv", f"user,sku,date\nu,a,2026-01-01\nu,{word},2026-01-01\n")
    for told in both(shop, "--interactions", log):
        assert told["reasons"] == {"names no item: no id, or a word such as NULL": 1}
    assert set(items_of(shop)) == {"a"}


@pytest.mark.parametrize("column", ["customer_user_id", "billing_email", "buyer_email"])
def test_who_it_was_is_known_by_the_names_of_shops(shop: Path, column: str) -> None:
    log = file_of(shop, "log.csv", f"{column},sku,date\nu@example.org,a,2026-01-01\n")
    assert both(shop, "--interactions", log)[0]["sights"][0]["mapping"]["user"] == column


def test_an_address_is_who_it_was_only_where_nothing_else_is(shop: Path) -> None:
    text = "billing_email,customer_user_id,sku,date\nu@example.org,7,a,2026-01-01\n"
    look, _ = both(shop, "--interactions", file_of(shop, "log.csv", text))
    assert look["sights"][0]["mapping"]["user"] == "customer_user_id"


def test_the_pictures_of_magento_have_their_cover(shop: Path) -> None:
    text = (
        "sku,name,thumbnail_image,small_image,additional_images,base_image\n"
        'a,A,t.jpg,s.jpg,"f.jpg,g.jpg",b.jpg\n'
    )
    look, _ = both(shop, "--items", file_of(shop, "items.csv", text))
    mapping = look["sights"][0]["mapping"]
    assert (mapping["image"], mapping["image_2"]) == ("base_image", "additional_images")
    assert look["sights"][0]["pictures"][0]["names"] == ["b.jpg", "f.jpg", "g.jpg"]


@pytest.mark.parametrize("column", ["main_image", "featured_image", "primary_image", "small_image"])
def test_pictures_are_known_by_the_names_of_shops(shop: Path, column: str) -> None:
    look, _ = both(shop, "--items", file_of(shop, "items.csv", f"sku,name,{column}\na,A,b.jpg\n"))
    assert look["sights"][0]["mapping"]["image"] == column


@pytest.mark.parametrize("word", ["cancelled", "failed", "wc-cancelled", "canceled", "Voided"])
def test_an_order_that_came_to_nothing_is_told(shop: Path, word: str) -> None:
    text = f"user,sku,date,quantity,status\nu,a,2026-01-01,1,completed\nu,b,2026-01-01,1,{word}\n"
    log = file_of(shop, "log.csv", text)
    told = f"warning: status is not used, and says {word} (1): if that is what happened, say --map"
    look, done = both(shop, "--interactions", log)
    assert told.removeprefix("warning: ") in look["behaviour"]["warnings"][0]
    assert "empty" not in look["behaviour"]["warnings"][0]
    assert told in " ".join(done["files"][0]["said"])


def test_a_column_of_kinds_with_empty_cells_says_how_many(shop: Path) -> None:
    text = (
        "Email,Financial Status,Lineitem sku,Lineitem quantity,Created at\n"
        "u@x.org,refunded,a,1,2026-01-01\nu@x.org,,b,1,2026-01-01\nu@x.org,  ,c,1,2026-01-01\n"
        "v@x.org,paid,a,1,2026-01-02\n"
    )
    log = file_of(shop, "orders.csv", text)
    words = "2 of its 4 rows are empty, and would be refused then: fill them first"
    look, _ = both(shop, "--interactions", log)
    assert words in look["behaviour"]["warnings"][0]
    more = ("--map", "kind=Financial Status", "--map-kind", "paid=purchase")
    for told in both(shop, "--interactions", log, *more):
        assert told["reasons"]["kind is not said: its cell is empty"] == 2
        assert told["reasons"]["takes something back, which is no liking"] == 1


def test_behaviour_without_its_items_says_first_why_these_were_refused(shop: Path) -> None:
    rows = "".join(f"{n},{'Müller' if n % 4 else 'Meier'}\n" for n in range(40))
    items = file_of(shop, "artikel.csv", f"sku,title\n{rows}", "cp1252")
    log = file_of(shop, "klicks.csv", "user,sku\n" + "".join(f"u,{n}\n" for n in range(40)))
    words = "import", shop, "--items", items, "--interactions", log
    for more in ((), ("--dry-run",)):
        _, told = beholder(*words, *more, status=1)
        assert (
            "beholder: 30 rows of artikel.csv are refused: row 3 is no UTF-8 (say --encoding "
            "cp1252, or save it as UTF-8); so only 10 of the first 40 rows of klicks.csv name an"
        ) in told
        assert "(mend the file of items, " in told
    beholder(*words, "--encoding", "cp1252")


def test_behaviour_alone_names_no_file_of_items(shop: Path) -> None:
    beholder("import", shop, "--items", file_of(shop, "items.csv", "sku,title\na,A\n"))
    log = file_of(shop, "log.csv", "user,sku\nu,b\nu,c\n")
    _, told = beholder("import", shop, "--interactions", log, status=1)
    assert "beholder: only 0 of the first 2 rows of log.csv name an item" in told
