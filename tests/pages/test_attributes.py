from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from beholder import telling
from beholder.pages import attributes, naming
from beholder.pages.attributes import (
    LONGEST_CHIP,
    MOST_CHIPS,
    TINTS,
    chips,
    differing,
    is_words,
    price,
    sold_out,
    tint,
    told,
)
from beholder.pages.words import Words
from beholder.sold_out import PLAIN, WORDS
from beholder.translations import LANGUAGES


@pytest.mark.parametrize(
    "text", ["blue", "100% cotton", "Black/White", "size 42", "水彩", "may green", "in stock"]
)
def test_words_are_chips(text: str) -> None:
    assert is_words(text)


@pytest.mark.parametrize(
    "text",
    [
        "5", "12.50", "€ 12", "12 EUR", "USD 9.99", "￥99", "2026-11-24", "24 Nov 2026", "May 5",
        "3月5日", "true", "None", "https://a.example/b", "www.shop", "photo.jpg", "", "--",
        "x" * (LONGEST_CHIP + 1),
    ],
)  # fmt: skip
def test_numbers_dates_prices_and_addresses_are_no_chips(text: str) -> None:
    assert not is_words(text)


def test_chips_leave_numbers_titles_and_descriptions_out_and_come_once() -> None:
    told: dict[str, Any] = {
        "title_zh": "花瓶",
        "description": "short",
        "stock": "5",
        "price": 12.5,
        "family": "vase",
        "tags": ["blue", "vase", "2026"],
    }
    assert [chip["value"] for chip in chips(told)] == ["vase", "blue"]
    assert len(chips({"tags": [f"{'abcdefghijklmnopqrst'[n]} tag" for n in range(20)]})) == (
        MOST_CHIPS
    )


def test_a_chip_is_called_what_the_item_says_in_the_language_of_the_page() -> None:
    told = {"tags": ["blue", "vase"], "tags_zh": ["蓝", "花瓶"], "family": "vase", "family_zh": ""}
    assert chips(told, "zh-Hans") == [
        {"name": "tags", "value": "blue", "label": "蓝"},
        {"name": "tags", "value": "vase", "label": "花瓶"},
    ]
    assert [chip["label"] for chip in chips(told)] == ["blue", "vase"]
    cut = {"tags": ["blue", "vase"], "tags_zh": ["蓝"]}
    assert [chip["label"] for chip in chips(cut, "zh-Hans")] == ["blue", "vase"]


@pytest.mark.parametrize(
    ("value", "currency", "written"),
    [
        (12.5, "", "12.50"),
        (12.0, "", "12"),
        (0, "EUR", "0 EUR"),
        (12.5, "EUR", "12.50 EUR"),
        (1299, "${price}", "$1299"),
        (-1.0, "EUR", ""),
        (True, "EUR", ""),
        ("12", "EUR", ""),
        (math.nan, "EUR", ""),
        (math.inf, "EUR", ""),
        (1e20, "EUR", ""),
    ],
)
def test_a_price_is_written_as_the_setting_says(value: Any, currency: str, written: str) -> None:
    assert price({"price": value}, currency) == written


@pytest.mark.parametrize(
    ("value", "currency", "written"),
    [(9.9, "€", "9.90 €"), (49, "€", "49.00 €"), (1299, "${price}", "$1299.00"), (0, "", "0.00")],
)
def test_in_a_catalogue_with_cents_all_prices_have_them(
    value: float, currency: str, written: str
) -> None:
    assert price({"price": value}, currency, cents=True) == written


@pytest.mark.parametrize(
    ("first", "second", "names"),
    [
        ({"size": "S", "ean": "1"}, {"size": "M", "ean": "2"}, ["size"]),
        ({"length": 30, "price": 5}, {"length": 40, "price": 6}, ["length"]),
        ({"price": 5}, {"price": 6}, []),
    ],
)
def test_variants_are_called_by_what_they_differ_in(
    first: dict[str, Any], second: dict[str, Any], names: list[str]
) -> None:
    shirts = [{"title": "Shirt", "attributes": told} for told in (first, second)]
    assert differing(shirts) == names
    named = [
        {"title": f"Shirt {i}", "attributes": each["attributes"]} for i, each in enumerate(shirts)
    ]
    assert differing(named) == [name for name in names if name == "size"]


