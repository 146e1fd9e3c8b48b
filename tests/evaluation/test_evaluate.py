"""The blend beside the baselines of the registry, with certainty."""

from __future__ import annotations

import numpy as np
import pytest

from beholder.evaluation.evaluate import Evaluation, evaluate
from planted import World, dataset_of, make_world

LIGHT = ("itemknn", "session", "words", "visual-knn")


@pytest.mark.parametrize("protocol", ["leave-last-out", "cold-items"])
def test_auto_beats_popularity_with_certainty(protocol: str) -> None:
    many = dataset_of(make_world(n_items=480, n_users=320))  # of few new items little is certain
    found = evaluate(many, protocol, seed=1, budget=60, models=LIGHT)
    rows = {row.model: row for row in found.rows}
    assert rows["popularity"].p < (0.05 if protocol == "cold-items" else 0.01)
    _, low, _ = rows["popularity"].against
    assert low > 1.1
    assert rows["auto"].low <= rows["auto"].ndcg10 <= rows["auto"].high
    assert found.cases == len(rows["auto"].per_user["ndcg@10"])
    assert ("itemknn" in rows) == (protocol != "cold-items")


@pytest.fixture(scope="module")
def of_strangers() -> Evaluation:
    many = dataset_of(make_world(n_users=400))
    return evaluate(many, "cold-users", seed=1, budget=60, models=LIGHT)


def test_strangers_are_told_apart_by_how_much_is_known_of_them(of_strangers: Evaluation) -> None:
    rows = {row.model: row for row in of_strangers.rows}
    for row in rows.values():
        assert list(row.after) == [0, 1, 2, 5]
        for name in ("ndcg10", "hr20"):
            mean = np.mean([getattr(own, name) for own in row.after.values()])
            assert mean == pytest.approx(getattr(row, name))
        assert all(own.low <= own.ndcg10 <= own.high for own in row.after.values())
        assert len(row.per_user["ndcg@10"]) == of_strangers.cases == 50
    auto, popular = rows["auto"].after, rows["popularity"].after
    assert auto[0].ndcg10 == pytest.approx(popular[0].ndcg10, rel=0.5)  # nothing is known yet
    assert auto[5].ndcg10 > 1.5 * popular[5].ndcg10
    assert auto[0].ndcg10 < auto[5].ndcg10
    assert {"itemknn", "auto, first look by popularity"} <= rows.keys()


def test_other_protocols_ask_once(world: World) -> None:
    found = evaluate(dataset_of(world), "leave-last-out", seed=1, budget=5, models=("itemknn",))
    assert all(row.after == {} for row in found.rows)
    assert len(found.choice) == found.cases
    assert max(found.choice) < found.pool, "what somebody met is not in the list"
    assert (found.learning, found.more) == ([], []), "nobody asked for a curve"
    assert "auto, first look by popularity" not in {row.model for row in found.rows}


def test_one_moment_for_all_is_named_by_its_day() -> None:
    many = dataset_of(make_world(n_users=700))
    found = evaluate(many, "time", seed=1, budget=5, models=("itemknn",), cut=1)
    assert found.label == f"time (from {found.since})"
    assert found.cases >= 500
    assert found.basket_share == 0  # what is asked for is of another day than what is known


@pytest.mark.parametrize("seed", [5, 6])
def test_where_there_is_no_taste_auto_is_not_called_better(seed: int) -> None:
    noise = dataset_of(make_world(fit=0.0, seed=seed))
    found = evaluate(noise, "leave-last-out", seed=1, budget=20, models=("itemknn", "visual-knn"))
    rows = {row.model: row for row in found.rows}
    better = rows["auto"].ndcg10 > rows["popularity"].ndcg10
    assert not (better and rows["popularity"].p < 0.05)


def test_a_factor_model_alone_is_evaluated(world: World) -> None:
    found = evaluate(dataset_of(world), "leave-last-out", seed=1, budget=60, models=("ials",))
    rows = {row.model: row for row in found.rows}
    assert rows["auto"].ndcg10 > rows["popularity"].ndcg10
    assert found.members[0].member == "ials"
    assert found.members[0].warm > 0
