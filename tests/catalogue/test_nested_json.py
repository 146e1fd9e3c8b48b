"""Exports whose rows stand in lists inside of objects: the error says so, and what writes rows."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from command_line import beholder

PRODUCTS = [{"id": "a", "title": "A"}, {"id": "b", "title": "B"}]
EVENT = {
    "event_name": "view_item",
    "event_timestamp": 1698830000123456,
    "user_pseudo_id": "1.2",
    "event_params": [{"key": "page", "value": {"string_value": "x"}}],
    "device": {"category": "mobile"},
    "items": [{"item_id": "SKU1", "item_name": "Mug"}],
}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    beholder("init", tmp_path / "shop")
    return tmp_path / "shop"


def refused(shop: Path, option: str, name: str, text: str, *more: object) -> str:
    """Return the error of a file."""
    (shop.parent / name).write_text(text)
    words = "import", shop, option, shop.parent / name, *more
    _, told = beholder(*words, status=1)
    assert beholder(*words, "--dry-run", status=1)[1] == told
    return told


@pytest.mark.parametrize("indent", [1, None, 4])
def test_one_object_with_a_list_in_it_names_the_list(shop: Path, indent: int | None) -> None:
    text = json.dumps({"total": 2, "products": PRODUCTS}, indent=indent)
    told = refused(shop, "--items", "export.json", text + "\n")
    assert "one row an item" in told
    assert "jq -c '.products[]' export.json > export-rows.jsonl" in told
    assert "list of objects" in told or "lists of objects" in told


def test_an_object_whose_last_entry_stands_on_a_line_of_its_own_is_read_as_none(shop: Path) -> None:
    lines = ",\n".join(json.dumps(each) for each in PRODUCTS)
    told = refused(shop, "--items", "x.json", f'{{"data": {{"the products": [\n{lines}\n]}}}}\n')
    assert "x.json is one object, and data.the products in it is a list of objects" in told
    assert """jq -c '.["data"]["the products"][]' x.json""" in told


@pytest.mark.parametrize("name", ["x.json", "x.jsonl"])
def test_objects_over_several_lines_are_named(shop: Path, name: str) -> None:
    text = "\n".join(json.dumps(each, indent=1) for each in PRODUCTS)
    told = refused(shop, "--items", name, text)
    assert f"{name} has objects over several lines (write one object a line: jq -c . x" in told


def test_an_array_in_lines_of_json_is_read_as_before(shop: Path) -> None:
    (shop.parent / "x.json").write_text('{"id": "a"\n{"id": "b"}\n')
    out, _ = beholder("import", shop, "--items", shop.parent / "x.json", "--json")
    assert json.loads(out)["reasons"] == {"is no JSON": 1}


def test_events_with_their_items_inside_say_how_to_write_rows(shop: Path) -> None:
    told = refused(shop, "--interactions", "ga4.jsonl", json.dumps(EVENT) + "\n")
    assert "ga4.jsonl has no column that looks like item_id" in told
    assert "event_params, items: lists of objects; device: objects" in told
    assert "one row an event is needed" in told
    assert "if items has it, write one row an event, of each entry of items" in told
    assert "jq -c '. + .items[]' ga4.jsonl > ga4-rows.jsonl" in told
    assert "--map item_id=COLUMN" in told


def test_the_same_in_an_array_has_its_own_command(shop: Path) -> None:
    told = refused(shop, "--interactions", "ga4.json", json.dumps([EVENT, EVENT]))
    assert "jq -c '.[] | . + .items[]' ga4.json > ga4-rows.jsonl" in told


def test_a_column_of_lists_is_no_column_of_ids(shop: Path) -> None:
    more = ("--map", "item_id=items")
    told = refused(shop, "--interactions", "ga4.jsonl", json.dumps(EVENT) + "\n", *more)
    assert "items of ga4.jsonl holds lists of objects, and is to be item_id: one row an" in told
    assert "jq -c '. + .items[]' ga4.jsonl" in told
    told = refused(shop, "--items", "ga4.jsonl", json.dumps(EVENT) + "\n", *more)
    assert "holds lists of objects, and is to be item_id: one row an item is needed" in told


def test_lists_of_ids_and_objects_of_people_are_told_of_too(shop: Path) -> None:
    text = json.dumps({"user": {"id": 7}, "sku": "a"}) + "\n"
    told = refused(shop, "--interactions", "log.jsonl", text)
    assert "user of log.jsonl holds objects, and is to be user" in told
    assert "as columns of their own: jq -c '. + .user' log.jsonl" in told
    text = json.dumps({"user": "u", "sku": ["a", "b"]}) + "\n"
    told = refused(shop, "--interactions", "log.jsonl", text)
    assert "sku of log.jsonl holds lists, and is to be item_id" in told
    assert "jq -c '. + {item_id: .sku[]}' log.jsonl" in told


def test_lists_beside_ids_are_what_they_were(shop: Path) -> None:
    (shop.parent / "x.jsonl").write_text(
        '{"id": "a", "tags": ["x", "y"], "images": [{"src": "a"}]}'
    )
    beholder("import", shop, "--items", shop.parent / "x.jsonl")


def test_parquet_says_it_as_well(shop: Path) -> None:
    path = shop.parent / "ga4.parquet"
    pq.write_table(pa.Table.from_pylist([EVENT, EVENT]), path)
    _, told = beholder("import", shop, "--interactions", path, status=1)
    assert "lists of objects" in told
    assert "if items has it, write one row an event, of each entry of items; or say which" in told
    words = "import", shop, "--interactions", path, "--map", "item_id=items"
    _, told = beholder(*words, status=2)
    assert "is of a type that is not read (it holds lists or objects: write one row an" in told
