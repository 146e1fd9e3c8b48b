"""Cold items: the scale against warm ones, and how many of their entries are kept."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest
import scipy.sparse as sp

from beholder.blending.cold import (
    FACTORS,
    PLACING,
    Placing,
    choose_placing,
    match_scales,
    nearest_to_one,
    recency_among_new,
    usual_placing,
    weigh_cold,
)
from beholder.blending.kept import COLD, LOSS, choose_kept
from beholder.blending.measure import alone, ndcg
from beholder.blending.validation import Validation, validation
from beholder.dataset.dataset import Dataset
from beholder.dataset.new_items import new_items
from beholder.dataset.splits import Cases
from beholder.models.popularity import PopularitySettings, counts_of
from beholder.models.registry import MODELS
from beholder.scorers.fold import Weights, combined, fold
from beholder.scorers.item_item import ItemItem
from beholder.scorers.recency import Recency
from beholder.spaces import Modality
from beholder.testing.sample_dataset import without
from beholder.testing.sample_log import log_of_arrays
from planted import DAY, dataset_of, make_world


@pytest.fixture(scope="module")
def held() -> Validation:
    return validation(dataset_of(make_world()), seed=1)


@pytest.fixture(scope="module")
def members(held: Validation) -> dict[str, ItemItem]:
    names = ("itemknn", "words", "visual-knn")
    return {name: MODELS[name].fit(held.train, MODELS[name].card.trials[0]) for name in names}


@pytest.fixture(scope="module")
def counts(held: Validation) -> np.ndarray:
    return counts_of(held.train, PopularitySettings())


@pytest.fixture(scope="module")
def placing(held: Validation, members: dict[str, ItemItem]) -> Placing:
    return choose_placing(held, members["itemknn"], Recency(0.9))


@pytest.fixture(scope="module")
def every(members: dict[str, ItemItem], placing: Placing) -> dict[str, ItemItem]:
    """All members, and what is placed; all know the new items."""
    named = {**members, PLACING: placing.placed}
    return {name: one.grown(placing.new) for name, one in named.items()}


@pytest.fixture(scope="module")
def weights(held: Validation, every, counts) -> Weights:
    warm = Weights({"itemknn": 0.1}, {"itemknn": 1.0}, {}, 1e-6, 0.9)
    able = {name: one for name, one in every.items() if name != "itemknn"}
    return weigh_cold(held, able, counts, warm)


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
    wrong: float, held: Validation, every, counts, weights: Weights
) -> None:
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
    held: Validation, every, counts, weights: Weights
) -> None:
    right, _ = match_scales(held, every, counts, weights)

    def reached(factor: float) -> float:
        scaled = msgspec.structs.replace(
            right, cold={name: value * factor for name, value in right.cold.items()}
        )
        parts = combined(every, counts, held.untouched, scaled)
        return float(ndcg(parts.scores, held.mixed, np.ones(len(counts), bool)).mean())

    assert reached(1.0) > 0.9 * max(reached(factor) for factor in (0.1, 0.3, 3.0, 10.0))
    assert reached(1.0) > reached(30.0)


def test_the_fewest_cold_entries_that_cost_next_to_nothing_are_kept(
    held: Validation, every, placing: Placing, counts, weights: Weights
) -> None:
    kept = choose_kept(held, combined(every, counts, held.untouched, weights))

    def among_cold(*largest: int) -> float:
        blend = fold(every, counts, placing.new, weights, largest, placing.power)
        return float(ndcg(alone(blend), held.fresh, held.cold).mean())

    best = among_cold(10**6, 10**6)

    assert kept.cold in COLD
    assert among_cold(100, kept.cold) >= best * (1 - LOSS) - 1e-3
    assert among_cold(100, 1) < best * (1 - LOSS)  # or there would be nothing to choose
    assert kept.top > 0
    assert len(kept.notes) == 2


def test_an_item_is_placed_where_it_helps_most_and_what_is_tried_is_counted(
    held: Validation, members: dict[str, ItemItem], placing: Placing
) -> None:
    usual = usual_placing(held, members["itemknn"])
    half = held.fresh.take(np.arange(0, len(held.fresh), 2))

    def reached(one: Placing) -> float:
        return float(ndcg(alone(one.placed.grown(one.new)), half, held.cold).mean())

    assert reached(placing) >= reached(usual) > 0
    assert placing.likeness.keys() == {"colour", "words"}
    assert placing.tried == 1 + 2 * 2 + 2  # each modality two ways, and two more powers


@pytest.mark.parametrize("noisy", ["words", "colour"])
def test_a_modality_that_says_nothing_never_counts_more_than_one_that_does(noisy: str) -> None:
    rng = np.random.default_rng(1)
    texts = [" ".join(rng.choice(["so", "it", "is", "as", "on", "up"], 3)) for _ in range(240)]
    looks = rng.normal(size=(240, 24)).astype(np.float32)
    world = make_world(n_users=480)
    other = replace(world, texts=texts) if noisy == "words" else replace(world, looks=looks)
    blind = validation(dataset_of(other), seed=1)
    base = MODELS["itemknn"].fit(blind.train, MODELS["itemknn"].card.trials[0])
    found = choose_placing(blind, base, Recency(0.9)).likeness
    telling = "colour" if noisy == "words" else "words"
    assert found[telling] > 0
    assert found[noisy] <= found[telling]


def test_content_that_says_nothing_gives_new_items_no_weight(counts: np.ndarray) -> None:
    noise = np.random.default_rng(2).normal(size=(240, 24)).astype(np.float32)
    blind = validation(without(dataset_of(replace(make_world(), looks=noise)), "words"), seed=1)
    base = MODELS["itemknn"].fit(blind.train, MODELS["itemknn"].card.trials[0])
    placing = usual_placing(blind, base)
    able = {PLACING: placing.placed.grown(placing.new)}
    own = counts_of(blind.train, PopularitySettings())
    found = weigh_cold(blind, able, own, Weights({"itemknn": 0.1}, {"itemknn": 1.0}, {}))
    assert found.cold == {PLACING: 0.0}


def test_the_new_items_of_a_split_are_those_that_nobody_took(held: Validation) -> None:
    new = new_items(held.train, {"colour": 1.0, "words": 0.0})
    np.testing.assert_array_equal(new.positions, np.flatnonzero(held.untouched))
    np.testing.assert_array_equal(new.known, ~held.untouched)
    assert new.filled(held.train.n_items)


# -- how a history fades where new items are scored -----------------------------------------

EACH = 15  # known items of each of two tastes; of each one more is new
ASKED = {  # how many events of the first taste, how many of the second after them: what followed
    "lasting": [(8, 4, "first"), (11, 10, "first")],
    "turned": [(8, 4, "second"), (9, 4, "second")],
    "both": [(8, 4, "first"), (11, 10, "second")],
}


def weighs_more(decay: float, before: int, after: int) -> str:
    """Return the taste of which a history has more, an event counting `decay` times the next."""
    second = sum(decay**age for age in range(after))
    first = sum(decay**age for age in range(after, after + before))
    return "first" if first > second else "second"


def two_tastes(asked: list[tuple[int, int, str]]) -> tuple[Validation, ItemItem]:
    """Return people who went over to another taste, asked for a new item of one of the two."""
    known = np.repeat([0, 1], EACH)
    taste = np.array([*known, 0, 1])
    events = [
        (person, item)
        for person, (before, after, _) in enumerate(asked)
        for item in (*range(before), *range(EACH, EACH + after))
    ]
    users, items = (np.array(column, np.int32) for column in zip(*events, strict=True))
    times, weights = np.arange(len(users)) * DAY, np.ones(len(users), np.float32)
    log = log_of_arrays(users, items, times, weights, len(asked), len(taste), 0)
    looks = np.eye(2, 6, dtype=np.float32)[taste]
    seen = Modality.of_rows(looks, np.ones(len(taste), bool))
    cold = np.arange(len(taste)) >= 2 * EACH
    train = Dataset(log, {"sample": seen}, [""] * len(taste), fitted=~cold)
    targets = np.array([2 * EACH + (what == "second") for _, _, what in asked], np.int32)
    bounds = np.arange(len(asked) + 1)
    cases = Cases(log, np.arange(len(asked), dtype=np.int32), bounds, targets)
    same = np.pad((known[:, None] == known[None, :]).astype(np.float32), (0, 2))
    np.fill_diagonal(same, 0)
    return Validation(train, cases, cases, cases, cases, cold, cases), ItemItem(sp.csr_array(same))


@pytest.mark.parametrize(
    ("what", "expected"), [("lasting", 1.0), ("turned", 0.8), ("both", 0.9)], ids=str
)
def test_a_history_fades_among_new_items_as_foresees_what_followed(
    what: str, expected: float
) -> None:
    asked = ASKED[what]
    right = {
        decay: sum(weighs_more(decay, *history) == followed for *history, followed in asked)
        for decay in (0.8, 0.9, 0.95, 0.98, 1.0)
    }
    assert right[expected] == len(asked) > min(right.values())
    held, base = two_tastes(asked)
    placing = usual_placing(held, base)
    grown = placing.placed.grown(placing.new)
    for decay, n in right.items():
        told = ndcg(alone(grown, Recency(decay)), held.fresh, held.cold)
        assert (told == 1).sum() == n  # of two new items the right one comes first
    assert recency_among_new(held, placing) == Recency(expected)


def test_where_tastes_last_the_whole_history_places_new_items(
    held: Validation, members: dict[str, ItemItem]
) -> None:
    """In this world what people like does not change, so that each event says as much."""
    placing = usual_placing(held, members["itemknn"])
    grown = placing.placed.grown(placing.new)
    reached = {
        decay: ndcg(alone(grown, Recency(decay)), held.fresh, held.cold).mean()
        for decay in (0.1, 0.8, 0.9, 0.95, 0.98, 1.0)
    }
    assert reached[1.0] > reached[0.8] > 1.05 * reached[0.1]
    best = max(reached, key=lambda decay: reached[decay])
    assert recency_among_new(held, placing) == Recency(best)


def test_no_more_items_are_held_out_as_new_than_can_be_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dataset = dataset_of(make_world())
    assert validation(dataset, seed=1).cold.sum() > 7
    monkeypatch.setattr("beholder.blending.validation.MOST_COLD", 7)
    assert validation(dataset, seed=1).cold.sum() == 7
