"""One engine for serving and measuring."""

from __future__ import annotations

import numpy as np

from beholder.dataset.splits import leave_last_out
from beholder.engine.engine import Engine
from beholder.evaluation import ask
from beholder.evaluation.metrics import ndcg
from beholder.training import measure
from planted import World, dataset_of


def test_the_evaluation_gets_the_answers_that_are_served(reader: Engine, world: World) -> None:
    split = leave_last_out(dataset_of(world))
    lists = ask.lists(reader.parts, split, depth=20)
    for case in range(0, len(split.cases), 4):
        history = split.cases.history(case)
        told = [
            {"item": world.item_id(int(item)), "kind": "like", "time": int(time)}
            for item, time in zip(history.items, history.times, strict=True)
        ]
        answer = reader.recommend(history=told, k=20)
        assert [world.item_id(int(p)) for p in lists[case]] == answer.ids


def test_validation_judges_as_the_evaluation_does(reader: Engine, world: World) -> None:
    split = leave_last_out(dataset_of(world))
    lists = ask.lists(reader.parts, split)
    hits, counts = ask.hits_of(lists[:, :10], split)
    judged = measure.ndcg(measure.alone(reader.parts.blend), split.cases, split.pool)
    np.testing.assert_allclose(judged, ndcg(hits, counts), atol=1e-9)
    assert judged.mean() > 0.05
