"""What cheap members are expected to take, and which of them the first bundle waits for."""

from __future__ import annotations

import numpy as np
import pytest

from beholder.blending.members import Member, Tuned
from beholder.blending.validation import Validation, validation
from beholder.dataset.dataset import Dataset
from beholder.models.registry import MODELS
from beholder.testing.sample_dataset import without
from beholder.testing.sample_log import log_of_arrays
from beholder.training.ahead import Ahead, seconds_of_rows, seconds_to_place
from beholder.training.budget import Clock
from beholder.training.plan import Plan
from planted import dataset_of, make_world, nothing

WEEK = 7 * 86_400.0  # seconds: no test is so slow


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return dataset_of(make_world())


@pytest.fixture(scope="module")
def held(dataset: Dataset) -> Validation:
    return validation(dataset, seed=1)


def member(name: str) -> Member:
    model = MODELS[name]
    if not model.card.modalities:
        return Member(name, model, model.card.trials)
    trials = tuple(model.Settings(modality="colour") for _ in model.card.trials)
    return Member(f"{name}:colour", model, trials)


def ahead_of(
    dataset: Dataset, held: Validation, budget: float, *fitted: str, **costs: float
) -> Ahead:
    """Return what is expected after some members were fitted, by what steps have cost."""
    plan = Plan(Clock(budget))
    plan.costs = {name.replace("_", " "): seconds for name, seconds in costs.items()}
    tuned = {}
    for name in fitted:
        one = member(name)
        scorer = one.model.fit(held.train, one.trials[0])
        tuned[name] = Tuned(one, one.trials[0], scorer, np.empty(0))
    return Ahead(dataset, held.train, plan, tuned)


# -- what is expected -----------------------------------------------------------------------


def test_a_member_of_behaviour_takes_as_long_as_the_slowest_alike(
    dataset: Dataset, held: Validation
) -> None:
    costs = {"itemknn": 3.0, "session": 5.0, "words": 50.0}
    ahead = ahead_of(dataset, held, WEEK, "itemknn", "session", "words", **costs)
    assert ahead.expect(member("ease")) == 5.0
    assert ahead.plan.cost("ease") == 5.0  # the plan is told
    first = ahead_of(dataset, held, WEEK, "words", **costs)
    assert first.expect(member("session")) == 0.0  # nothing alike is known


@pytest.mark.parametrize("name", ["words", "visual-knn"])
def test_a_member_of_content_is_measured_by_a_few_items(
    dataset: Dataset, held: Validation, name: str
) -> None:
    ahead = ahead_of(dataset, held, WEEK, "itemknn", itemknn=3.0)
    one = member(name)
    found = ahead.expect(one)
    assert 0 < found < 60
    assert ahead.plan.expected == {one.name: found}


def test_what_is_not_there_costs_nothing(dataset: Dataset, held: Validation) -> None:
    assert seconds_of_rows(held.train, "no such encoder") == 0
    assert seconds_of_rows(held.train, "colour") > 0
    ahead = ahead_of(dataset, held, WEEK, "itemknn", asking=2.0)
    ahead.train = without(held.train, "words")
    assert ahead.expect(member("words")) == 0


def test_a_member_of_products_takes_about_as_long_as_asking(
    dataset: Dataset, held: Validation
) -> None:
    ahead = ahead_of(dataset, held, WEEK, "itemknn", itemknn=3.0, asking=2.0)
    assert ahead.expect(member("variants")) == 2.0


def test_new_items_take_time_where_there_are_any_and_they_can_be_compared(
    dataset: Dataset,
) -> None:
    assert seconds_to_place(dataset) > 0
    assert seconds_to_place(without(without(dataset, "words"), "pictures")) == 0
    assert seconds_to_place(nothing(0)) == 0
    everything = np.arange(dataset.n_items, dtype=np.int32)
    ones = np.ones(len(everything), np.float32)
    log = log_of_arrays(0 * everything, everything, everything.astype(np.int64), ones, 1, 240, 0)
    assert seconds_to_place(dataset.with_log(log)) == 0  # somebody took each


# -- what the first bundle waits for --------------------------------------------------------


def test_the_first_member_is_always_fitted(dataset: Dataset, held: Validation) -> None:
    assert ahead_of(dataset, held, 1e-9).soon(member("itemknn"))
    assert not ahead_of(dataset, held, 1e-9, "words").soon(member("itemknn"))


def test_content_waits_where_the_first_bundle_would_come_after_a_minute(
    dataset: Dataset, held: Validation
) -> None:
    late = ahead_of(dataset, held, WEEK, "itemknn", first_weighing=60.0)
    assert not late.soon(member("words"))
    assert "words" not in late.plan.expected  # known without measuring, which takes its time
    assert late.soon(member("session"))  # behaviour is what a first bundle is made of
    very_late = ahead_of(dataset, held, WEEK, "itemknn", first_weighing=230.0)
    assert not very_late.soon(member("session")), "nor may it take more than some minutes"
    early = ahead_of(dataset, held, WEEK, "itemknn", first_weighing=1.0)
    assert early.soon(member("words"))


def test_of_a_short_budget_some_is_kept_for_what_comes_after(
    dataset: Dataset, held: Validation
) -> None:
    """48 s of 60 are for the first bundle: 1.1 times 45 s are too many, for content alone."""
    short = ahead_of(dataset, held, 60.0, "itemknn", first_weighing=45.0)
    assert not short.soon(member("words"))
    assert short.soon(member("session"))
    none_left = ahead_of(dataset, held, 60.0, "itemknn", first_weighing=55.0)
    assert not none_left.soon(member("session"))


def test_what_a_member_itself_takes_counts_too(dataset: Dataset, held: Validation) -> None:
    """1.1 times 30 s for it, and as much for each of the two on all data: 99 s."""
    assert not ahead_of(dataset, held, 98.0, "itemknn", itemknn=30.0).soon(member("session"))
    assert ahead_of(dataset, held, 150.0, "itemknn", itemknn=30.0).soon(member("session"))


def test_the_first_blend_is_expected_after_the_first_member_alone(
    dataset: Dataset, held: Validation
) -> None:
    one = ahead_of(dataset, held, WEEK, "itemknn", asking=1.0)
    one.look()
    assert one.plan.cost("first weighing") > 20.0  # asking, and comparing new items
    two = ahead_of(dataset, held, WEEK, "itemknn", "words", asking=1.0)
    two.look()
    assert two.plan.cost("first weighing") == 0
    followed = ahead_of(dataset, held, WEEK, "itemknn", asking=1.0)
    followed.plan.script = {}
    followed.look()
    assert followed.plan.cost("first weighing") == 0
