"""The blend beside the baselines of the registry, with certainty."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from beholder.blending.measure import alone, ndcg
from beholder.blending.newcomers import best_half_life
from beholder.blending.validation import validation
from beholder.evaluation.evaluate import DECAYS, Evaluation, baselines, evaluate
from beholder.evaluation.protocols import split
from beholder.models.contract import ONCE, FitOptions
from beholder.models.ials import IALS, IALSSettings
from beholder.models.itemknn import ItemKNN
from beholder.models.popularity import Popularity, PopularitySettings, counts_of
from beholder.models.registry import MODELS
from beholder.scorers.interface import Scorer
from beholder.scorers.recency import Recency
from beholder.testing.sample_dataset import without
from planted import World, dataset_of, make_world

LIGHT = ("itemknn", "session", "words", "visual-knn")


@pytest.mark.parametrize("protocol", ["leave-last-out", "cold-items"])
def test_auto_beats_popularity_with_certainty(protocol: str) -> None:
    many = dataset_of(make_world(n_users=320))
    found = evaluate(many, protocol, seed=1, budget=60, models=LIGHT)
    rows = {row.model: row for row in found.rows}
    assert rows["popularity"].p < 0.01
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
    assert "auto, first look by popularity" not in {row.model for row in found.rows}


def test_baselines_show_strangers_what_suits_newcomers() -> None:
    made = split(dataset_of(make_world(n_users=400)), "cold-users", 1)
    found = baselines(made, 1, "cold-users")
    suits = best_half_life(made.train, PopularitySettings(), 1)
    counts = counts_of(made.train, suits)
    np.testing.assert_array_equal(found["popularity"].base, counts)
    np.testing.assert_array_equal(found["itemknn"].base, np.float32(1e-6) * counts)


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


# -- baselines ------------------------------------------------------------------------------


def test_baselines_are_what_the_cards_call_so(world: World) -> None:
    made = split(dataset_of(world), "leave-last-out", 1)
    found = baselines(made, 1, "leave-last-out")
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
    assert "mine" in baselines(made, 1, "leave-last-out")
    assert "mine" not in baselines(made, 1, "cold-items")  # it knows nothing of new items
    monkeypatch.setattr(Mine, "card", Mine.card._replace(baseline=False))
    assert "mine" not in baselines(made, 1, "leave-last-out")


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
    found = baselines(made, 1, "leave-last-out")["factors"]
    held = validation(made.train, 1, "leave-last-out")
    tried = Factors.fit(held.train, Factors.card.baseline[0])
    reached = [ndcg(alone(tried, Recency(decay)), held.tune, ~held.cold).mean() for decay in DECAYS]
    assert len(set(reached)) == len(DECAYS)
    suits = Recency(DECAYS[int(np.argmax(reached))])
    scorer = Factors.fit(made.train, Factors.card.baseline[0])
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
    assert "mine" not in baselines(made, 1, "leave-last-out")


def test_baselines_are_tuned_over_the_trials_of_their_cards(world: World) -> None:
    """Both are what the best of all trials gives, each tried here once more."""
    made = split(dataset_of(world), "leave-last-out", 1)
    found = baselines(made, 1, "leave-last-out")
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
