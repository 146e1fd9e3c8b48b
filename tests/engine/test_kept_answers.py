"""What was answered is stored as it was shown: places, scores, sources, chances, whose it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from beholder.engine.answer import Answer
from beholder.engine.engine import Engine
from beholder.engine.keep import Keep
from beholder.engine.opening import open_engine
from beholder.store import GroupWriter, Store, schema
from beholder.store.answers import SOURCES, unpack
from beholder.workspace import Workspace
from planted import World


@pytest.fixture
def engine(workspace: Workspace) -> Iterator[Engine]:
    with open_engine(workspace.root) as opened:
        assert opened.store is not None
        opened.keep = Keep(opened.store.waiting, 1.0)
        yield opened


def store_of(engine: Engine) -> Store:
    assert engine.store is not None
    return engine.store


def stored(engine: Engine) -> dict[str, Any]:
    store = store_of(engine)
    GroupWriter(store).close()
    with store.database.read() as connection:
        rows = connection.execute(select(schema.answers)).all()
    return {bytes(row.id).hex(): row for row in rows}


def of_person(engine: Engine, user: str) -> list[dict[str, Any]]:
    GroupWriter(store_of(engine)).close()
    return [r for r in store_of(engine).export(user) if r["record"] == "answer"]


def sources(row: Any) -> list[str]:
    return [SOURCES[code - 1] for code in unpack(bytes(row.packed)).sources.tolist()]


def test_an_answer_is_stored_under_its_person_as_it_was_shown(engine: Engine, world: World) -> None:
    user = world.user_id(3)
    answer = engine.recommend(user, k=10)
    (record,) = of_person(engine, user)
    assert record["answer"] == answer.answer
    assert record["items"] == answer.ids
    assert record["scores"] == [item.score for item in answer.items]
    assert record["chances"] == [1.0] * 10
    assert record["bundle"] == answer.bundle
    assert record["sources"] == ["history"] * 10


def test_two_pages_are_one_answer(engine: Engine, world: World) -> None:
    user = world.user_id(3)
    first = engine.recommend(user, k=7)
    second = engine.recommend(user, k=5, page=first.next)
    assert (first.place, second.place, second.answer) == (0, 7, first.answer)
    (record,) = of_person(engine, user)
    assert record["items"] == first.ids + second.ids


def test_later_pages_of_strangers_come_from_where_the_first_does(engine: Engine) -> None:
    first = engine.recommend(k=3)
    engine.recommend(k=4, page=first.next)
    assert sources(stored(engine)[first.answer]) == ["popular"] * 7


def test_a_place_that_is_passed_over_is_no_place(engine: Engine, world: World) -> None:
    user = world.user_id(3)
    first = engine.recommend(user, k=5)
    ahead = engine.recommend(user, k=5, page=first.next)
    engine.store.hide(ahead.ids[0], True)
    second = engine.recommend(user, k=3, page=first.next)
    third = engine.recommend(user, k=3, page=second.next)
    assert second.ids == ahead.ids[1:4]
    assert (second.place, third.place) == (5, 8)


def test_an_answer_to_somebody_unknown_or_unprofiled_is_nobodys(
    engine: Engine, world: World
) -> None:
    off = world.user_id(4)
    store_of(engine).set_profiling(off, False)
    answers: list[Answer] = [
        engine.recommend(k=3),
        engine.recommend("a stranger", k=3),
        engine.recommend(off, k=3),
        engine.recommend(history=[world.item_id(0)], k=3),
    ]
    found = stored(engine)
    assert found.keys() == {answer.answer for answer in answers}
    assert {row.person for row in found.values()} == {None}
    assert [sources(found[answer.answer]) for answer in answers[:3]] == [["popular"] * 3] * 3


def test_a_similar_list_is_stored_and_a_search_is_not(engine: Engine, world: World) -> None:
    seen = store_of(engine).snapshot(world.user_id(3))
    alike = engine.similar(world.item_id(5), 4, seen)
    engine.search(world.texts[5])
    engine.explain(world.item_id(5), world.user_id(3))
    found = stored(engine)
    assert found.keys() == {alike.answer}
    assert sources(found[alike.answer]) == ["similar"] * 4
    assert found[alike.answer].person == seen.persons[0]


def test_pinned_items_have_a_source_of_their_own(workspace: Workspace, world: World) -> None:
    item = world.item_id(17)
    rule = f'\n[[rules]]\nrule = "pin"\nname = "p"\nitems = ["{item}"]\nplace = 2\n'
    workspace.toml.write_text(workspace.toml.read_text() + rule)
    with open_engine(workspace.root) as engine:
        engine.keep = Keep(store_of(engine).waiting, 1.0)
        answers = [engine.recommend(k=3), engine.recommend("person-0003", k=3)]
        found = stored(engine)
    for answer in answers:
        assert answer.ids[1] == item
        assert sources(found[answer.answer])[1] == "pinned"


def test_a_share_of_zero_stores_nothing(engine: Engine, world: World) -> None:
    engine.keep = Keep(store_of(engine).waiting, 0.0)
    engine.recommend(world.user_id(3))
    assert stored(engine) == {}


def test_json_and_objects_name_the_same_place(engine: Engine, world: World) -> None:
    import msgspec

    user = world.user_id(3)
    first = engine.recommend(user, k=6)
    raw = engine.recommend_json(user, k=6, page=first.next)
    assert msgspec.json.decode(raw, type=Answer).place == 6
    assert msgspec.json.decode(raw)["place"] == 6


def test_ranking_for_the_evaluation_keeps_nothing(engine: Engine, world: World) -> None:
    known, level, view = engine.history_of(world.user_id(3), None)
    ranked = engine.rank(view, known.history, level, 5)
    assert ranked.chance.tolist() == [1.0] * 5
    assert ranked.sources.dtype == np.uint8
    assert stored(engine) == {}