def test_a_third_attribute_names_variants_only_where_two_do_not_suffice() -> None:
    told = [
        {"colour": colour, "material": colour, "size": size}
        for colour, size in (("red", "S"), ("red", "M"), ("blue", "S"))
    ]
    shirts = [{"title": "Shirt", "attributes": each} for each in told]
    assert differing(shirts) == ["colour", "material", "size"]
    assert differing(shirts[1:]) == ["colour", "material"]


def test_without_a_price_nothing_is_written() -> None:
    assert price({}, "EUR") == ""


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        ({"stock": 0}, True),
        ({"stock": "0"}, True),
        ({"stock": -1.5}, True),
        ({"stock": 3}, False),
        ({"stock": "plenty"}, False),
        ({"stock": False}, False),
        ({"in_stock": False}, True),
        ({"in_stock": "no"}, True),
        ({"in_stock": True}, False),
        ({"availability": "out_of_stock"}, True),
        ({"availability": "SoldOut"}, True),
        ({"availability": "Ausverkauft"}, True),
        ({"availability": "in stock"}, False),
        ({}, False),
    ],
)
def test_what_is_out_of_stock_is_sold_out(attributes: dict[str, Any], said: bool) -> None:
    assert sold_out(attributes) is said


def test_a_card_tells_two_attributes_in_the_language_of_the_page() -> None:
    item = {"brand": "Nord", "colour": ["blue", "red"], "colour_zh": ["蓝", "红"], "size": 42}
    assert told(item, ["brand", "colour"]) == "Nord · blue, red"
    assert told(item, ["brand", "colour"], "zh-Hans") == "Nord · 蓝, 红"
    assert told(item, ["gone", "size"]) == "42"
    assert told(item, []) == ""
    assert told({"price": 9.9, **item}, ["price", "size"]) == "42"  # it stands there already
    assert told({"new": True, "weight": 12.0, "tags": ["", "a"]}, ["new", "weight", "tags"]) == (
        "12 · a"
    )


def test_a_missing_picture_has_one_of_a_few_colours_for_ever() -> None:
    assert tint("a1") == (97 + 49) % TINTS
    assert tint("花") == sum("花".encode()) % TINTS


def test_sizes_of_countries_are_no_translations_and_the_viewer_knows_the_same_languages() -> None:
    sizes = {"size": "large", "size_us": "wide", "size_zh": "大"}
    assert [chip["value"] for chip in chips(sizes)] == ["large", "wide"]
    script = Path(attributes.__file__).parent / "static" / "modules" / "attributes.js"
    assert f"(.+)_({'|'.join(LANGUAGES)})$" in script.read_text()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("price", "..20000000000", "Below 20000000000 €"),
        ("price", "0.00001..0.5", "0.00001 to 0.50 €"),
        ("price", "0..10", "0 to 10 €"),
        ("price", "-5..", "-5 and more"),
        ("grain", "0.00001..", "0.00001 and more"),
    ],
)
def test_ranges_are_called_by_all_their_digits(name: str, value: str, expected: str) -> None:
    assert naming.value(Words("en"), "€", name, value, {}) == expected


def test_codes_and_what_a_shop_keeps_for_itself_are_no_chips_in_the_viewer_either() -> None:
    own = {
        "product_code": "oak",
        "status": "draft",
        "Tax class": "reduced",
        "Variant Weight Unit": "kg",
        "maker": "unknown",
        "style": "rustic",
    }
    assert [chip["value"] for chip in chips(own)] == ["rustic"]
    script = Path(attributes.__file__).parent / "static" / "modules" / "attributes.js"
    text = script.read_text(encoding="utf-8")
    assert all(f'"{word}"' in text for word in telling.NOTHING)
    assert all(name.pattern in text for name in (telling._NAME, telling._OWN))


@pytest.mark.browser
def test_the_viewer_knows_each_spelling_of_sold_out(chromium: Any) -> None:
    script = (Path(attributes.__file__).parent / "static" / "modules" / "attributes.js").read_text()
    plain = script[script.index("function plain(") :].split("\n}\n")[0] + "\n}"
    page = chromium.new_page()
    ways = (str.upper, str.title, lambda word: f" http://Schema.org/{word.replace(' ', '-')}! ")
    written = [way(word) for word in WORDS for way in ways]
    told = page.evaluate(f"words => {{ {plain}; return words.map(plain); }}", written)
    page.close()
    assert set(told) == set(PLAIN)
