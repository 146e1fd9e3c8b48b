"""Whatever a row holds, its item can be stored or it is said what is left out of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from command_line import beholder
from items_held import items_of

NOT_FINITE = "1 row without price: it is no number between -1e300 and 1e300 (the rest was read)"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    beholder("init", tmp_path / "shop")
    return tmp_path / "shop"


@pytest.mark.parametrize("price", ["1e400", "-1e999", "9" * 290 + "e99", "€ 1e309"])
@pytest.mark.parametrize("column", ["price", "Preis"])
def test_a_number_that_is_not_finite_is_left_out_and_named(
    shop: Path, tmp_path: Path, price: str, column: str
) -> None:
    file = tmp_path / "inf.csv"
    file.write_text(f"item_id,title,{column}\nx1,X,5\nx2,Y,{price}\nx3,Z,7\n")
    told = NOT_FINITE.replace("price", column)
    look, _ = beholder("import", shop, "--items", file, "--dry-run")
    assert f"{told} (item x2, row 3)" in look
    said, _ = beholder("import", shop, "--items", file)
    assert f"{told} (item x2, row 3)" in said
    assert items_of(shop) == {
        "x1": ("X", {"price": 5}), "x2": ("Y", {}), "x3": ("Z", {"price": 7})
    }  # fmt: skip


ODD: list[dict[str, Any]] = [
    {"price": 10**400}, {"weight": -(10**310)}, {"title": "a\x00b"}, {"title": "\ud800"},
    {"title": "x" * 100_001}, {"note": "a\x00b"}, {"note": "\udfff"}, {"note": "x" * 100_001},
    {"a\x00b": 1}, {"n" * 257: 1}, {"n" * 100_000: "x"},
    {"tags": ["a", "\x00"]}, {"tags": ["\ud800"]}, {"tags": [{"a": 1}]}, {"tags": [["a"]]},
    {"note": {"a": "\ud800"}},
]  # fmt: skip


@pytest.mark.parametrize("ending", ["jsonl", "json"])
@pytest.mark.parametrize("odd", ODD, ids=lambda odd: ascii(odd)[:30])
def test_no_value_ends_the_import_of_a_file(
    shop: Path, tmp_path: Path, odd: dict[str, Any], ending: str
) -> None:
    rows = [{"item_id": "a", "kept": "k"}, {"item_id": "b", "kept": "k"} | odd, {"item_id": "c"}]
    file = tmp_path / f"f.{ending}"
    lines = "\n".join(map(json.dumps, rows))
    file.write_text(lines if ending == "jsonl" else json.dumps(rows))
    look, _ = beholder("import", shop, "--items", file, "--dry-run")
    beholder("import", shop, "--items", file, "--dry-run", "--json")
    said, _ = beholder("import", shop, "--items", file)
    for told in (look, said):
        assert "1 row without " in told
        assert "(the rest was read) (item b, row 2)" in told
    assert items_of(shop) == {"a": ("a", {"kept": "k"}), "b": ("b", {"kept": "k"}), "c": ("c", {})}


def test_ids_that_cannot_be_kept_are_refused_and_end_nothing(shop: Path, tmp_path: Path) -> None:
    ids = ["a", "\ud800", "b\x00", "x" * 257, 10**300, True, 1.5, [], {}, "\x85\x01b", "c"]
    file = tmp_path / "f.jsonl"
    file.write_text("\n".join(json.dumps({"item_id": each}) for each in ids))
    said, _ = beholder("import", shop, "--items", file, "--json")
    assert json.loads(said)["files"][0]["refused"] == 9
    assert set(items_of(shop)) == {"a", "c"}


def test_numbers_too_long_to_be_read_end_an_array_as_what_they_are(
    shop: Path, tmp_path: Path
) -> None:
    file = tmp_path / "f.json"
    file.write_text('[{"item_id": "a"}, {"item_id": "b", "price": ' + "9" * 5_000 + "}]")
    _, error = beholder("import", shop, "--items", file, status=1)
    assert "f.json is no JSON: see its element at character" in error
    assert set(items_of(shop)) == {"a"}


def test_lists_of_words_and_numbers_keep_both(shop: Path, tmp_path: Path) -> None:
    file = tmp_path / "f.jsonl"
    file.write_text('{"item_id": "a", "title": [], "sizes": ["S", 38, null, 1.5, true]}')
    beholder("import", shop, "--items", file)
    assert items_of(shop) == {"a": ("a", {"sizes": ["S", "38", "1.5", "true"]})}


VASE = {"item_id": "a", "title": "Vase", "price": 10, "sale": True, "colour": "blue"}


def told(folder: Path, ending: str, row: dict[str, Any]) -> Path:
    """Write a file of one item."""
    file = folder / f"f.{ending}"
    if ending == "csv":
        cells = ["" if value is None else str(value) for value in row.values()]
        file.write_text(f"{','.join(row)}\n{','.join(cells)}\n")
    else:
        file.write_text(json.dumps([row] if ending == "json" else row))
    return file


@pytest.mark.parametrize("ending", ["csv", "jsonl", "json"])
@pytest.mark.parametrize(
    ("row", "left"),
    [
        ({"title": None, "price": None, "sale": ""}, ("a", {"colour": "blue"})),
        ({"title": "", "colour": []}, ("a", {"price": 10, "sale": "true"})),
        ({"title": "a"}, ("a", {"price": 10, "sale": "true", "colour": "blue"})),
        ({"price": None}, ("Vase", {"sale": "true", "colour": "blue"})),
        ({"price": 12}, ("Vase", {"price": 12, "sale": "true", "colour": "blue"})),
        ({}, ("Vase", {"price": 10, "sale": "true", "colour": "blue"})),
    ],
)
def test_only_what_a_row_does_not_speak_of_stays(
    shop: Path, tmp_path: Path, ending: str, row: dict[str, Any], left: tuple[str, dict[str, Any]]
) -> None:
    if ending == "csv":
        row = {name: None if value == [] else value for name, value in row.items()}
    beholder("import", shop, "--items", told(tmp_path, "jsonl", VASE))
    said, _ = beholder("import", shop, "--items", told(tmp_path, ending, {"item_id": "a"} | row))
    title, attributes = items_of(shop)["a"]
    assert (title, {k: v for k, v in attributes.items() if v != []}) == left
    assert ("with a title that the file does not speak of" in said) == ("title" not in row)


def test_each_row_speaks_for_itself_and_through_the_map(shop: Path, tmp_path: Path) -> None:
    first = [VASE, VASE | {"item_id": "b"}, VASE | {"item_id": "c"}]
    file = tmp_path / "f.jsonl"
    file.write_text("\n".join(map(json.dumps, first)))
    beholder("import", shop, "--items", file)
    rows = [{"item_id": "a", "net": None}, {"item_id": "b", "price": None}, {"item_id": "c"}]
    file.write_text("\n".join(map(json.dumps, rows)))
    beholder("import", shop, "--items", file, "--map", "price=net")
    found = items_of(shop)
    assert "price" not in found["a"][1]
    assert found["b"] == found["c"] == ("Vase", {"price": 10, "sale": "true", "colour": "blue"})


def test_keys_and_names_of_pictures_that_cannot_be_written_end_nothing(
    shop: Path, tmp_path: Path
) -> None:
    (tmp_path / "p").mkdir()
    rows = [{"item_id": "a", "image": "\ud800.jpg"}, {"item_id": "b", "\ud800": 1}]
    file = tmp_path / "f.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)))
    words = "import", shop, "--items", file, "--media", tmp_path / "p"
    for more in (("--dry-run",), ("--dry-run", "--json"), ("--json",), ()):
        said, error = beholder(*words, *more)
        assert "has a key that is no valid Unicode" in said + error
        assert "item a: ?.jpg" in said
    assert set(items_of(shop)) == {"a"}
