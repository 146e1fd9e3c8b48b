"""Items are looked at and changed by command, and a running engine follows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from beholder.engine.engine import Engine
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
        (["Stock=1|2"], "Stock is a number"),
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
