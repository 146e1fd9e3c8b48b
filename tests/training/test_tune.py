"""Settings are tried one after the other, and the best is kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from beholder.blending.chosen import Chosen
from beholder.blending.cold import usual_placing
from beholder.blending.measure import alone, ndcg
from beholder.blending.members import Member
from beholder.blending.validation import Validation, validation
from beholder.models.contract import FitOptions
from beholder.models.ials import IALS, IALSSettings
from beholder.models.itemknn import ItemKNN
from beholder.models.popularity import Popularity, PopularitySettings
from beholder.scorers.fold import Weights
from beholder.training.budget import Clock
from beholder.training.plan import Plan
from beholder.training.refit import Refit
from beholder.training.tune import COMPARED, Tuner, tune_popularity
from planted import dataset_of, make_world


@pytest.fixture(scope="module")
def held() -> Validation:
    return validation(dataset_of(make_world()), seed=1)


KNN = Member("itemknn", ItemKNN, ItemKNN.card.trials)


def test_a_tuner_keeps_the_best_of_the_settings_it_tried(held: Validation) -> None:
    plan = Plan(Clock(3600))
    tuner = Tuner(held, plan)
    tuned, reached = None, []
    for settings in KNN.trials:
        tuned = tuner.next(KNN, tuned)
        scorer = ItemKNN.fit(held.train, settings)
        reached.append(ndcg(alone(scorer, COMPARED), held.tune, ~held.cold).mean())
        assert tuned.tried == len(reached)
        assert tuned.ndcg == pytest.approx(max(reached))
        assert tuned.settings == KNN.trials[int(np.argmax(reached))]
    assert len(reached) > 1
    assert plan.cost("itemknn") > 0
    assert plan.cost("asking") > 0


def test_popularity_takes_the_half_life_that_answers_best(held: Validation) -> None:
    reached = {
        settings: ndcg(alone(Popularity.fit(held.train, settings)), held.tune, ~held.cold).mean()
        for settings in Popularity.card.trials
    }
    assert reached[tune_popularity(held)] == max(reached.values())


VECTORS = Member("ials", IALS, (IALSSettings(factors=8),))


def test_the_seed_reaches_the_models(held: Validation) -> None:
    one, same, other = (
        Tuner(held, Plan(Clock(3600)), FitOptions(seed)).next(VECTORS).scorer.items
        for seed in (3, 3, 4)
    )
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def test_rounds_that_the_clock_allowed_are_recorded_and_done_again(held: Validation) -> None:
    late = Plan(Clock(1e-9))
    stopped = Tuner(held, late, FitOptions(1)).next(VECTORS).scorer
    assert late.decided == {"rounds of trial 0 of ials": 1}
    again = Plan(Clock(3600), script=late.decided)
    repeated = Tuner(held, again, FitOptions(1)).next(VECTORS).scorer
    np.testing.assert_array_equal(stopped.items, repeated.items)
    assert again.decided == late.decided
    whole = Plan(Clock(3600))
    assert (Tuner(held, whole, FitOptions(1)).next(VECTORS).scorer.items != stopped.items).any()
    assert whole.decided == {"rounds of trial 0 of ials": IALSSettings().iterations}
    # A plan of many rounds is followed even where the clock would stop at once.
    slow = Plan(Clock(1e-9), script=whole.decided)
    Tuner(held, slow, FitOptions(1)).next(VECTORS)
    assert slow.decided == whole.decided


def test_on_all_data_as_many_rounds_are_learned_as_were_measured(held: Validation) -> None:
    dataset = dataset_of(make_world())
    tuned = Tuner(held, Plan(Clock(1e-9)), FitOptions(1)).next(VECTORS)
    assert tuned.rounds == 1
    weights = Weights({"ials": 1.0}, {"ials": 1.0}, {})
    chosen = Chosen(weights, 10, 10, "", usual_placing(held, None), [], [])
    refit = Refit(dataset, Plan(Clock(3600)), FitOptions(1))
    served = refit({"ials": tuned}, chosen, PopularitySettings()).blend.vectors[0].scorer
    once = IALS.fit(dataset, tuned.settings, FitOptions(1, most=1))
    known = once.items.any(axis=1)  # the others are placed when they are folded
    np.testing.assert_array_equal(served.items[known], once.items[known])
    late = Refit(dataset, Plan(Clock(1e-9)), FitOptions(1))
    stopped = late({"ials": replace(tuned, rounds=None)}, chosen, PopularitySettings())
    found = stopped.blend.vectors[0].scorer.items
    np.testing.assert_array_equal(found[known], once.items[known])
    assert stopped.plan["rounds of ials on all data"] == 1
    # Whoever follows its plan stops there as well, whatever was measured while tuning.
    again = Refit(dataset, Plan(Clock(3600), script=stopped.plan), FitOptions(1))
    found = again({"ials": replace(tuned, rounds=None)}, chosen, PopularitySettings())
    np.testing.assert_array_equal(
        found.blend.vectors[0].scorer.items, stopped.blend.vectors[0].scorer.items
    )
