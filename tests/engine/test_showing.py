"""What is sent is what Python gets; what was remembered of somebody is never stale."""

from __future__ import annotations

import gc
import itertools
import json
import weakref
from pathlib import Path

import msgspec
import numpy as np
import pytest
from click.testing import CliRunner
from test_live import add_late, an_item, like

from beholder.behaviour.history import EMPTY
from beholder.cli.main import beholder
from beholder.engine.answer import Unknown
from beholder.engine.engine import Engine
from beholder.engine.memory import Memory
from beholder.engine.people import known_of
from beholder.engine.slate import Known
from planted import World


def as_sent(engine: Engine, **who: object) -> dict:
    return json.loads(engine.recommend_json(**who))


def as_python(engine: Engine, **who: object) -> dict:
    return json.loads(msgspec.json.encode(engine.recommend(**who)))


@pytest.mark.parametrize("k", [1, 25, 300])
def test_the_json_says_what_the_objects_say(engine: Engine, world: World, k: int) -> None:
    add_late(engine, world, [1])
    engine.store.hide(an_item(world, 2), hidden=True)
    name = world.user_id(3)
    like(engine, an_item(world, 2, 1), name)
    for who in ({"user": name}, {"session": "s"}, {}):
        sent, told = as_sent(engine, k=k, **who), as_python(engine, k=k, **who)
        for answer in (sent, told):
            assert len(answer.pop("answer")) == 16
            assert (answer.pop("next") is None) == (k == 300)
        assert sent == told
        assert len(sent["items"]) > 0


def test_unknown_items_of_a_history_are_counted_and_ten_are_named(reader: Engine) -> None:
    lost = [f"lost-{n}" for n in range(12)]
    history = [*lost, {"item": "lost-0", "kind": "view"}, "item-0003"]
    sent, told = as_sent(reader, history=history, k=5), as_python(reader, history=history, k=5)
    assert sent["unknown"] == told["unknown"] == {"count": 13, "items": lost[:10]}
    known = as_sent(reader, history=["item-0003"], k=5)
    assert known["unknown"] is None
    assert [one["id"] for one in known["items"]] == [one["id"] for one in sent["items"]]
    further = as_sent(reader, history=history, k=5, page=sent["next"])
    assert further["unknown"] == sent["unknown"]
    why = reader.explain("item-0005", history=history)
    assert why.unknown == Unknown(13, tuple(lost[:10]))
    assert reader.explain("item-0005", history=["item-0003"]).unknown is None


def test_the_commands_name_unknown_items_of_a_history(trained: Path) -> None:
    for words in (["recommend"], ["explain", "item-0005"], ["score", "item-0005"]):
        command, *items = words
        history = ["--history", "item-0003", "--history", "lost-1"]
        done = CliRunner().invoke(beholder, [command, str(trained), *items, *history])
        assert done.exit_code == 0, done.output
        assert "1 of the history are not in the catalogue: lost-1" in done.stderr


def test_titles_are_sent_as_json_whatever_is_in_them(engine: Engine, world: World) -> None:
    item = an_item(world, 0)
    title = 'a "quoted" \\ title\n</script> 字 \u2028'
    record = engine.store.item(item)
    from beholder.store import ItemRecord

    engine.store.put_items([ItemRecord(item, title, {"title_zh": '"题"'}, record["pictures"])])
    like(engine, item, "somebody")
    because = [
        named
        for shown in as_sent(engine, user="somebody", k=50)["items"]
        for named in shown["reason"]["because"]
    ]
    assert {named["title"] for named in because} == {title}
    assert because[0]["attributes"] == {"title_zh": '"题"'}


def test_a_reason_names_what_was_done_with_its_item(reader: Engine) -> None:
    """The event that gave the weight counts: a like after a view, and a view after nothing."""
    day = 86_400_000
    history = [
        {"item": "item-0003", "kind": "view", "time": 1 * day},
        {"item": "item-0003", "kind": "like", "time": 2 * day},
        {"item": "item-0005", "kind": "purchase", "time": 3 * day},
        {"item": "item-0007", "kind": "view", "time": 4 * day},
        {"item": "item-0007", "kind": "dislike", "time": 5 * day},
        {"item": "item-0009", "kind": "view", "time": 6 * day},
    ]
    sent = as_sent(reader, history=history, k=100)
    found = {
        (because["id"], because["did"])
        for item in sent["items"]
        for because in item["reason"]["because"]
    }
    assert found == {("item-0003", "like"), ("item-0005", "purchase"), ("item-0009", "view")}


def test_the_memory_is_as_good_as_none(engine: Engine, world: World) -> None:
    """Whatever happens to a person or the catalogue, what was remembered changes no answer."""

    def same() -> list[str]:
        kept = as_sent(engine, user="anna", k=30)["items"]
        engine.people.memory.clear()
        assert as_sent(engine, user="anna", k=30)["items"] == kept
        assert as_sent(engine, user="anna", k=30)["items"] == kept  # now from memory
        return [item["id"] for item in kept]

    answers = [same()]
    first = an_item(world, 1)
    like(engine, first, "anna", event_id="one")
    answers.append(same())
    like(engine, an_item(world, 4), "anna")
    answers.append(same())
    engine.store.hide(answers[-1][0], hidden=True)
    answers.append(same())
    from beholder.store.records import Who

    assert engine.store.retract(Who("user", "anna"), "one")
    answers.append(same())
    engine.store.erase("anna")
    answers.append(same())
    assert all(a != b for a, b in itertools.pairwise(answers))


def test_the_memory_is_bounded(engine: Engine, world: World) -> None:
    engine.people.memory = Memory(most=3)
    for n in range(5):
        like(engine, an_item(world, n % 8), f"person {n}")
        engine.recommend(f"person {n}")
    assert len(engine.people.memory) == 3


def test_an_explanation_names_nothing_hidden_and_still_sums(engine: Engine, world: World) -> None:
    name = world.user_id(5)
    target = engine.recommend(name).ids[0]
    before = engine.explain(target, name)
    gone = before.shares[0].id
    engine.store.hide(gone, hidden=True)
    after = engine.explain(target, name)
    assert gone not in [share.id for share in after.shares]
    nameless = [share for share in after.shares if not share.id]
    assert len(nameless) == 1
    np.testing.assert_allclose(nameless[0].share, before.shares[0].share, rtol=1e-5)
    total = after.base + sum(share.share for share in after.shares)
    np.testing.assert_allclose(after.score, total, rtol=1e-5)


def test_a_catalogue_of_before_does_not_live_on_in_the_memory(engine: Engine, world: World) -> None:
    like(engine, an_item(world, 1), "anna")
    engine.recommend("anna")
    before = weakref.ref(engine.now_showing)
    engine.store.hide(an_item(world, 2), hidden=True)
    engine.recommend("somebody else")
    assert len(engine.people.memory)
    gc.collect()
    assert before() is None


def test_who_asked_last_stays_in_the_memory(reader: Engine) -> None:
    view, memory = reader.now_showing, Memory(most=2)
    made: list[int] = []

    def ask(person: int) -> None:
        def make() -> Known:
            made.append(person)
            return known_of(view, EMPTY)

        memory.known((person,), [], view, make)

    for person in (1, 2, 1, 3, 1):
        ask(person)
    assert made == [1, 2, 3]
