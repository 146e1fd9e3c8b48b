"""The rows beside "for you": who is in them, in which order, and what keeps an item out."""

from __future__ import annotations

import time

import numpy as np
import pytest

from beholder.engine import rows
from beholder.engine.engine import Engine
from beholder.errors import FilterError, UsageError
from beholder.store import ItemRecord, Store
from planted import World

NOW = int(time.time() * 1000)


def store_of(engine: Engine) -> Store:
    assert engine.store is not None
    return engine.store


def test_recently_viewed_is_everything_but_dislikes_newest_first(engine: Engine) -> None:
    for ago, item, kind in (
        (9, "item-0001", "view"),
        (8, "item-0002", "like"),
        (7, "item-0003", "view"),
        (6, "item-0001", "click"),
        (5, "item-0004", "view"),
        (4, "item-0004", "dislike"),
        (3, "item-0005", "hide"),
    ):
        engine.record({"item": item, "kind": kind, "user": "ann", "time": NOW - ago * 1000})
    row = engine.row("recently-viewed", "ann")
    assert row.ids == ["item-0001", "item-0003", "item-0002"]
    assert (row.title, row.level) == ("row_recently_viewed", "personal")
    assert engine.row("recently-viewed", "ann", k=2).ids == row.ids[:2]
    store_of(engine).hide("item-0003", True)
    assert engine.row("recently-viewed", "ann").ids == ["item-0001", "item-0002"]
    store_of(engine).set_profiling("ann", False)
    assert engine.row("recently-viewed", "ann").ids == []
    assert engine.row("recently-viewed").ids == []


def test_popular_is_the_popularity_of_the_bundle(engine: Engine, world: World) -> None:
    popularity = engine.parts.popularity
    row = engine.row("popular", k=240)
    order = [engine.now_showing.position_of_id[item] for item in row.ids]
    assert (np.diff(popularity[order]) <= 0).all()
    assert len(row.ids) == int((popularity > 0).sum())
    engine.record({"item": row.ids[0], "kind": "hide", "user": "ann"})
    assert engine.row("popular", "ann", k=3).ids == row.ids[1:4]
    assert engine.row("popular", k=3).ids == row.ids[:3]


def test_a_filter_keeps_what_it_holds_for(engine: Engine) -> None:
    records = [ItemRecord(f"x{i}", f"X {i}", {"category": "ab"[i % 2]}) for i in range(6)]
    store_of(engine).put_items(records)
    assert engine.row("new", k=3, filter="category = 'a'").ids == ["x4", "x2", "x0"]
    with pytest.raises(FilterError):
        engine.row("new", filter="category =")


def test_new_is_what_came_last(engine: Engine) -> None:
    store_of(engine).put_items([ItemRecord("late-1", "One"), ItemRecord("late-2", "Two")])
    row = engine.row("new", k=3)
    assert row.ids == ["late-2", "late-1", "item-0239"]
    assert all(item.reason is not None and item.reason.kind == "new" for item in row.items)


def test_trending_follows_the_store_and_is_looked_up_once_a_minute(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for person in range(5):
        for item in ("item-0007", "item-0008")[: 1 + (person < 3)]:
            engine.record({"item": item, "kind": "view", "user": f"p{person}", "time": NOW})
    assert engine.row("trending").ids == ["item-0007", "item-0008"]
    engine.record([{"item": "item-0009", "kind": "view", "user": f"q{i}"} for i in range(9)])
    assert engine.row("trending", k=1).ids == ["item-0007"]
    monkeypatch.setattr(rows, "KEPT", -1.0)
    assert engine.row("trending", k=1).ids == ["item-0009"]


def test_trending_says_which_week_it_is_of_and_how_many_events_that_has(
    engine: Engine, world: World
) -> None:
    newest = int(world.times.max())
    window = engine.row("trending").window
    assert window is not None
    assert (window.until, window.until - window.since) == (newest, 7 * 86_400_000)
    assert window.events == int((world.times > newest - 7 * 86_400_000).sum())
    assert engine.row("new").window is None, "it has no stretch of time"
    assert engine.row("new").note is None
    assert engine.row("trending").note is None


def test_an_empty_row_says_why(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    note = engine.row("recently-viewed").note
    assert note == "nobody is named whose views these would be"
    assert engine.row("recently-viewed", "new").note == (
        "this person did nothing yet that may be shown"
    )
    store_of(engine).set_profiling("new", False)
    assert engine.row("recently-viewed", "new").note == "this person does not allow profiling"
    none = engine.row("new", filter="price < 0")
    assert none.ids == []
    assert none.note is not None
    assert "filtered out" in none.note
    monkeypatch.setattr(rows, "KEPT", -1.0)
    view = {"item": "item-0009", "kind": "view"}
    engine.record([view | {"user": f"q{i}", "time": NOW - 10 * 86_400_000} for i in range(9)])
    engine.record(view | {"user": "ann", "time": NOW})
    row = engine.row("trending")
    assert row.ids == [], "one person against nine in the weeks before"
    assert row.note == "no item rises by the one event of the newest week: it takes two people"
    assert row.window == rows.Window(NOW - 7 * 86_400_000, NOW, 1)


def test_banned_items_are_in_no_row(engine: Engine) -> None:
    stock = {"gone": 0.0, "there": 3.0}
    store_of(engine).put_items([ItemRecord(k, k, {"stock": n}) for k, n in stock.items()])
    for user in ("ann", "bob"):
        engine.record([{"item": item, "kind": "view", "user": user} for item in stock])
    assert engine.row("new", k=2).ids == ["there", "item-0239"]
    assert engine.row("recently-viewed", "ann").ids == ["there"]
    assert engine.row("trending").ids == ["there"]


def test_an_unknown_row_names_those_there_are(engine: Engine) -> None:
    with pytest.raises(UsageError, match="there is no row 'best'") as caught:
        engine.row("best")
    assert "recently-viewed" in str(caught.value)


def test_an_engine_without_a_store_has_rows(engine: Engine) -> None:
    bare = Engine(engine.parts)
    assert bare.row("popular", k=2).ids == engine.row("popular", k=2).ids
    assert bare.row("trending").ids == []
    assert bare.row("trending").window is None
    assert bare.row("trending").note == "there are no events that may be learned from"
