"""What files say of stock in words: it is out of stock by any of them, wherever it stands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from beholder.sold_out import says_sold_out
from command_line import beholder
from items_held import items_of


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    beholder("init", tmp_path / "shop")
    return tmp_path / "shop"


def imported(shop: Path, text: str, *more: str) -> tuple[dict[str, dict[str, object]], str]:
    """Return attributes by item, and what the import says; a dry run before it says the same."""
    file = shop.parent / "items.csv"
    file.write_text(text)
    words = "import", shop, "--items", file, *more
    looked = beholder(*words, "--dry-run")[0]
    said = beholder(*words)[0]
    for line in said.splitlines():
        if "Stock:" in line or "out of stock" in line:
            assert line.removeprefix("items.csv: ") in looked
    return {item_id: own for item_id, (_, own) in items_of(shop).items()}, said


def test_a_stock_of_numbers_is_nothing_where_a_word_says_so(shop: Path) -> None:
    had, said = imported(shop, "sku,title,Stock\na,A,5\nb,B,ausverkauft\nc,C,3\nd,D,Sold out\n")
    assert {item: own["stock"] for item, own in had.items()} == {"a": 5, "b": 0, "c": 3, "d": 0}
    assert "Stock: words that say that there is none, such as 'ausverkauft', are read as 0" in said
    assert "left out" not in said
    assert "2 of 4 items are out of stock: in no answer and no search until" in said


def test_words_for_some_are_no_number_of_pieces_and_said_to_count_as_in_stock(shop: Path) -> None:
    had, said = imported(shop, "sku,title,Stock\na,A,In stock\nb,B,Out of stock\nc,C,In stock\n")
    assert {item: own.get("stock") for item, own in had.items()} == {"a": None, "b": 0, "c": None}
    assert "words such as 'In stock' are left out, and such items count as in stock" in said


def test_a_stock_of_other_words_stays_as_it_is(shop: Path) -> None:
    had, _ = imported(shop, "sku,title,Stock\na,A,rack 7\nb,B,rack 9\n")
    assert had["b"]["stock"] == "rack 9"


def test_a_stock_of_several_numbers_is_a_list_and_no_error(shop: Path) -> None:
    had, _ = imported(shop, "sku,title,Stock\na,A,0|3\nb,B,1\n")
    assert had["a"]["stock"] == ["0", "3"]


def test_words_of_in_stock_say_yes_or_no(shop: Path) -> None:
    had, _ = imported(shop, "sku,title,In stock\na,A,lieferbar\nb,B,ausverkauft\nc,C,en stock\n")
    assert [own["in_stock"] for own in had.values()] == ["true", "false", "true"]


def test_what_is_sold_out_in_words_is_in_no_answer(shop: Path) -> None:
    words = ("ausverkauft ", "Sold_Out!", "NICHT VERFÜGBAR", "http://schema.org/OutofStock")
    cells = [*(f"{word},," for word in words), *(f",{word}," for word in words)]
    cells += [*(f",,{word}" for word in words), "auf Lager,,", ",5,", ",,lieferbar"]
    rows = "".join(f"i{n},Mug {n},{cell}\n" for n, cell in enumerate(cells))
    imported(shop, f"sku,title,availability,Stock,In stock\n{rows}")
    log = shop.parent / "log.csv"
    log.write_text("user,item\n" + "".join(f"u{n % 5},i{n % 15}\n" for n in range(60)))
    beholder("import", shop, "--interactions", log)
    beholder("train", shop, "--budget", "5s")
    found = json.loads(beholder("recommend", shop, "--user", "new", "-k", "15", "--json")[0])
    assert {item["id"] for item in found["items"]} == {"i12", "i13", "i14"}


def test_words_of_other_things_do_not_say_so() -> None:
    others = (
        "in stock",
        "",
        "PreOrder",
        "backorder",
        "out of cotton",
        "https://schema.org/InStock",
    )
    assert not any(map(says_sold_out, others))
