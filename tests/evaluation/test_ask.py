"""One engine for serving and measuring."""

from __future__ import annotations

import numpy as np
import pytest

from beholder.blending import measure
from beholder.dataset.cold_users import cold_users
from beholder.dataset.splits import leave_last_out
from beholder.engine.engine import Engine
from beholder.engine.pipeline import Pipeline
from beholder.engine.rerank import Dial
from beholder.evaluation import ask
from beholder.evaluation.metrics import ndcg
from beholder.models.popularity import Popularity, PopularitySettings
from planted import World, dataset_of


@pytest.mark.parametrize(
    "dial", [Dial(), Dial(0.3), Dial(0.9), Dial(0.9, 0.4), Dial(near=0.4)], ids=str
)
@pytest.mark.parametrize("depth", [5, 20])
def test_the_evaluation_gets_the_answers_that_are_served(
    reader: Engine, world: World, dial: Dial, depth: int
) -> None:
    split = leave_last_out(dataset_of(world))
    engine = Engine(reader.parts, pipeline=Pipeline(dial=dial))
    lists = ask.lists(reader.parts, split, depth, engine.pipeline)
    for case in range(0, len(split.cases), 4):
        history = split.cases.history(case)
        told = [
            {"item": world.item_id(int(item)), "kind": "like", "time": int(time)}
            for item, time in zip(history.items, history.times, strict=True)
        ]
        answer = engine.recommend(history=told, k=depth)
        assert [world.item_id(int(p)) for p in lists[case]] == answer.ids


def test_a_list_is_drawn_from_what_nothing_masks(reader: Engine, world: World) -> None:
    split = leave_last_out(dataset_of(world))
    choice = ask.choice(reader.parts, split)
    n_items = len(split.pool)
    for case in range(0, len(split.cases), 10):
        met = {world.item_id(int(item)) for item in split.cases.history(case).seen}
        assert choice[case] == n_items - len(met) < n_items
        told = [{"item": item, "kind": "like"} for item in met]
        assert len(reader.recommend(history=told, k=n_items).ids) <= choice[case]


def test_validation_judges_as_the_evaluation_does(reader: Engine, world: World) -> None:
    split = leave_last_out(dataset_of(world))
    lists = ask.lists(reader.parts, split)
    hits, counts = ask.hits_of(lists[:, :10], split)
    judged = measure.ndcg(measure.alone(reader.parts.blend), split.cases, split.pool)
    np.testing.assert_allclose(judged, ndcg(hits, counts), atol=1e-9)
    assert judged.mean() > 0.05


def test_strangers_are_asked_on_the_road_that_serves_them(reader: Engine, world: World) -> None:
    made = cold_users(dataset_of(world), seed=1)
    for known, part in zip(made.after, made.asked, strict=True):
        lists = ask.lists(reader.parts, part)
        for case in range(0, len(part.cases), 8):
            history = part.cases.history(case)
            assert len(history) == known
            told = [
                {"item": world.item_id(int(item)), "kind": "like", "time": int(time)}
                for item, time in zip(history.items, history.times, strict=True)
            ]
            answer = reader.recommend(history=told, k=20)
            assert answer.level == ("session" if known else "popular")
            assert [world.item_id(int(p)) for p in lists[case]] == answer.ids


def test_a_baseline_shows_strangers_its_own_popularity_unvaried(
    reader: Engine, world: World
) -> None:
    made = cold_users(dataset_of(world), seed=1)
    other = Popularity.fit(dataset_of(world), PopularitySettings(1.0))
    lists = ask.lists(ask.with_blend(reader.parts, other), made.asked[0], pipeline=Pipeline(()))
    expected = np.lexsort((other.ties, -other.base))[:20]
    assert (lists == expected).all()
    assert (ask.lists(reader.parts, made.asked[0]) != expected).any()
    plain = ask.lists(ask.plain_first_look(reader.parts), made.asked[0])
    expected = np.lexsort((reader.parts.blend.ties, -reader.parts.popularity))[:20]
    assert (plain == expected).all()
