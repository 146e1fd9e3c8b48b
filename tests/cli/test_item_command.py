"""Items are looked at and changed by command, and a running engine follows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from beholder.engine.engine import Engine
from beholder.store import ItemRecord
from command_line import beholder
from planted import World


@pytest.fixture
def shop(engine: Engine) -> Path:
    return engine.store.workspace.root


def test_a_price_is_set_and_everything_else_stays(engine: Engine, shop: Path, world: World) -> None:
    item = world.item_id(5)
    before = engine.store.item(item)
    said, _ = beholder(
        "item", "set", shop, item, "price=1.299,00", "season=winter", "title=A new one"
    )
    assert "A new one" in said
    after = engine.store.item(item)
    assert after["attributes"] == before["attributes"] | {"price": 1299.0, "season": "winter"}
    assert after["pictures"] == before["pictures"]
    assert engine.item(item).title == "A new one"
    beholder("item", "set", shop, item, "season=", f"title={before['title']}", "price=10")
    assert engine.store.item(item)["attributes"] == before["attributes"]


def test_what_is_hidden_or_deleted_by_command_is_in_no_answer(
    engine: Engine, shop: Path, world: World
) -> None:
    history = [world.item_id(5)]
    first, second, third = engine.recommend(history=history, k=3).ids
    beholder("item", "hide", shop, first, second)
    beholder("item", "delete", shop, third)
    assert not {first, second, third} & set(engine.recommend(history=history, k=200).ids)
    beholder("item", "unhide", shop, second)
    assert engine.recommend(history=history, k=1).ids == [second]
    said, _ = beholder("item", "show", shop, first, "--json")
    assert json.loads(said)["hidden"] is True


def test_where_one_item_does_not_exist_none_is_changed(
    engine: Engine, shop: Path, world: World
) -> None:
    item = world.item_id(5)
    _, told = beholder("item", "hide", shop, item, "nothing", status=1)
    assert "'nothing'" in told
    assert not engine.store.item(item)["hidden"]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (["price"], "'price' sets nothing"),
        (["=3"], "'=3' sets nothing"),
        (["price=3", "price=4"], "price is set twice"),
        (["price=abc"], "price is a number, and 'abc' is none (write it as in price=12.50"),
        (["Stock=1|2"], "stock is a number"),
        (["weight=1e999"], "weight is no number between -1e300 and 1e300"),
        (["n" * 257 + "=1"], "the name of an attribute is longer than 256 characters"),
        (["item_id=other"], "item_id is not set by this command"),
        (["note=" + "x" * 100_001], "note is no valid Unicode, has a NUL, or is too long"),
    ],
)
def test_what_sets_nothing_is_refused(
    engine: Engine, shop: Path, world: World, values: list[str], told: str
) -> None:
    before = engine.store.item(world.item_id(5))
    _, said = beholder("item", "set", shop, world.item_id(5), *values, status=2)
    assert told in said
    assert engine.store.item(world.item_id(5)) == before


def test_numbers_are_printed_as_they_were_told(engine: Engine, shop: Path, world: World) -> None:
    item = world.item_id(5)
    values = "price=1234.50", "stock=0", "weight=0.00001", "year=2024", "length=123456789.25"
    for said in (
        beholder("item", "set", shop, item, *values)[0],
        beholder("item", "show", shop, item)[0],
    ):
        rows = dict(line.split(None, 1) for line in said.splitlines() if len(line.split()) == 2)
        assert (rows["price"], rows["stock"], rows["year"]) == ("1234.5", "0", "2024")
        assert (rows["weight"], rows["length"]) == ("1e-05", "123456789.25")


def test_an_attribute_called_like_a_field_stands_beside_it(
    engine: Engine, shop: Path, world: World
) -> None:
    item = world.item_id(5)
    before = engine.store.item(item)
    own = {"title": "no title", "hidden": "yes", "pictures": "many", "item_id": "other"}
    engine.store.put_items([ItemRecord(item, "A vase", before["attributes"] | own)])
    for said in (
        beholder("item", "show", shop, item)[0],
        beholder("item", "set", shop, item, "season=winter")[0],
    ):
        rows = [line.split("  ") for line in said.splitlines()]
        found = {row[0]: row[-1].strip() for row in rows if row[0]}
        assert (found["title"], found["title (attribute)"]) == ("A vase", "no title")
        assert (found["item_id"], found["item_id (attribute)"]) == (item, "other")
        assert found["pictures (attribute)"] == "many"
