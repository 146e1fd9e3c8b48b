"""The learning curve: parts of the people, nested, and whether more of them would help."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from beholder.dataset.dataset import Dataset
from beholder.dataset.splits import Cases, Split
from beholder.evaluation.evaluate import Evaluation, evaluate
from beholder.evaluation.learning import curve, thinned
from beholder.evaluation.written import written
from beholder.testing.sample_log import log_of_arrays
from planted import dataset_of, make_world


@pytest.mark.parametrize("n_users", [3, 30, 300])
def test_a_part_is_of_whole_people_and_each_smaller_one_is_in_each_larger(n_users: int) -> None:
    whole = dataset_of(make_world(n_users=n_users))
    few, more = (set(thinned(whole, share, 4).log.users.tolist()) for share in (0.1, 0.3))
    assert few
    assert few <= more
    part = thinned(whole, 0.3, 4)
    assert len(part.log) == pytest.approx(0.3 * len(whole.log), abs=14)  # events of one person
    assert part.n_items == whole.n_items
    assert part.log.n_users == whole.log.n_users
    for user in more:
        ours, theirs = (one.log.items[one.log.users == user] for one in (part, whole))
        np.testing.assert_array_equal(ours, theirs)


def asking(n: int) -> Split:
    """Everybody took two things, and is asked for item 0."""
    users = np.arange(n, dtype=np.int32)
    each, items = np.repeat(users, 2), np.tile(np.array([1, 2], np.int32), n)
    log = log_of_arrays(each, items, np.arange(2 * n, dtype=np.int64), np.ones(2 * n), n, 40, 1)
    cases = Cases(log, users, np.arange(n + 1), np.zeros(n, np.int32))
    return Split("by hand", Dataset(log, {}, [""] * 40), cases, np.ones(40, bool))


def lists(n: int, found: float) -> list[np.ndarray]:
    """Return lists that hold the right answer for a share of the people, first."""
    own = np.tile(np.arange(10, 30, dtype=np.int32), (n, 1))
    own[: round(found * n), 0] = 0
    return [own]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({20: 0.1, 60: 0.2}, "better for certain, NDCG@10 +0.4000"),
        ({20: 0.1, 60: 0.59}, "no certain difference, NDCG@10 +0.0100"),
        ({20: 0.1, 60: 0.9}, "worse for certain, NDCG@10 -0.3000"),
    ],
)
def test_all_events_are_compared_with_the_next_fewer(found: dict[int, float], said: str) -> None:
    made = asking(100)
    drawn = curve(made, lists(100, 0.6), lambda few: lists(100, found[len(few.log)]), seed=3)
    assert [(one.share, one.events) for one in drawn.points] == [(0.1, 20), (0.3, 60), (1, 200)]
    assert [one.ndcg10 for one in drawn.points] == pytest.approx([0.1, found[60], 0.6])
    assert all(one.low < one.ndcg10 < one.high for one in drawn.points)
    assert drawn.said[0].startswith(f"all events against 30% of them: {said} (95 %: ")


def test_a_part_that_teaches_nothing_is_said() -> None:
    def teach(few: Dataset) -> list[np.ndarray] | None:
        return lists(100, 0.2) if len(few.log) > 20 else None

    drawn = curve(asking(100), lists(100, 0.6), teach, seed=3)
    assert [one.events for one in drawn.points] == [60, 200]
    assert drawn.said[0] == "nothing can be learned from 10% of the events"
    alone = curve(asking(100), lists(100, 0.6), lambda few: None, seed=3)
    assert [one.events for one in alone.points] == [200]
    assert len(alone.said) == 2


@pytest.fixture(scope="module")
def taught() -> Evaluation:
    """People with a taste that nothing but behaviour shows."""
    world = dataset_of(make_world(n_users=120))
    world = replace(world, pictures={}, texts=[""] * world.n_items)
    return evaluate(world, "leave-last-out", seed=1, budget=60, models=("itemknn",), curve=True)


def test_the_last_point_is_the_blend_itself(taught: Evaluation) -> None:
    few, more, whole = taught.learning
    assert few.events < more.events < whole.events
    assert few.ndcg10 < whole.ndcg10
    auto = taught.rows[0]
    assert (whole.ndcg10, whole.low, whole.high) == (auto.ndcg10, auto.low, auto.high)
    assert len(taught.more) == 1


def test_figures_can_be_computed_again_from_what_is_written(taught: Evaluation) -> None:
    (told,) = json.loads(written([taught]))
    assert "ids" not in told
    assert len(told["right"]) == taught.cases
    assert sum(map(len, told["right"])) == taught.targets
    for row in told["rows"]:
        assert {len(values) for values in row["per_user"].values()} == {taught.cases}
        pairs = list(zip(row["lists"], told["right"], strict=True))
        found = [bool(set(own) & set(right)) for own, right in pairs]
        assert np.mean(found) == pytest.approx(row["hr20"])
        assert np.mean(row["per_user"]["ndcg@10"]) == pytest.approx(row["ndcg10"], abs=1e-6)
        assert row["metrics"]["auc"] == pytest.approx(np.mean(row["per_user"]["auc"]), abs=1e-6)
        assert row["tenths"] == sorted(row["tenths"])
    assert {item for own in told["right"] for item in own} <= set(taught.ids)
    assert [one["cases"] for one in told["tenths"]]
