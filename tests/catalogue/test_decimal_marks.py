"""A file has one way of writing numbers: all that it shows tells, wherever it stands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from beholder.catalogue.readers import jsonl, lines
from beholder.store import Store
from beholder.workspace import Workspace
from command_line import beholder
from items_held import items_of


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    beholder("init", tmp_path / "shop")
    return tmp_path / "shop"


def items_told(shop: Path, text: str, name: str = "items.csv") -> tuple[dict[str, Any], str]:
    """Return the attributes of the item a, and what is said, as the dry run does."""
    file = shop.parent / name
    file.write_text(text)
    look = json.loads(beholder("import", shop, "--items", file, "--dry-run", "--json")[0])
    report = json.loads(beholder("import", shop, "--items", file, "--json")[0])
    looked, said = (
        [each for each in told if not each.startswith("prices in")]
        for told in (look["sights"][0]["said"], report["files"][0]["said"])
    )
    assert looked == said
    return items_of(shop)["a"][1], "\n".join(said)


def values_told(shop: Path, text: str) -> tuple[list[float], str]:
    """Return the values of behaviour in their order, and what is said, as the dry run does."""
    file = shop.parent / "log.csv"
    file.write_text(text)
    look = json.loads(beholder("import", shop, "--interactions", file, "--dry-run", "--json")[0])
    report = json.loads(beholder("import", shop, "--interactions", file, "--json")[0])
    seen, said = look["behaviour"], "\n".join(report["files"][0]["said"])
    assert all(each in said for each in [*seen["said"], *seen["warnings"]])
    with Store.open(Workspace.open(shop)) as store:
        return store.training_events("train").values.tolist(), said


def table(mark: str, column: str, first: str, n: int, *others: str) -> str:
    rows = [first] * n + list(others)
    cells = [("item_id", column), ("a", rows[0])]
    cells += [(f"n{i}", row) for i, row in enumerate(rows[1:])]
    return "".join(f"{mark.join(row)}\n" for row in cells)


@pytest.mark.parametrize(
    ("either", "shown", "value", "other"),
    [("1.299", "12.5", 1.299, 1299), ("1,299", "12.5", 1299, 1.299),
     ("1.299", "12,5", 1.299, 1299), ("1,299", "12,5", 1299, 1.299)],
)  # fmt: skip
@pytest.mark.parametrize("column", ["Preis", "weight"])
def test_one_number_beyond_doubt_does_not_silence_the_doubt_of_a_long_list(
    shop: Path, column: str, either: str, shown: str, value: float, other: float
) -> None:
    told, said = items_told(shop, table("\t", column, either, 500, shown))
    assert told["weight" if column == "weight" else "price"] == value
    assert f"warning: {column}: {either} is read " in said
    assert f"{shown} in this column" in said
    assert "which is little beside 500 that may be either" in said
    assert f"write {other:g}" in said


@pytest.mark.parametrize("either", ["1,200", "1.200 €"])
@pytest.mark.parametrize("little", ["0.00", "0,00", "1.5e3", "0.0 €"])
def test_zeros_and_exponents_show_nothing(shop: Path, either: str, little: str) -> None:
    told, said = items_told(shop, table("\t", "price", either, 5, *[little] * 5))
    assert told["price"] == (1200 if "," in either else 1.2)
    assert f"warning: price: {either.removesuffix(' €')} is read " in said


def test_zeros_with_a_point_speak_against_semicolons(shop: Path) -> None:
    told, said = items_told(shop, table(";", "Preis", "1.200 €", 5, "0.00"))
    assert told["price"] == 1200
    assert "warning: Preis: 1.200 is read as thousands and may have a decimal point, since" in said
    told, said = items_told(shop, table(";", "Preis", "1.200 €", 5, "0,00"))
    assert told["price"] == 1200
    assert "warning: Preis" not in said


@pytest.mark.parametrize(
    ("price", "weight", "value", "words"),
    [
        ("10,50", "1.200", 1200, "weight: a point marks thousands, 1.200 is 1200 (as 10,50 in"),
        ("10,50", "1,200", 1.2, "weight: a comma is a decimal comma, 1,200 is 1.2 (as 10,50 in"),
        ("10.50", "1,200", 1200, "weight: a comma marks thousands, 1,200 is 1200 (as 10.50 in"),
        ("10.50", "1.200", 1.2, "weight: a point is a decimal point, 1.200 is 1.2 (as 10.50 in"),
        ("10", "1.200", 1.2, "warning: weight: 1.200 is read with a decimal point and may be"),
        ("10", "1,200", 1200, "warning: weight: 1,200 is read as thousands and may have a decimal"),
    ],
)
@pytest.mark.parametrize("n", [1, 30])
def test_a_column_without_evidence_is_read_as_the_others_of_its_file(
    shop: Path, price: str, weight: str, value: float, words: str, n: int
) -> None:
    rows = "".join(f"n{i}\t{price}\t{weight}\n" for i in range(n))
    told, said = items_told(shop, f"sku\tprice\tweight\na\t{price}\t{weight}\n{rows}")
    assert told["weight"] == value
    assert words in said
    assert ("in price shows" in said) == (price != "10")


@pytest.mark.parametrize("price", ["9,50", "9.50"])
def test_little_that_others_show_is_little(shop: Path, price: str) -> None:
    rows = "".join(f"n{i}\t7\t1.299\n" for i in range(100))
    told, said = items_told(shop, f"sku\tprice\tweight\na\t{price}\t1.299\n{rows}")
    assert told["weight"] == 1.299
    assert "warning: weight: 1.299 is read with a decimal point and may be thousands" in said
    assert f"{price} in price says " in said
    assert "which is little beside 101 that may be either" in said


def test_a_point_elsewhere_speaks_against_semicolons(shop: Path) -> None:
    told, said = items_told(shop, "sku;price;stock\na;12.99;1,101\nb;12.99;1,102\n")
    assert told["stock"] == 1101
    assert "stock: a comma marks thousands, 1,101 is 1101 (as 12.99 in price shows)" in said


def test_columns_that_disagree_are_no_evidence_for_a_third(shop: Path) -> None:
    told, said = items_told(shop, "sku\tprice\twidth\tstock\na\t9,50\t2.5\t1.100\n")
    assert (told["price"], told["width"], told["stock"]) == (9.5, 2.5, 1.1)
    assert (
        "stock: 1.100 is read with a decimal point and may be thousands, since 9,50 in price "
        in said
    )
    assert "9,50 in price and 2.5 in width have different decimal marks" in said


def test_what_a_column_shows_itself_goes_before_the_others(shop: Path) -> None:
    told, said = items_told(shop, "sku\tprice\tweight\na\t9,50\t1.100\nb\t9,50\t0.500\n")
    assert told["weight"] == 1.1
    assert "weight" not in said


@pytest.mark.parametrize("first", ["12.5", "12,5"])
def test_what_speaks_against_the_first_numbers_may_stand_far_below(
    shop: Path, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    monkeypatch.setattr(lines, "BLOCK", 2_000)  # bytes of a batch
    other = "12,50" if first == "12.5" else "12.50"
    late = ["7"] * 1_000 + ["1.299", other] * 200
    told, said = items_told(shop, table("\t", "price", first, 1, *late))
    assert told["price"] == 12.5
    assert "warning: price: 1.299 is read " in said
    assert first in said
    rows = "".join(f"u{i}\tn{i % 9}\tpurchase\t{value}\n" for i, value in enumerate([first, *late]))
    _, said = values_told(shop, f"user\titem\tkind\tvalue\n{rows}")
    assert "warning: value: 1.299 is read " in said
    assert first in said


def test_numbers_that_only_later_rows_have_are_seen(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jsonl, "BATCH", 1)
    monkeypatch.setattr(lines, "BLOCK", 64)
    rows = [{"sku": "b", "title": "a rather long title of a thing"}, {"sku": "a", "price": "1.299"},
            {"sku": "c", "price": "12,50"}]  # fmt: skip
    told, said = items_told(shop, "\n".join(map(json.dumps, rows)), "items.jsonl")
    assert told["price"] == 1299
    assert "price: a point marks thousands" in said


@pytest.mark.parametrize("kind", ["purchase", "watch"])
def test_values_in_doubt_are_warned_of_and_take_what_other_columns_show(
    shop: Path, kind: str
) -> None:
    rows = "".join(f"a{i};u{i};{kind};1.100;2026-01-01\n" for i in range(50))
    values, said = values_told(shop, f"item;user;kind;value;time\n{rows}")
    assert values[0] == pytest.approx(1.1)
    assert "warning: value: 1.100 is read with a decimal point and may be thousands" in said
    rows = rows.replace(";2026-01-01", ";9,50;2026-01-02")
    values, said = values_told(shop, f"item;user;kind;value;price;time\n{rows}")
    assert values[-1] == 1100
    assert "value: a point marks thousands, 1.100 is 1100 (as 9,50 in price shows)" in said


@pytest.mark.parametrize("beside", ["4,5", "4.5", "4"])
@pytest.mark.parametrize("either", ["4.125", "4,125"])
def test_a_rating_is_no_thousand(shop: Path, beside: str, either: str) -> None:
    values, said = values_told(
        shop, f"item\tuser\trating\na\tu\t{either}\nb\tu\t{beside}\nc\tu\t1e40\n"
    )
    assert values[0] == 4.125
    assert "warning" not in said
    assert ("4,125 is 4.125" in said) == (either == "4,125")
    told, _ = items_told(shop, f"sku\tlatitude\na\t{either}\nb\t{beside}\n")
    assert told["latitude"] == 4.125


def test_where_others_reach_a_thousand_a_score_may_be_one(shop: Path) -> None:
    values, said = values_told(shop, "item\tuser\tscore\na\tu\t1,299\nb\tu\t2500\n")
    assert values[0] == 1299
    assert "warning: score: 1,299 is read as thousands" in said


def test_a_score_that_is_said_to_be_something_else_may_be_thousands(shop: Path) -> None:
    file = shop.parent / "log.csv"
    file.write_text("item\tuser\tscore\na\tu\t1,299\nb\tu\t25\n")
    said = "".join(beholder("import", shop, "--interactions", file, "--kind", "watch"))
    assert "warning: score: 1,299 is read as thousands" in said


def typed(**more: object) -> str:
    rows = (
        {"sku": name, "price": f"1.20{n}", "rating": 4.5, **more} for n, name in enumerate("abcd")
    )
    return "".join(f"{json.dumps(row)}\n" for row in rows)


def test_what_is_a_number_by_its_type_has_no_mark_and_tells_nothing(shop: Path) -> None:
    own, said = items_told(shop, typed(), "items.jsonl")
    assert own["price"] == 1.2
    assert "warning: price: 1.200 is read with a decimal point and may be thousands" in said
    own, said = items_told(shop, typed(weight="1,5", width=12.5), "more.jsonl")
    assert (own["price"], own["weight"], own["width"]) == (1200, 1.5, 12.5)
    assert "price: a point marks thousands, 1.200 is 1200 (as 1,5 in weight shows)" in said
