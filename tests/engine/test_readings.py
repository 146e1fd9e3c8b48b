"""What was read for somebody is kept for the next answer, within bounds, and changes none."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import beholder
from beholder.engine.answer import Answer
from beholder.engine.engine import Engine
from beholder.engine.readings import Readings
from beholder.engine.stages import UNRANKED
from beholder.store import ItemRecord
from planted import World

LEFT_OUT = [f"item-{n:04}" for n in range(0, 240, 2)]
ASKED = ({"k": 20}, {"k": 7, "exclude": LEFT_OUT}, {"k": 20, "diversity": 0.7}, {"k": 90})


def said(answer: Answer) -> list[object]:
    return [(item.id, item.score, item.reason) for item in answer.items]


def ask(engine: Engine, user: str) -> list[list[object]]:
    """Ask an engine everything twice, and return what it says the second time."""
    for question in ASKED:
        first = engine.recommend(user, **question)
        if first.next is not None:
            engine.recommend(user, page=first.next)
        engine.explain(first.ids[0], user)
    return [said(engine.recommend(user, **question)) for question in ASKED]


def test_an_answer_is_the_same_whatever_was_asked_before(trained: Path, world: World) -> None:
    users = [world.user_id(n) for n in (3, 11)]
    with beholder.open(trained) as warm:
        found = [ask(warm, user) for user in users]
        assert not any({one[1][n][0] for n in range(7)} & set(LEFT_OUT) for one in found)
        assert len(warm.pipeline.readings) == len(users)
        warm.recommend(history=[world.item_id(1), world.item_id(2)])
        warm.recommend()
        assert len(warm.pipeline.readings) == len(users), "nobody whose events are not stored"
        warm.forget()
        assert len(warm.pipeline.readings) == len(warm.people.memory) == 0
        for user, answers in zip(users, found, strict=True):
            for question, before in zip(ASKED, answers, strict=True):
                warm.forget()
                assert said(warm.recommend(user, **question)) == before


def test_of_everybody_the_last_history_is_kept_of_the_last_catalogue(
    engine: Engine, world: World
) -> None:
    user, other = world.user_id(3), world.user_id(4)
    for who in (user, other):
        engine.recommend(who)
    engine.record({"user": user, "item": engine.recommend(user).ids[0], "kind": "like"})
    engine.recommend(user)
    assert len(engine.pipeline.readings) == 2, "the history of before went"
    engine.store.put_items([ItemRecord("new", "a new mug", {}, [])])
    engine.recommend(user)
    assert len(engine.pipeline.readings) == 1


def test_the_oldest_go_where_there_is_no_room(reader: Engine, world: World) -> None:
    view = reader.now_showing
    known = [reader.history_of(world.user_id(n), None)[0] for n in range(5)]
    sizes = [view.blend.read(one.query).size for one in known]
    readings = Readings(most=sum(sizes[-2:]))
    made = [readings.of(view, one) for one in known]
    assert readings.of(view, known[-1]) is made[-1]
    assert readings.of(view, known[-2]) is made[-2]
    assert len(readings) == 2
    assert readings.of(view, known[0]) is not made[0], "it was let go"
    alone = Readings(most=0)
    assert alone.of(view, known[0]) is alone.of(view, known[0]), "the newest is always kept"


def test_threads_that_ask_at_once_leave_it_within_its_bounds(reader: Engine, world: World) -> None:
    view = reader.now_showing
    known = [reader.history_of(world.user_id(n), None)[0] for n in range(12)]
    readings = Readings(most=3 * max(view.blend.read(one.query).size for one in known))
    wanted = [view.blend.read(one.query).all.tolist() for one in known]
    with ThreadPoolExecutor(8) as threads:
        asked = [n % 12 for n in range(2_000)]
        found = list(threads.map(lambda n: readings.of(view, known[n]).all.tolist(), asked))
    assert all(scores == wanted[n] for n, scores in zip(asked, found, strict=True))
    kept = [reading.size for reading in readings._kept.values()]
    assert readings._bytes == sum(kept)
    assert readings._bytes <= readings._most
    readings.clear()
    assert (len(readings), readings._bytes) == (0, 0)


def test_what_is_kept_cannot_be_changed(reader: Engine, world: World) -> None:
    known = reader.history_of(world.user_id(3), None)[0]
    reading = reader.pipeline.readings.of(reader.now_showing, known)
    for kept in (reading.all, reading.gathered.values, reading.gathered.columns):
        with pytest.raises(ValueError, match="read-only"):
            kept[0] = 0


def test_stages_of_ones_own_say_whether_a_ranker_puts_in_order(trained: Path) -> None:
    with beholder.open(trained, stages=UNRANKED) as opened:
        assert opened.pipeline.ordering is None
    with beholder.open(trained) as opened:
        assert opened.pipeline.ordering is not None
