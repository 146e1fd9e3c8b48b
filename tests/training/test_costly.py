"""What costly members are expected to take, by what their cards say that they do."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from beholder.blending.gate import Live
from beholder.blending.members import Member
from beholder.blending.validation import validation
from beholder.dataset.dataset import Dataset
from beholder.models.contract import ONCE, FitOptions
from beholder.models.ials import IALS, IALSSettings
from beholder.models.itemknn import ItemKNN
from beholder.models.registry import MODELS
from beholder.scorers.fold import Weights
from beholder.scorers.interface import Scorer
from beholder.training import costly
from beholder.training.auto import Budget, fit_auto
from beholder.training.budget import Clock
from beholder.training.costly import Costly, seconds_to_solve
from beholder.training.plan import Plan
from planted import World, dataset_of

A_PAIR = 0.25  # seconds that the clock of these tests takes for each pair that is learned from


class Timed:
    """Item-kNN that says it learns in rounds, and takes a quarter of a second a pair."""

    Settings = ItemKNN.Settings
    card = ItemKNN.card._replace(name="timed", cost="gradient", trials=ItemKNN.card.trials[:1])
    now = 0.0
    heard: list[tuple[int, FitOptions]]

    @classmethod
    def fit(cls, dataset: Dataset, settings: Any, options: FitOptions = ONCE) -> Scorer:
        cls.heard.append((len(dataset.interactions), options))
        cls.now += A_PAIR * len(dataset.interactions) + (len(cls.heard) == 1) * 99.0  # it loads
        return ItemKNN.fit(dataset, settings, options)


@pytest.fixture
def timed(monkeypatch: pytest.MonkeyPatch) -> Member:
    """A member that moves the clock by its work, and by a while where it is fitted first."""
    monkeypatch.setattr(Timed, "heard", [], raising=False)
    monkeypatch.setattr(Timed, "now", 0.0)

    def ticks() -> float:
        Timed.now += 1e-6
        return Timed.now

    monkeypatch.setattr(costly, "time", SimpleNamespace(monotonic=ticks))
    return Member("timed", Timed, Timed.card.trials)


@pytest.fixture(scope="module")
def halves(world: World) -> tuple[Dataset, Dataset]:
    """All data, and the validation split's."""
    dataset = dataset_of(world)
    return dataset, validation(dataset, seed=1).train


def test_a_larger_system_is_expected_to_take_longer() -> None:
    assert seconds_to_solve(40_000) > 5 * seconds_to_solve(10)


def test_a_dense_solve_is_measured_by_a_smaller_one(halves: tuple[Dataset, Dataset]) -> None:
    plan = Plan(Clock(1e-9))
    found = Costly(*halves, seed=1)
    for name in ("ease", "session-ease"):
        found.expect(Member(name, MODELS[name], MODELS[name].card.trials), plan)
    assert plan.expected["ease"] == plan.expected["session-ease"] > 0


def test_a_solve_grows_by_the_cube_of_the_items_and_rounds_by_the_pairs(
    halves: tuple[Dataset, Dataset],
) -> None:
    dataset, train = halves
    growth = Costly(dataset, train, seed=1).growth
    touched = [len(np.unique(one.interactions.items)) for one in halves]
    assert growth["solve"] == pytest.approx((touched[0] / touched[1]) ** 3)
    assert growth["gradient"] == len(dataset.interactions) / len(train.interactions)
    assert growth["gradient"] != growth["solve"]
    assert growth["light"] == max(growth.values())


def test_of_a_member_in_rounds_one_is_tried_on_a_part_and_scaled_to_all(
    halves: tuple[Dataset, Dataset], timed: Member
) -> None:
    plan, train = Plan(Clock(3600)), halves[1]
    Costly(*halves, seed=5).expect(timed, plan)
    # What it takes to load it is no part of a round, or it would be scaled, too.
    assert plan.expected["timed"] == pytest.approx(A_PAIR * len(train.interactions))
    for pairs, options in Timed.heard:
        assert 0 < pairs < 0.1 * len(train.interactions)
        assert options.seed == 5
        assert list(options.rounds("epochs", 50)) == [0]


