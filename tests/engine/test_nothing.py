"""An empty answer says why it is empty, and what brings something back."""

from __future__ import annotations

import json

from beholder.engine.engine import Engine
from beholder.store import ItemRecord
from command_line import beholder
from planted import World


def everything(engine: Engine) -> list[dict[str, str]]:
    ids = [card.id for card in engine.now_showing.cards]
    return [{"item": item, "kind": "click"} for item in ids]


def test_who_has_seen_everything_is_told_so_and_how_it_comes_again(engine: Engine) -> None:
    told = everything(engine)
    answer = engine.recommend(history=told)
    assert answer.items == ()
    assert answer.note is not None
    assert answer.note.startswith(f"all {len(told)} items that could stand here are known")
    again = engine.recommend(history=told, repeat="allow")
    assert len(again.items) == 20
    assert again.note is None


def test_what_a_filter_or_the_catalogue_leaves_out_is_said(engine: Engine) -> None:
    n = len(engine.now_showing.cards)
    note = engine.recommend(filter="price > 1000000").note
    assert note == f"none of the {n} items that are shown holds for the filter"
    found = engine.search(choices={"price": "1000000.."}, facets="price")
    assert found.note == f"none of the {n} items that are shown holds for the choices"
    found = engine.search(choices={"nowhere": "x"}, facets="price")
    assert found.note == (
        f"none of the {n} items that are shown holds for the choices; "
        "there is no attribute 'nowhere'"
    )
    engine.store.put_items([ItemRecord("dear", "a dear vase", {"price": 99.0}, [])])
    found = engine.search(filter="price > 0", facets=["a", "price", "b", "c", "d"])
    assert found.items
    assert [one.name for one in found.facets or ()] == ["price"]
    assert found.note == "there is no attribute 'a', 'b', 'c' and 1 more"
    for card in list(engine.now_showing.cards):
        engine.store.hide(card.id, True)
    assert engine.recommend().note == "no item is shown"


def test_json_and_the_command_line_say_it_too(engine: Engine, world: World) -> None:
    told = json.loads(engine.recommend_json(history=everything(engine)))
    assert told["note"] == engine.recommend(history=everything(engine)).note
    assert json.loads(engine.recommend_json())["note"] is None
    root = engine.store.workspace.root
    engine.record([{"session": "s-1", **one} for one in everything(engine)])
    _, said = beholder("recommend", root, "--session", "s-1")
    assert "repeat=allow" in said
    again, _ = beholder("recommend", root, "--session", "s-1", "--repeat", "allow")
    assert world.item_id(0).split("-")[0] in again


def test_of_a_stranger_the_command_says_that_nothing_is_known(engine: Engine) -> None:
    root = engine.store.workspace.root
    _, said = beholder("recommend", root, "--user", "nobody")
    assert "nothing is known of who asks" in said
    engine.store.set_purposes("nobody", {"recommend": False})
    _, said = beholder("recommend", root, "--user", "nobody")
    assert "allows no recommendations of their own" in said
    assert "nothing is known" not in said
    _, said = beholder("recommend", root)
    assert "nothing is known" not in said


def test_what_is_like_nothing_is_said_too(engine: Engine, world: World) -> None:
    item = world.item_id(5)
    n = len(engine.now_showing.cards)
    closed = f"none of the {n} items that are shown holds for the filter"
    assert engine.similar(item, filter="price > 1000000").note == closed
    assert engine.search("amber", filter="price > 1000000").note == closed
    assert engine.search("zzzz").note == "no item that may be shown is like it"
    assert engine.search(world.texts[5]).note is None
