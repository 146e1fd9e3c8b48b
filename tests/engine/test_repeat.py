"""What comes again: by kind of event, after days, or when a request asks for it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from beholder.behaviour.kinds import CODES
from beholder.behaviour.reduce import Events
from beholder.engine.engine import Engine
from beholder.engine.opening import open_engine
from beholder.engine.repeat import DAY, FOREVER, lasting, until
from beholder.errors import SettingsError, UsageError
from beholder.settings import load
from beholder.workspace import Workspace
from planted import World

NOW = int(time.time() * 1000)
ALL = 240


@contextmanager
def opened(workspace: Workspace, repeat: str) -> Iterator[Engine]:
    workspace.toml.write_text(workspace.toml.read_text() + f"\n[serve.repeat]\n{repeat}\n")
    with open_engine(Workspace.open(workspace.root).root) as engine:
        yield engine


def did(engine: Engine, *events: tuple[str, str, float]) -> None:
    engine.record(
        [
            {"item": item, "kind": kind, "user": "ann", "time": NOW - int(days * DAY)}
            for item, kind, days in events
        ]
    )


def left_out(engine: Engine, **asked: Any) -> set[str]:
    shown = engine.recommend("ann", k=ALL, **asked).ids
    return {"item-0001", "item-0002", "item-0003", "item-0004", "item-0005"} - {*shown}


def test_without_a_setting_nothing_comes_again_unless_it_is_asked_for(engine: Engine) -> None:
    did(engine, ("item-0001", "purchase", 400), ("item-0002", "view", 1), ("item-0003", "hide", 1))
    assert left_out(engine) == {"item-0001", "item-0002", "item-0003"}
    assert left_out(engine, repeat="never") == {"item-0001", "item-0002", "item-0003"}
    assert left_out(engine, repeat="allow") == {"item-0003"}


def test_each_kind_keeps_its_items_away_for_its_days(workspace: Workspace) -> None:
    with opened(workspace, 'purchase = 30\nview = "always"') as engine:
        did(
            engine,
            ("item-0001", "purchase", 31),
            ("item-0002", "purchase", 29),
            ("item-0003", "view", 0),
            ("item-0004", "like", 300),  # never, as it is not named
            ("item-0005", "purchase", 300),
            ("item-0005", "purchase", 1),  # the newest counts
        )
        assert left_out(engine) == {"item-0002", "item-0004", "item-0005"}
        assert left_out(engine, repeat="never") == {f"item-000{n}" for n in range(1, 6)}
        did(engine, ("item-0001", "click", 100))  # of several kinds the one that lasts longest
        assert "item-0001" in left_out(engine)


def test_the_rest_is_all_kinds_that_are_not_named(workspace: Workspace) -> None:
    with opened(workspace, 'rest = "always"\npurchase = "never"') as engine:
        did(
            engine,
            ("item-0001", "purchase", 100),
            ("item-0002", "like", 0),
            ("item-0003", "dislike", 9),
        )
        assert left_out(engine) == {"item-0001", "item-0003"}
        told = engine.recommend(history=["item-0002"], k=ALL).ids
        assert "item-0002" in told


def test_the_second_page_follows_the_same_rule(workspace: Workspace, world: World) -> None:
    with opened(workspace, 'rest = "always"') as engine:
        user = world.user_id(3)
        whole = engine.recommend(user, k=40).ids
        first = engine.recommend(user, k=20)
        assert first.ids + engine.recommend(user, k=20, page=first.next).ids == whole
        own = {world.item_id(int(i)) for i in world.items[world.users == 3]}
        assert own & {*whole}


def test_an_event_counts_until_its_days_are_over() -> None:
    lasts = lasting({"purchase": 2, "view": "always"})
    assert lasts is not None
    kinds = np.array([CODES[k] for k in ("purchase", "view", "like", "view", "purchase")], np.uint8)
    items = np.array([3, 3, 5, 9, -1], np.int32)
    times = np.array([10, 99, 7, 50, 1], np.int64)
    none = np.zeros(5, np.float32)
    events = Events(items, times, none, kinds, none)
    seen = np.array([3, 5, 9], np.int32)
    assert until(events, seen, lasts).tolist() == [10 + 2 * DAY, FOREVER, 0]
    assert lasting({}) is None
    assert lasting({"rest": "never", "view": "never"}) is None


def test_a_word_that_is_no_rule_is_refused(engine: Engine) -> None:
    with pytest.raises(UsageError, match="repeat is 'often'"):
        engine.recommend("ann", repeat="often")
    for wrong in ('{view = "often"}', "{view = 0}", '{dance = "always"}'):
        with pytest.raises(SettingsError):
            load(None, {"BEHOLDER_SERVE_REPEAT": wrong})


def test_the_evaluation_never_repeats(workspace: Workspace, world: World) -> None:
    with opened(workspace, 'rest = "always"') as engine:
        known, level, view = engine.history_of(world.user_id(3), None)
        ranked = engine.rank(view, known.history, level, 200)
        assert not {*ranked.positions.tolist()} & {*known.history.seen.tolist()}


def test_what_comes_again_is_not_said_to_be_liked_by_others_alone(engine: Engine) -> None:
    did(engine, ("item-0001", "purchase", 1))
    shown = engine.recommend("ann", k=ALL, repeat="allow").items
    again = next(one for one in shown if one.id == "item-0001")
    assert again.reason is not None
    assert again.reason.kind == "liked"
    assert [(one.id, one.did) for one in again.reason.because] == [("item-0001", "purchase")]
