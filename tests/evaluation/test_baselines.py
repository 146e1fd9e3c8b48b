"""What a blend is compared with: tuned, seeded and timed like any member."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from beholder.blending.measure import alone, ndcg
from beholder.blending.newcomers import best_half_life
from beholder.blending.validation import validation
from beholder.dataset.splits import Split
from beholder.errors import UsageError
from beholder.evaluation.baselines import DECAYS, baselines
from beholder.evaluation.evaluate import evaluate
from beholder.evaluation.protocols import split
from beholder.models.contract import ONCE, FitOptions
from beholder.models.ials import IALS, IALSSettings
from beholder.models.itemknn import ItemKNN
from beholder.models.popularity import Popularity, PopularitySettings, counts_of
from beholder.models.registry import MODELS
from beholder.progress import Silent
from beholder.scorers.blend import Blend
from beholder.scorers.interface import Scorer
from beholder.scorers.recency import Recency
from beholder.testing.sample_dataset import without
from beholder.training.auto import Budget
from planted import World, dataset_of, make_world


def found_in(made: Split, protocol: str = "leave-last-out") -> dict[str, Blend]:
    return baselines(made, protocol, Budget(600, 1)).blends


def test_baselines_show_strangers_what_suits_newcomers() -> None:
    made = split(dataset_of(make_world(n_users=400)), "cold-users", 1)
    found = found_in(made, "cold-users")
    suits = best_half_life(made.train, PopularitySettings(), 1)
    counts = counts_of(made.train, suits)
    np.testing.assert_array_equal(found["popularity"].base, counts)
    np.testing.assert_array_equal(found["itemknn"].base, np.float32(1e-6) * counts)


def test_baselines_are_what_the_cards_call_so(world: World) -> None:
    made = split(dataset_of(world), "leave-last-out", 1)
    found = found_in(made)
    assert found.keys() == {name for name, model in MODELS.items() if model.card.baseline}
    assert {"popularity", "itemknn"} <= found.keys()


class Mine:
    """Item-kNN under another name."""

    Settings = ItemKNN.Settings
    card = ItemKNN.card._replace(name="mine", trials=ItemKNN.card.trials[:1])

    @classmethod
    def fit(cls, dataset: Any, settings: Any, options: FitOptions = ONCE) -> Scorer:
        return ItemKNN.fit(dataset, settings, options)


def test_a_model_whose_card_says_so_becomes_a_baseline(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = split(dataset_of(world), "leave-last-out", 1)
    monkeypatch.setitem(MODELS, "mine", Mine)
    assert "mine" in found_in(made)
    assert "mine" not in found_in(made, "cold-items")  # it knows nothing of new items
    monkeypatch.setattr(Mine, "card", Mine.card._replace(baseline=()))
    assert "mine" not in found_in(made)


class Factors:
    """A factor model, which gives vectors, among the baselines."""

    Settings = IALS.Settings
    card = IALS.card._replace(name="factors", baseline=(IALSSettings(factors=8, iterations=3),))

    @classmethod
    def fit(cls, dataset: Any, settings: Any, options: FitOptions = ONCE) -> Scorer:
        return IALS.fit(dataset, settings, options)


def test_a_baseline_may_be_a_model_of_vectors(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked as it scores alone, with the recency that suits it; popularity breaks ties."""
    made = split(dataset_of(world), "leave-last-out", 1)
    monkeypatch.setitem(MODELS, "factors", Factors)
    found = baselines(made, "leave-last-out", Budget(600, 3)).blends["factors"]
    held = validation(made.train, 3, "leave-last-out")
    tried = Factors.fit(held.train, Factors.card.baseline[0], FitOptions(3))
    reached = [ndcg(alone(tried, Recency(decay)), held.tune, ~held.cold).mean() for decay in DECAYS]
    assert len(set(reached)) == len(DECAYS)
    suits = Recency(DECAYS[int(np.argmax(reached))])
    scorer = Factors.fit(made.train, Factors.card.baseline[0], FitOptions(3))
    assert scorer.recency != suits
    popular = np.float32(1e-6) * counts_of(made.train, PopularitySettings())
    np.testing.assert_array_equal(found.base, popular)
    told = made.cases.histories
    expected = scorer.scores(scorer.ask(told, recency=suits)) + popular
    np.testing.assert_allclose(found.scores(found.ask(told)), expected, rtol=1e-5, atol=1e-6)


def test_a_baseline_that_cannot_learn_from_the_data_is_left_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = split(without(dataset_of(world), "words"), "leave-last-out", 1)
    card = Mine.card._replace(learns=frozenset({"behaviour", "words"}))
    monkeypatch.setattr(Mine, "card", card)
    monkeypatch.setitem(MODELS, "mine", Mine)
    assert "mine" not in found_in(made)


