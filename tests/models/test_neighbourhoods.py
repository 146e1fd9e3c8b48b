"""Item-kNN, session counts, popularity, pictures and words, each against a slow loop."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from beholder.models.itemknn import ItemKNN, ItemKNNSettings
from beholder.models.popularity import Popularity, PopularitySettings, counts_of
from beholder.models.session import Session, SessionSettings
from beholder.models.visual_knn import VisualKNN, VisualKNNSettings
from beholder.models.words import Words, WordsSettings
from beholder.spaces import Modality
from beholder.testing.sample_histories import history_of
from small_data import DAY, per_user, random_dataset


@pytest.mark.parametrize("settings", [ItemKNNSettings(), ItemKNNSettings(2.0, 0.8)])
def test_item_knn_is_the_shrunk_cosine_of_a_slow_loop(settings: ItemKNNSettings) -> None:
    dataset = random_dataset()
    n = dataset.n_items
    users = [{item: w for item, _, w in row} for row in per_user(dataset.interactions)]
    expected = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            if i == j:
                continue
            together = sum(
                liked[i] * liked[j] / len(liked) ** settings.normalise_users
                for liked in users
                if i in liked and j in liked
            )
            lengths = [
                np.sqrt(sum(liked.get(item, 0.0) ** 2 for liked in users)) for item in (i, j)
            ]
            expected[i, j] = together / (lengths[0] * lengths[1] + settings.shrink)
    np.testing.assert_allclose(ItemKNN.fit(dataset, settings).rows.todense(), expected, atol=1e-6)
    assert expected.max() > 0.01


@pytest.mark.parametrize(
    "settings",
    [SessionSettings(), SessionSettings(window=3, half_life_days=2.0, step=0.7, backward=0.25)],
)
def test_session_counts_are_those_of_a_slow_loop(settings: SessionSettings) -> None:
    dataset = random_dataset(1)
    n = dataset.n_items
    counts = np.zeros((n, n))
    for events in per_user(dataset.interactions):
        for a, (early, time, weight) in enumerate(events):
            for b in range(a + 1, min(a + settings.window, len(events) - 1) + 1):
                late, later, other = events[b]
                near = settings.step ** (b - a - 1)
                near *= 0.5 ** ((later - time) / DAY / settings.half_life_days)
                back = 1.0 if later == time else settings.backward
                counts[early, late] += near * weight * other
                counts[late, early] += near * weight * other * back
    np.fill_diagonal(counts, 0)
    r, c = counts.sum(axis=1), counts.sum(axis=0)
    expected = counts / np.sqrt(np.outer(r + settings.shrink, c + settings.shrink))
    np.testing.assert_allclose(Session.fit(dataset, settings).rows.todense(), expected, atol=1e-5)
    assert expected.max() > 0.01


def test_popularity_halves_every_half_life() -> None:
    dataset = random_dataset()
    counts = np.zeros(dataset.n_items)
    newest = int(dataset.interactions.times.max())
    for events in per_user(dataset.interactions):
        for item, time, weight in events:
            counts[item] += weight * 0.5 ** ((newest - time) / DAY / 3.0)
    settings = PopularitySettings(half_life_days=3.0)
    np.testing.assert_allclose(counts_of(dataset, settings), counts / counts.max(), atol=1e-6)
    scorer = Popularity.fit(dataset, settings)
    told = scorer.scores(scorer.ask(history_of([3, 8, 1])))[0]
    np.testing.assert_allclose(told, counts / counts.max(), atol=1e-6)


@pytest.mark.parametrize("power", [1.0, 3.0])
def test_visual_knn_is_the_powered_cosine_of_whitened_pictures(power: float) -> None:
    dataset = random_dataset()
    vectors = dataset.content.spaces["sample"].vectors.astype(np.float64)
    expected = np.maximum(vectors @ vectors.T, 0) ** power
    np.fill_diagonal(expected, 0)
    found = VisualKNN.fit(dataset, VisualKNNSettings(power=power)).rows.todense()
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert not found[4].any()  # it has no picture


@pytest.mark.parametrize("first", ["sample", "other"])
def test_without_a_name_all_encoders_count_the_same_in_any_order(first: str) -> None:
    dataset = random_dataset()
    vectors = np.random.default_rng(9).normal(size=(dataset.n_items, 5)).astype(np.float32)
    few = np.arange(dataset.n_items) < 7
    both = {**dataset.pictures, "other": Modality.of_rows(vectors, few)}
    dataset = replace(dataset, pictures={first: both[first], **both})
    expected = np.zeros((dataset.n_items, dataset.n_items))
    for name in both:
        own = dataset.content.spaces[name].vectors.astype(np.float64)
        expected += np.maximum(own @ own.T, 0) ** 2 / 2
    np.fill_diagonal(expected, 0)
    found = VisualKNN.fit(dataset, VisualKNNSettings(power=2.0))
    np.testing.assert_allclose(found.rows.todense(), expected, atol=1e-6)
    told = {(kernel.modality, kernel.power, kernel.weight) for kernel in found.entry.kernels}
    assert told == {("sample", 2.0, 0.5), ("other", 2.0, 0.5)}  # new columns are made alike


def test_words_are_the_powered_cosine_of_texts() -> None:
    dataset = random_dataset()
    vectors = dataset.content.spaces["words"].vectors.todense().astype(np.float64)
    expected = (vectors @ vectors.T) ** 2
    np.fill_diagonal(expected, 0)
    found = Words.fit(dataset, WordsSettings(power=2.0)).rows.todense()
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_a_score_is_the_sum_over_the_history_with_recency() -> None:
    model = ItemKNN.fit(random_dataset(), ItemKNNSettings(decay=0.5))
    history = history_of([3, 8, 1], [1000, 2000, 2000])
    dense = model.rows.todense()
    w = history.weights
    expected = 0.5 * w[0] * dense[3] + w[1] * dense[8] + w[2] * dense[1]
    np.testing.assert_allclose(model.scores(model.ask(history))[0], expected, atol=1e-6)
