"""What people can choose by, and what they chose."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from beholder.rules.choices import ends_of, masks_of, range_of
from beholder.rules.facets import Facets
from beholder.rules.offers import counts_of, left_of, offers_of
from beholder.rules.translations import labels_of

SHOP: list[dict[str, Any]] = [
    {
        "category": "Küche > Löffel" if i % 3 else "Küche > Gabel",
        "maker": "unknown" if i % 2 else "Nord",
        "sku": f"AB-{i:04d}",
        "imdb_id": f"tt{1000000 + i}",
        "product_code": 70_000 + i // 4,
        "style": f"only {i}",
        "model": f"SKU{4000 + i // 2}",
        "note": "It is told at length, with many words that nobody chooses by.",
        "country": "Everywhere",
        "price": float(i),
        "stock": i % 5,
        "year": 2020 + i % 3,
        "sale": i < 4,
        "tags": ["blue"] if i % 2 else ["blue", "n/a"],
        "title_zh": "勺",
        "size": "M" if i % 2 else "L",
        "size_us": "8" if i % 2 else "10",
        "tags_zh": ["蓝"] if i % 2 else ["蓝", "-"],
    }
    for i in range(20)
]
ALL = np.ones(20, bool)


@pytest.fixture(scope="module")
def facets() -> Facets:
    return Facets.of(SHOP, {})


def offered(facets: Facets, *names: str) -> dict[str, tuple[str, ...]]:
    return {offer.name: offer.values for offer in offers_of(facets, ALL, names)}


def test_codes_ids_prose_what_all_have_and_what_says_nothing_are_not_offered(
    facets: Facets,
) -> None:
    assert offered(facets) == {
        "category": ("Küche > Löffel", "Küche > Gabel"),
        "price": ("..4", "4..8", "8..11", "11..15", "15.."),
        "size": ("L", "M"),
        "maker": ("Nord",),
        "sale": ("false", "true"),
        "size_us": ("8", "10"),
    }


def test_named_attributes_are_offered_in_their_order_and_unknown_ones_left_out(
    facets: Facets,
) -> None:
    assert list(offered(facets, "year", "style", "nowhere", "category")) == [
        "year", "style", "category",
    ]  # fmt: skip


def test_counts_are_of_the_items_that_were_found(facets: Facets) -> None:
    among = np.arange(20) < 6
    counted = {
        offer.name: dict(zip(offer.values, counts_of(offer, facets, among), strict=True))
        for offer in offers_of(facets, ALL)
    }
    assert counted["category"] == {"Küche > Löffel": 4, "Küche > Gabel": 2}
    assert counted["price"] == {"..4": 4, "4..8": 2, "8..11": 0, "11..15": 0, "15..": 0}
    assert counted["sale"] == {"false": 2, "true": 4}


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        ({"category": ["Küche > Gabel"]}, {0, 3, 6, 9, 12, 15, 18}),
        ({"price": ["..2", "17..18", "19"]}, {0, 1, 17, 19}),
        ({"sale": ["true"]}, {0, 1, 2, 3}),
        ({"sale": ["perhaps"]}, set()),
        ({"tags": ["n/a"]}, set(range(0, 20, 2))),
        ({"price": ["cheap"]}, set()),
        ({"price": [".."]}, set()),
        ({"nowhere": ["x"]}, set()),
    ],
)
def test_a_choice_holds_for_exactly_the_items_of_its_values(
    facets: Facets, choices: dict[str, list[str]], expected: set[int]
) -> None:
    (mask,) = masks_of(choices, facets).values()
    assert set(np.flatnonzero(mask).tolist()) == expected


def test_a_range_has_one_or_two_ends() -> None:
    assert ends_of("10..20") == (10, 20)
    assert ends_of("..-2.5") == (-float("inf"), -2.5)
    for text in ("..", "10", "a..b", "1...2", "1e9..", ""):
        assert ends_of(text) is None


def test_values_are_called_what_items_call_them(facets: Facets) -> None:
    assert labels_of("tags", facets) == {"blue": {"zh": "蓝"}, "n/a": {"zh": "-"}}
    assert labels_of("category", facets) == {}
    assert labels_of("title", facets) == {}  # titles are no attributes


@given(
    st.floats(1e-12, 1e15) | st.floats(-1e15, -1e-12),
    st.floats(1e-12, 1e15) | st.floats(-1e15, -1e-12),
)
@example(2e10, 1e-5)
@example(0.1 + 0.2, 1e15)
def test_ends_of_ranges_are_written_and_read_without_loss(least: float, below: float) -> None:
    assert ends_of(range_of(least, below)) == (least, below)
    assert "e" not in range_of(least, below)


@pytest.mark.parametrize("scale", [1e-300, 1e-5, 0.1, 3.7e9, 1e14, -2e11, 1e290])
def test_numbers_of_every_size_are_offered_and_all_counted(scale: float) -> None:
    facets = Facets.of([{"price": (i + 0.5) * scale} for i in range(20)], {})
    (offer,) = offers_of(facets, ALL)
    assert sum(counts_of(offer, facets, ALL)) == 20
    assert sum(counts_of(offer, facets, ALL, np.arange(20) // 2)) >= 10
    total = sum(
        int(mask.sum()) for v in offer.values for mask in masks_of({"price": [v]}, facets).values()
    )
    assert total == 20


def test_prices_in_words_are_no_codes_and_a_list_that_is_cut_says_so() -> None:
    prices = ["1299", "19.99", "auf Anfrage"] * 2 + ["9"] * 2
    own = Facets.of([{"price": price} for price in prices], {})
    (offer,) = offers_of(own, np.ones(8, bool))
    assert offer.values == ("1299", "19.99", "9", "auf Anfrage")
    many = Facets.of([{"colour": f"c{i // 2:02d}"} for i in range(70)], {})
    (offer,) = offers_of(many, np.ones(70, bool))
    assert len(offer.values) == 30
    assert left_of(offer, many, np.ones(70, bool)) == 5
    assert left_of(offer, many, np.arange(70) < 62) == 1


def test_what_shops_keep_for_themselves_is_not_offered_unless_it_is_named() -> None:
    own: list[dict[str, Any]] = [
        {
            "Status": "draft" if i % 2 else "active",
            "Published": "false" if i % 2 else "true",
            "Tax class": "reduced" if i % 2 else "standard",
            "Variant Weight Unit": "g" if i % 2 else "kg",
            "Option1 Name": "Size" if i % 2 else "Title",
            "Option1 Value": "M" if i % 3 else "Default Title",
            "Allow customer reviews?": "1" if i % 2 else "0",
            "Type": "simple, virtual" if i % 2 else "variable",
            "Style": "simple" if i % 2 else "rich",
            "in_stock": bool(i % 2),
        }
        for i in range(20)
    ]
    facets = Facets.of(own, {})
    assert offered(facets) == {"Option1 Value": ("M",), "Style": ("rich", "simple")}
    assert offered(facets, "Status", "Type") == {
        "Status": ("active", "draft"),
        "Type": ("simple, virtual", "variable"),
    }
