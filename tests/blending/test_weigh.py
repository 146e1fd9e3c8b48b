"""What members count: recency of two levels, and vectors only where their gain is certain."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp

from beholder.blending.cold import PLACING
from beholder.blending.measure import alone, ndcg
from beholder.blending.members import Member, Tuned
from beholder.blending.validation import Validation, validation
from beholder.blending.weigh import DECAYS, OLDER, weigh
from beholder.dataset.dataset import Dataset
from beholder.models.ials import IALS, IALSSettings
from beholder.models.itemknn import ItemKNN
from beholder.models.popularity import PopularitySettings
from beholder.models.session import Session
from beholder.scorers.interface import Scorer
from beholder.scorers.item_item import ItemItem
from beholder.scorers.vectors import FoldIn, Vectors
from beholder.testing.sample_log import log_of_arrays
from beholder.training.tune import COMPARED
from planted import BEGIN, DAY, dataset_of, make_world

POPULAR = PopularitySettings()


def tuned_of(name: str, model: type, scorer: Scorer, held: Validation) -> Tuned:
    settings = model.card.trials[0]
    per_case = ndcg(alone(scorer, COMPARED), held.tune, ~held.cold)
    return Tuned(Member(name, model, model.card.trials), settings, scorer, per_case)


def fitted(model: type, held: Validation) -> Tuned:
    return tuned_of(model.card.name, model, model.fit(held.train, model.card.trials[0]), held)


@pytest.fixture(scope="module")
def held() -> Validation:
    return validation(dataset_of(make_world()), seed=1)


# -- recency --------------------------------------------------------------------------------


def pairs_of_visits(seed: int = 3, n_people: int = 300) -> Dataset:
    """Each second visit follows from the one before it, and from nothing earlier.

    Items come in twins (2t, 2t + 1): who takes the first takes the second on the next day.
    """
    rng = np.random.default_rng(seed)
    users, items, times = [], [], []
    for person in range(n_people):
        for visit, twin in enumerate(rng.choice(60, 6, replace=False).tolist()):
            for half in (0, 1):
                users.append(person)
                items.append(2 * twin + half)
                times.append(BEGIN + (2 * visit + half) * DAY)
    log = log_of_arrays(
        np.array(users, np.int32),
        np.array(items, np.int32),
        np.array(times, np.int64),
        np.ones(len(users), np.float32),
        n_people,
        120,
        seed,
    )
    return Dataset(log, {}, [""] * 120)


def blurred(held: Validation) -> Tuned:
    """What says the right thing of the newest, and something of everything before it too."""
    n = held.train.n_items
    rng = np.random.default_rng(1)
    dense = 0.9 * rng.random((n, n)).astype(np.float32)
    dense[np.arange(0, n, 2), np.arange(1, n, 2)] = 1.0
    np.fill_diagonal(dense, 0)
    return tuned_of("itemknn", ItemKNN, ItemItem(sp.csr_array(dense)), held)


def test_recency_of_two_levels_is_taken_where_the_newest_visit_decides() -> None:
    held = validation(pairs_of_visits(), seed=1)
    one = blurred(held)
    chosen = weigh(held, {"itemknn": one}, POPULAR, seed=1)
    assert (chosen.weights.decay, chosen.weights.older) == (min(DECAYS), min(OLDER))
    recency = chosen.weights.recency
    without = ndcg(alone(one.scorer, recency._replace(older=1.0)), held.tune, ~held.cold)
    found = ndcg(alone(one.scorer, recency), held.tune, ~held.cold)
    assert found.mean() > 1.1 * without.mean()


def test_recency_of_one_level_stays_where_order_means_nothing() -> None:
    """Tastes of the planted world do not change from visit to visit."""
    held = validation(dataset_of(make_world(n_users=480)), seed=1)
    chosen = weigh(held, {"itemknn": fitted(ItemKNN, held)}, POPULAR, seed=1)
    assert chosen.weights.decay >= 0.9
    assert chosen.weights.older == 1.0


# -- vectors --------------------------------------------------------------------------------


def oracle(held: Validation) -> Tuned:
    """Vectors that know which taste an item has, and so more than one model of behaviour."""
    taste = np.arange(held.train.n_items) % 8
    items = np.eye(8, dtype=np.float32)[taste] + 0.01
    counts = held.train.interactions.item_counts
    items *= (0.5 + counts / max(counts.max(), 1))[:, None].astype(np.float32)
    return tuned_of("ials", IALS, Vectors(items, FoldIn(0.1, 0.003), n_fitted=len(items)), held)


def some_rows(n: int) -> ItemItem:
    """Rows that say nothing."""
    return ItemItem(sp.csr_array(np.random.default_rng(6).random((n, n)).astype(np.float32)))


def noise(held: Validation) -> Tuned:
    items = np.random.default_rng(5).normal(size=(held.train.n_items, 8)).astype(np.float32)
    return tuned_of("ials", IALS, Vectors(items, FoldIn(0.1, 0.003), n_fitted=len(items)), held)


def test_vectors_with_a_certain_gain_are_taken_with_figures(held: Validation) -> None:
    weak = tuned_of("session", Session, some_rows(held.train.n_items), held)
    chosen = weigh(held, {"session": weak, "ials": oracle(held)}, POPULAR, seed=1)
    assert chosen.weights.warm["ials"] > 0
    (said,) = [note for note in chosen.notes if note.startswith("ials: ")]
    assert "with," in said
    assert "without" in said


def test_vectors_without_a_certain_gain_are_left_out_everywhere_and_named(
    held: Validation,
) -> None:
    """They would make every answer slower: for warm items, and for cold ones just as well."""
    base = fitted(ItemKNN, held)
    for quick in (False, True):
        chosen = weigh(held, {"itemknn": base, "ials": noise(held)}, POPULAR, 1, quick=quick)
        assert chosen.weights.warm.get("ials", 0.0) == 0
        assert chosen.weights.cold.get("ials", 0.0) == 0
        assert any(note.startswith("ials is left out") for note in chosen.notes)
        assert chosen.weights.warm["itemknn"] > 0
        (record,) = [one for one in chosen.members if one.member == "ials"]
        assert (record.warm, record.cold) == (0, 0)  # the table shows that it was tried


def test_a_gain_by_chance_is_no_reason_for_vectors() -> None:
    """iALS beside item-kNN: better on average here, and not by 1.645 standard errors."""
    held = validation(dataset_of(make_world(n_users=60)), seed=2)
    rng = np.random.default_rng(8)
    base = fitted(ItemKNN, held)
    known = np.asarray(base.scorer.rows.todense())
    left, sizes, right = np.linalg.svd(known + known.T)
    items = (left[:, :12] * np.sqrt(sizes[:12])).astype(np.float32)
    items += rng.normal(0, 0.02, items.shape).astype(np.float32)
    vectors = Vectors(items, FoldIn(0.1, 0.003), n_fitted=len(items))
    near = tuned_of("ials", IALS, vectors, held)
    chosen = weigh(held, {"itemknn": base, "ials": near}, POPULAR, seed=1)
    assert right.shape == known.shape
    assert chosen.weights.warm.get("ials", 0.0) == 0
    assert any(note.startswith("ials is left out") for note in chosen.notes)


def test_with_too_few_people_vectors_are_left_out_too() -> None:
    held = validation(dataset_of(make_world(n_users=12)), seed=1)
    tuned = {"itemknn": fitted(ItemKNN, held), "ials": fitted(IALS, held)}
    chosen = weigh(held, tuned, POPULAR, seed=1)
    assert any("too few people" in note for note in chosen.notes)
    assert "ials is left out: its gain is not certain" in chosen.notes
    assert chosen.weights.warm == {"itemknn": 1.0}
    assert "ials" not in chosen.weights.cold
    assert chosen.weights.top > 2  # entries are of size 1; good scores are sums of several
    alone_here = weigh(held, {"ials": tuned["ials"]}, POPULAR, seed=1)
    assert alone_here.weights.warm == {"ials": 1.0}


def test_vectors_alone_are_weighed_against_popularity(held: Validation) -> None:
    settings = IALSSettings(factors=16)
    scorer = IALS.fit(held.train, settings)
    one = replace(tuned_of("ials", IALS, scorer, held), settings=settings)
    chosen = weigh(held, {"ials": one}, POPULAR, seed=1)
    assert chosen.weights.warm["ials"] > 0
    assert chosen.weights.cold == {"ials": pytest.approx(chosen.weights.cold["ials"])}
    assert chosen.weights.cold["ials"] > 0  # new items enter it by their neighbours
    assert chosen.base == ""
    assert not any("left out" in note for note in chosen.notes)


# -- one member against the blend -----------------------------------------------------------


@pytest.mark.parametrize(("seed", "ahead"), [(2, True), (7, False)])
def test_a_lead_of_one_member_that_is_not_certain_is_told(seed: int, ahead: bool) -> None:
    held = validation(dataset_of(make_world(n_users=60)), seed=seed)
    tuned = {"itemknn": fitted(ItemKNN, held), "session": fitted(Session, held)}
    notes = weigh(held, tuned, POPULAR, seed=1).notes
    (said,) = [note for note in notes if note.startswith("all members together ")]
    blend, own = map(float, re.findall(r"\d\.\d{4}", said))
    assert (own > blend) == ahead
    told = f": itemknn leads by no more than chance allows ({len(held.tune)} cases, by the recency"
    assert (told in said) == ahead


# -- cold items without cases ---------------------------------------------------------------


def test_what_is_placed_has_the_scale_of_what_it_is_placed_over() -> None:
    """Where too few items are described to hold some out, nothing tells that scale."""
    held = validation(dataset_of(make_world(n_items=32, events=8)), seed=1)
    assert not held.cold.any()
    chosen = weigh(held, {"itemknn": fitted(ItemKNN, held)}, POPULAR, seed=1)
    assert chosen.weights.scale[PLACING] == chosen.weights.scale["itemknn"]
    assert chosen.weights.cold[PLACING] > 0


def test_the_seed_draws_the_weights(held: Validation) -> None:
    tuned = {"itemknn": fitted(ItemKNN, held), "session": fitted(Session, held)}
    found = [weigh(held, tuned, POPULAR, seed=seed).weights.warm for seed in (1, 1, 2)]
    assert found[0] == found[1]
    assert found[0] != found[2]