def test_baselines_are_tuned_over_the_trials_of_their_cards(world: World) -> None:
    """Both are what the best of all trials gives, each tried here once more."""
    made = split(dataset_of(world), "leave-last-out", 1)
    found = found_in(made)
    held = validation(made.train, 1, "leave-last-out")
    reached = {}
    for settings in ItemKNN.card.baseline:
        scorer = ItemKNN.fit(held.train, settings)
        for decay in (0.7, 0.9, 1.0):
            own = ndcg(alone(scorer, Recency(decay)), held.tune, ~held.cold)
            reached[settings, decay] = own.mean()
    settings, decay = max(reached, key=lambda pair: reached[pair])
    rows = ItemKNN.fit(made.train, settings).rows
    assert (found["itemknn"].item_item.rows != rows).nnz == 0
    assert found["itemknn"].recency == Recency(decay)
    popular = max(
        Popularity.card.baseline,
        key=lambda one: ndcg(alone(Popularity.fit(held.train, one)), held.tune, ~held.cold).mean(),
    )
    np.testing.assert_array_equal(found["popularity"].base, counts_of(made.train, popular))
    assert len(set(reached.values())) > 3


# -- seed, deadline and progress ------------------------------------------------------------


class Heard:
    """Remembers with which options a baseline was fitted, and learns in rounds."""

    Settings = IALS.Settings
    card = IALS.card._replace(
        name="heard",
        baseline=tuple(IALSSettings(factors=n, iterations=3) for n in (8, 4)),
    )
    heard: list[FitOptions]

    @classmethod
    def fit(cls, dataset: Any, settings: Any, options: FitOptions = ONCE) -> Scorer:
        cls.heard.append(options)
        return IALS.fit(dataset, settings, options)


class Shown(Silent):
    """Remembers what it was told of."""

    def __init__(self) -> None:
        self.steps: list[str] = []

    def start(self, what: str, total: int | None = None, unit: str = "") -> None:
        self.steps.append(what)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[FitOptions]:
    monkeypatch.setattr(Heard, "heard", [], raising=False)
    monkeypatch.setitem(MODELS, "heard", Heard)
    return Heard.heard


def test_seed_deadline_and_progress_reach_every_baseline(
    world: World, heard: list[FitOptions]
) -> None:
    made, shown, began = split(dataset_of(world), "leave-last-out", 4), Shown(), time.monotonic()
    baselines(made, "leave-last-out", Budget(600, 4), shown)
    assert len(heard) == 3  # two settings, and the better one on all data
    for options in heard:
        assert options.seed == 4
        assert options.deadline is not None
        assert began < options.deadline < time.monotonic() + 600
        assert options.progress is shown
    assert shown.steps.count("fitting iALS") == 3
    assert "baselines" in shown.steps


def test_the_seed_and_the_budget_of_an_evaluation_reach_its_baselines(
    world: World, heard: list[FitOptions]
) -> None:
    before = time.monotonic()
    evaluate(dataset_of(world), "leave-last-out", seed=3, budget=1e4, models=("itemknn",))
    assert {options.seed for options in heard} == {3}
    assert all(before < one.deadline < time.monotonic() + 1e4 for one in heard)


def test_another_seed_gives_a_factor_model_other_vectors(
    world: World, heard: list[FitOptions]
) -> None:
    made = split(dataset_of(world), "leave-last-out", 1)
    one, same, other = (
        baselines(made, "leave-last-out", Budget(600, seed)).blends["heard"] for seed in (1, 1, 2)
    )
    vectors = [blend.vectors[0].scorer.items for blend in (one, same, other)]
    np.testing.assert_array_equal(vectors[0], vectors[1])
    assert (vectors[0] != vectors[2]).any()


def test_without_time_a_costly_baseline_stops_and_says_so_and_a_quick_one_is_tuned(
    world: World, heard: list[FitOptions]
) -> None:
    made = split(dataset_of(world), "leave-last-out", 1)
    found = baselines(made, "leave-last-out", Budget(1e-9, 1))
    assert found.notes == ["baseline heard: 1 of 2 settings fitted into the budget"]
    assert [one.most for one in heard] == [None, 1]  # a round each: the deadline was over
    whole = found_in(made)["itemknn"]
    assert (found.blends["itemknn"].item_item.rows != whole.item_item.rows).nnz == 0
    assert found.blends["itemknn"].recency == whole.recency


def test_a_baseline_that_cannot_be_served_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Wrong(Mine):
        @classmethod
        def fit(cls, dataset: Any, settings: Any, options: FitOptions = ONCE) -> Any:
            return [1.0]

    monkeypatch.setitem(MODELS, "mine", Wrong)
    with pytest.raises(UsageError, match="model mine: fit gave a list"):
        found_in(split(dataset_of(world), "leave-last-out", 1))
