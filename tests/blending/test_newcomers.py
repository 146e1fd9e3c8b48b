"""What strangers see is chosen by newcomers, none of whom votes for what he is asked."""

from __future__ import annotations

import numpy as np
import pytest

from beholder.blending.newcomers import (
    AMONG,
    PARTS,
    USUAL,
    best_half_life,
    choose_first_look,
    newcomers,
)
from beholder.bundle.choice import FirstLook
from beholder.dataset.dataset import Dataset
from beholder.engine.engine import Engine
from beholder.engine.variety import varied
from beholder.evaluation.ask import plain_items
from beholder.models.popularity import DAY, PopularitySettings, counts_of
from beholder.spaces import Modality
from beholder.testing.sample_log import log_of_arrays
from beholder.training.assemble import parts_of
from beholder.training.auto import Budget, fit_auto
from planted import dataset_of, make_world, nothing

MONTH = PopularitySettings(30.0)


def dataset_of_rows(rows: list[tuple[int, int, int]], n_items: int, looks: int = 4) -> Dataset:
    """Return a dataset of likes (user, item, day) with drawn pictures."""
    users, items, days = (np.array(column) for column in zip(*rows, strict=True))
    log = log_of_arrays(
        users.astype(np.int32),
        items.astype(np.int32),
        days.astype(np.int64) * DAY,
        np.ones(len(rows), np.float32),
        int(users.max()) + 1,
        n_items,
        seed=1,
    )
    vectors = np.random.default_rng(1).normal(size=(n_items, looks)).astype(np.float32)
    whole = Modality.of_rows(vectors, np.ones(n_items, bool))
    return Dataset(log, {"sample": whole}, [""] * n_items)


def test_newcomers_are_those_who_came_last_with_their_first_five_likes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("beholder.blending.newcomers.MOST", 2)
    rows = [(0, 0, 9), (1, 1, 3), (1, 2, 50), (3, 0, 5), *((3, i, i + 5) for i in range(1, 8))]
    found = newcomers(dataset_of_rows(rows, 8), seed=1)
    assert found.users.tolist() == [0, 3]  # they came on day 9 and day 5; 1 on day 3, 2 never
    assert found.targets.tolist() == [0, 0, 1, 2, 3, 4]
    assert found.indptr.tolist() == [0, 1, 6]


def test_nobody_counts_in_the_popularity_that_he_is_asked_with() -> None:
    dataset = dataset_of(make_world(n_users=60))
    found = newcomers(dataset, seed=1)
    for part, counts in enumerate(found.popularity(7.0)):
        own = np.isin(dataset.log.users, found.users[found.parts == part])
        others = dataset.with_log(dataset.log.keep(~own))
        whole = counts_of(others, PopularitySettings(7.0))
        np.testing.assert_allclose(counts, whole, rtol=1e-6)
    assert sorted(np.bincount(found.parts)) == [12] * PARTS


def test_ndcg_of_newcomers_by_hand() -> None:
    rows = [(0, 0, 1), (0, 1, 2), (1, 2, 3)]
    found = newcomers(dataset_of_rows(rows, 3), seed=1)
    order = np.array([2, 0, 1], np.int32)
    expected = [(1 / np.log2(3) + 1 / 2) / (1 + 1 / np.log2(3)), 1.0]
    np.testing.assert_allclose(found.ndcg([order] * PARTS), expected)


def lasting(n: int = 120) -> Dataset:
    """Return newcomers who like what was liked long ago, between people with a passing whim."""
    rng = np.random.default_rng(2)
    rows = []
    for user in range(n):
        rows += [(user, int(i), 10 * user) for i in rng.choice(8, 3, replace=False)]
        rows += [(user, 20 + user % 60, 10 * user + 5)]
    return dataset_of_rows(rows, 80)


def test_popularity_ages_as_suits_newcomers_where_that_is_certain() -> None:
    dataset = lasting()
    day = PopularitySettings(1.0)
    chosen, notes = choose_first_look(dataset, dataset.content, day, seed=1)
    assert chosen.half_life_days in (365.0, 3650.0)
    assert f"half after {chosen.half_life_days:g} days" in notes[0]
    assert best_half_life(dataset, day, seed=1) == PopularitySettings(chosen.half_life_days)
    assert best_half_life(dataset, PopularitySettings(365.0), 1).half_life_days > 30
    again, notes = choose_first_look(dataset, dataset.content, PopularitySettings(3650.0), seed=1)
    assert again.half_life_days is None
    assert "as for others" in notes[0]


def test_the_head_is_varied_as_far_as_that_costs_nothing() -> None:
    """Eight items hold all first likes: among more of them, others would take their places."""
    dataset = lasting()
    asked = newcomers(dataset, seed=1)
    chosen, notes = choose_first_look(dataset, dataset.content, PopularitySettings(3650.0), 1)
    shown = np.ones(80, bool)

    def reached(among: int) -> np.ndarray:
        popular = asked.popularity(3650.0)
        return asked.ndcg(
            [varied(own, shown, dataset.content, asked.ties, among) for own in popular]
        )

    values = {among: reached(among) for among in AMONG}
    best = max(values.values(), key=lambda own: own.mean())
    for among, own in values.items():
        behind = best - own
        error = behind.std() / np.sqrt(len(asked))
        if among > chosen.among:
            assert behind.mean() > max(0.005 * best.mean(), error)
    assert values[chosen.among].mean() < values[240].mean() * 10
    assert f"{chosen.among}: {values[chosen.among].mean():.4f}" in notes[1]


def test_with_hardly_anybody_the_usual_first_look_is_taken_and_said_so() -> None:
    few = dataset_of(make_world(n_users=49))
    chosen, notes = choose_first_look(few, few.content, MONTH, seed=1)
    assert chosen == USUAL == FirstLook(None, 240)
    assert "49 of 50 newcomers that are needed" in notes[0]
    assert best_half_life(few, MONTH, seed=1) == MONTH
    empty = nothing(3)
    assert choose_first_look(empty, empty.content, MONTH, seed=1)[0] == USUAL


@pytest.mark.parametrize("n_items", [3, 30])
def test_a_small_catalogue_is_chosen_for_as_well(n_items: int) -> None:
    rows = [(user, (user * 7 + k) % n_items, user + k) for user in range(80) for k in range(2)]
    dataset = dataset_of_rows(rows, n_items)
    chosen, notes = choose_first_look(dataset, dataset.content, MONTH, seed=1)
    assert chosen.among in AMONG
    assert len(notes) == 2


def test_a_stranger_is_served_the_first_look_that_was_chosen() -> None:
    dataset = lasting()
    fitted = fit_auto(dataset, Budget(30, seed=1), only=["itemknn"])
    assert any(note.startswith("strangers see") for note in fitted.notes)
    parts = parts_of(fitted, dataset, plain_items(80), 0)
    first_look = parts.choice.first_look
    assert first_look == fitted.first_look
    half_life = first_look.half_life_days
    counts = fitted.popularity
    if half_life is not None:
        np.testing.assert_array_equal(counts, counts_of(dataset, PopularitySettings(half_life)))
    expected = varied(counts, np.ones(80, bool), parts.content, parts.blend.ties, first_look.among)
    engine = Engine(parts)
    assert engine.recommend(k=80).ids == [str(i) for i in expected]
    assert first_look != USUAL
