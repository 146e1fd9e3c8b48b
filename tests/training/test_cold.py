"""Cold items: the scale against warm ones, and how many of their entries are kept."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from beholder.models.blend import Weights, fold
from beholder.models.itemitem import ItemItem
from beholder.models.placement import Placement
from beholder.models.popularity import Popularity, PopularitySettings
from beholder.training.cold import FACTORS, match_scales, nearest_to_one, place, weigh_cold
from beholder.training.grid import MEMBERS
from beholder.training.judge import ndcg_of
from beholder.training.kept import COLD, LOSS, choose_kept
from beholder.training.validation import Validation, validation
from planted import dataset_of, make_world


@pytest.fixture(scope="module")
def held() -> Validation:
    return validation(dataset_of(make_world()), seed=1)


@pytest.fixture(scope="module")
def members(held: Validation) -> dict[str, ItemItem]:
    names = ("itemknn", "words", "visual-knn")
    return {name: MEMBERS[name].model.fit(held.train, MEMBERS[name].trials[0]) for name in names}


@pytest.fixture(scope="module")
def counts(held: Validation) -> np.ndarray:
    return Popularity.fit(held.train, PopularitySettings()).counts


@pytest.fixture(scope="module")
def placed(held: Validation, members: dict[str, ItemItem]) -> Placement:
    return place(held, members["itemknn"])[1]


@pytest.fixture(scope="module")
def weights(held: Validation, members, placed, counts) -> Weights:
    warm = Weights({"itemknn": 0.1}, {"itemknn": 1.0}, {}, 1e-6, 0.9)
    return weigh_cold(held, members, placed, counts, warm)


def test_untouched_items_are_those_held_out_and_those_nobody_took(held: Validation) -> None:
    taken = np.unique(held.train.interactions.items)
    assert not held.untouched[taken].any()
    assert held.untouched.sum() == held.train.n_items - len(taken)
    assert held.untouched[held.cold].all()
    assert (held.untouched & ~held.cold).any()


def test_fewer_cases_are_drawn_evenly_from_all(held: Validation) -> None:
    few = held.fewer(10)
    assert [len(c) for c in (few.tune, few.learn, few.fresh, few.mixed)] == [10] * 4
    assert set(few.tune.users) <= set(held.tune.users)
    assert few.tune.users[0] == held.tune.users[0]
    assert few.tune.users[-1] == held.tune.users[-1]
    assert held.fewer(10**6).learn is held.learn


def test_among_equally_good_factors_the_one_nearest_to_one_is_taken() -> None:
    flat = np.full((len(FACTORS), 50), 0.2)  # the same on every case: nothing is chance
    assert nearest_to_one(flat) == 1.0
    peak = flat.copy()
    peak[FACTORS == 0.25] = 0.3
    assert nearest_to_one(peak) == 0.25
    peak[FACTORS == 0.5] = 0.2999
    assert nearest_to_one(peak) == 0.5
    peak[FACTORS == 4] = 0.31
    assert nearest_to_one(peak) == 4


def test_a_factor_that_is_better_by_chance_alone_is_not_taken() -> None:
    found = np.full((len(FACTORS), 50), 0.2)
    found[FACTORS == 8] += np.where(np.arange(50) % 2, 0.5, -0.47)  # 0.2 standard errors
    assert nearest_to_one(found) == 1.0
    found[FACTORS == 8] += 0.2
    assert nearest_to_one(found) == 8


@pytest.mark.parametrize("wrong", [1.0, 8.0, 30.0])
def test_cold_weights_that_are_far_too_large_are_brought_down(
    wrong: float, held: Validation, members, placed, counts, weights: Weights
) -> None:
    every = {**members, "placement": placed}
    right, factor = match_scales(held, every, counts, weights)
    off = msgspec.structs.replace(
        weights, cold={name: value * wrong for name, value in weights.cold.items()}
    )
    found, other = match_scales(held, every, counts, off)
    assert FACTORS[0] < factor < FACTORS[-1]
    ratio = (found.cold["placement"] or found.cold["words"]) / (
        right.cold["placement"] or right.cold["words"]
    )
    # Not always to the same: many factors are as good, and the one nearest to 1 is taken.
    assert abs(np.log2(ratio)) < max(abs(np.log2(wrong)), 0.1)
    assert other < factor if wrong > 1 else other >= factor


def test_the_matched_scale_is_as_good_as_any(
    held: Validation, members, placed, counts, weights: Weights
) -> None:
    every = {**members, "placement": placed}
    right, _ = match_scales(held, every, counts, weights)

    def reached(factor: float) -> float:
        scaled = msgspec.structs.replace(
            right, cold={name: value * factor for name, value in right.cold.items()}
        )
        blend = fold(every, counts, held.untouched, scaled, 10**6)
        return float(ndcg_of(blend, held.mixed, np.ones(len(counts), bool)).mean())

    assert reached(1.0) > 0.9 * max(reached(factor) for factor in (0.1, 0.3, 3.0, 10.0))
    assert reached(1.0) > reached(30.0)


def test_the_fewest_cold_entries_that_cost_next_to_nothing_are_kept(
    held: Validation, members, placed, counts, weights: Weights
) -> None:
    every = {**members, "placement": placed}
    kept = choose_kept(held, every, counts, weights)
    whole = fold(every, counts, held.untouched, weights, 10**6)
    best = ndcg_of(whole, held.fresh, held.cold).mean()

    def among_cold(largest: int) -> float:
        blend = fold(every, counts, held.untouched, weights, 100, largest)
        return float(ndcg_of(blend, held.fresh, held.cold).mean())

    assert kept.cold in COLD
    assert among_cold(kept.cold) >= best * (1 - LOSS) - 1e-3
    assert among_cold(1) < best * (1 - LOSS)  # or there would be nothing to choose
    assert kept.top > 0
    assert len(kept.notes) == 2