def test_a_whole_trial_takes_all_its_rounds_and_what_is_beside_them(
    halves: tuple[Dataset, Dataset], timed: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fit(dataset: Dataset, settings: Any, options: FitOptions = ONCE) -> Scorer:
        Timed.now += 30.0  # what hangs on the items
        for _ in options.rounds("learning", 4):
            Timed.now += A_PAIR * len(dataset.interactions)
        return ItemKNN.fit(dataset, settings, options)

    monkeypatch.setattr(Timed, "fit", fit)
    pairs = len(halves[1].interactions)
    found = Costly(*halves, seed=5)
    assert found.seconds(timed) == pytest.approx(30.0 + 4 * A_PAIR * pairs)
    assert found.rounds(timed).first == pytest.approx(30.0 + A_PAIR * pairs)


def test_what_is_done_before_and_after_the_rounds_is_not_scaled(
    halves: tuple[Dataset, Dataset], timed: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fit(dataset: Dataset, settings: Any, options: FitOptions = ONCE) -> Scorer:
        Timed.now += 7.0
        for _ in options.rounds("epochs", 3):
            Timed.now += A_PAIR * len(dataset.interactions)
        Timed.now += 4.0
        return ItemKNN.fit(dataset, settings, options)

    monkeypatch.setattr(Timed, "fit", fit)
    plan, train = Plan(Clock(3600)), halves[1]
    Costly(*halves, seed=5).expect(timed, plan)
    assert plan.expected["timed"] == pytest.approx(11 + A_PAIR * len(train.interactions))


def test_who_draws_couples_is_tried_on_all_people(
    halves: tuple[Dataset, Dataset], timed: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Timed, "card", Timed.card._replace(couples=1))
    plan, train = Plan(Clock(3600)), halves[1]
    Costly(*halves, seed=5).expect(timed, plan)
    assert [pairs for pairs, _ in Timed.heard] == [len(train.interactions)]
    assert plan.expected["timed"] == pytest.approx(99 + A_PAIR * len(train.interactions))


def test_without_time_nothing_is_tried(halves: tuple[Dataset, Dataset], timed: Member) -> None:
    plan = Plan(Clock(1e-9))
    Costly(*halves, seed=5).expect(timed, plan)
    assert Timed.heard == []
    assert plan.expected == {}


def test_who_takes_too_long_is_left_out_with_what_the_first_round_takes(
    world: World, timed: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MODELS, "timed", Timed)
    monkeypatch.setattr(costly, "LOOK", np.inf)
    fitted = fit_auto(dataset_of(world), Budget(100, 1), only=["itemknn", "timed"])
    assert "timed did not fit into the budget" in fitted.notes
    (said,) = [line for line in fitted.timings if line.startswith("with timed, at least ")]
    assert float(said.split()[4]) > A_PAIR * len(
        validation(dataset_of(world), 1).train.interactions
    )


def test_who_takes_too_long_to_look_at_is_left_out_before_that_is_spent(
    world: World, timed: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fit(dataset: Dataset, settings: Any, options: FitOptions = ONCE) -> Scorer:
        for _ in options.rounds("epochs", 3):
            Timed.now += A_PAIR * len(dataset.interactions)
        return Timed.fit(dataset, settings, options)

    monkeypatch.setitem(MODELS, "timed", type("Slow", (Timed,), {"fit": fit}))
    fitted = fit_auto(dataset_of(world), Budget(100, 1), only=["itemknn", "timed"])
    assert Timed.heard == [], "the first round already was too much"
    assert "timed did not fit into the budget" in fitted.notes
    (said,) = [line for line in fitted.timings if line.startswith("what timed takes could not be")]
    assert said.endswith("a tenth of what was left of the budget")


def test_who_is_quick_is_tried_whatever_a_dense_solve_would_take(
    world: World, timed: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if this machine solved nothing in a day."""
    monkeypatch.setitem(MODELS, "timed", Timed)
    monkeypatch.setattr(costly, "OVERHEAD", 1e12)
    only = ["itemknn", "timed", "ease"]
    fitted = fit_auto(dataset_of(world), Budget(36_000, 1), only=only)
    assert "timed" in {one.member for one in fitted.members}
    assert "ease did not fit into the budget" in fitted.notes


class Rounds:
    """iALS that remembers by when it had to end."""

    Settings = IALS.Settings
    card = IALS.card._replace(name="rounds", trials=(IALSSettings(factors=4, iterations=2),))
    heard: list[FitOptions]

    @classmethod
    def fit(cls, dataset: Dataset, settings: Any, options: FitOptions = ONCE) -> Scorer:
        cls.heard.append(options)
        return IALS.fit(dataset, settings, options)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[FitOptions]:
    monkeypatch.setattr(Rounds, "heard", [], raising=False)
    monkeypatch.setitem(MODELS, "rounds", Rounds)
    return Rounds.heard


def test_a_trial_in_rounds_leaves_as_much_time_as_the_same_takes_on_all_data(
    world: World, halves: tuple[Dataset, Dataset], heard: list[FitOptions]
) -> None:
    began, growth = time.monotonic(), Costly(*halves, seed=1).growth
    fit_auto(halves[0], Budget(60_000, 1), only=["rounds"])
    trial, whole = heard
    # 2 % of the budget stay unplanned; what grows by more than the pairs would end earlier.
    expected = 0.98 * 60_000 / (1.1 * (1 + growth["gradient"]))
    assert trial.deadline - began == pytest.approx(expected, abs=0.001 * 60_000)
    assert growth["gradient"] < 0.9 * growth["light"]  # or nothing could be told apart
    assert whole.deadline >= began + 60_000
    assert whole.most == 2


def test_what_the_live_recipe_lacks_may_learn_until_the_end(
    halves: tuple[Dataset, Dataset], heard: list[FitOptions]
) -> None:
    """Not only until the last trial had to end: the live bundle would be compared half learned."""
    live = Live("live", Weights({"rounds": 1.0}, {"rounds": 1.0}, {}), {"rounds": IALSSettings(4)})
    began = time.monotonic()
    fit_auto(halves[0], Budget(60_000, 1), only=["itemknn"], live=lambda names: live)
    (options,) = heard
    assert options.deadline >= began + 60_000
    assert options.most is None
