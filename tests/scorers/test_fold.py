"""The folded blend against a sum over its members, written out."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from small_data import random_dataset

from beholder.models import rows
from beholder.models.blend import Blend, Weights, fold, late_history_rows, speak_for_untouched
from beholder.models.ease import Ease, EaseSettings
from beholder.models.interface import Content, Context
from beholder.models.itemitem import ItemItem
from beholder.models.itemknn import ItemKNN, ItemKNNSettings
from beholder.models.popularity import Popularity, PopularitySettings
from beholder.models.visual_knn import VisualKNN, VisualKNNSettings
from beholder.testing.model_checks import history_of

WEIGHTS = Weights(
    scale={"itemknn": 0.2, "ease": 0.5, "visual-knn": 2.0},
    warm={"itemknn": 1.0, "ease": 0.35},
    cold={"visual-knn": 0.8, "itemknn": 0.1},
    popularity=0.05,
    decay=0.7,
)


@pytest.fixture(scope="module")
def members() -> dict[str, ItemItem]:
    dataset = random_dataset()
    return {
        "itemknn": ItemKNN.fit(dataset, ItemKNNSettings()),
        "ease": Ease.fit(dataset, EaseSettings(regularization=5.0)),
        "visual-knn": VisualKNN.fit(dataset, VisualKNNSettings()),
    }


@pytest.fixture(scope="module")
def popularity() -> np.ndarray:
    return Popularity.fit(random_dataset(), PopularitySettings()).counts


def dense_sum(members: dict[str, ItemItem], cold: np.ndarray) -> np.ndarray:
    """M[h, j] = sum over members of weight(j) / scale * rows[h, j], by loops over columns."""
    n = len(cold)
    total = np.zeros((n, n))
    for name, member in members.items():
        for j in range(n):
            weights = WEIGHTS.cold if cold[j] else WEIGHTS.warm
            factor = weights.get(name, 0.0) / WEIGHTS.scale[name]
            total[:, j] += factor * member.rows.todense()[:, j]
    return total


def test_folding_is_the_weighted_sum_of_scaled_members(members, popularity) -> None:
    cold = np.zeros(18, bool)
    cold[[3, 16, 17]] = True
    blend = fold(members, popularity, cold, WEIGHTS, largest=100)
    expected = dense_sum(members, cold)
    np.testing.assert_allclose(blend.rows.todense(), expected, atol=1e-5)
    np.testing.assert_allclose(blend.base, 0.05 * popularity, rtol=1e-6)
    assert np.abs(expected[:, cold]).max() > 0
    assert blend.decay == WEIGHTS.decay


def test_a_row_keeps_its_largest_entries(members, popularity) -> None:
    cold = np.zeros(18, bool)
    whole = fold(members, popularity, cold, WEIGHTS, largest=100).rows
    cut = fold(members, popularity, cold, WEIGHTS, largest=4).rows
    np.testing.assert_array_equal(cut.todense(), rows.cut(whole, 4).todense())
    assert np.diff(cut.indptr).max() == 4


def test_cold_columns_keep_their_own_entries(members, popularity) -> None:
    cold = np.zeros(18, bool)
    cold[12:] = True
    whole = fold(members, popularity, cold, WEIGHTS, largest=100).rows
    cut = fold(members, popularity, cold, WEIGHTS, largest=4, largest_cold=2).rows
    expected = rows.cut_apart(whole, cold, 4, 2)
    np.testing.assert_array_equal(cut.todense(), expected.todense())
    kept = (cut.todense() != 0).astype(int)
    assert kept[:, ~cold].sum(axis=1).max() == 4
    assert kept[:, cold].sum(axis=1).max() == 2


def test_scores_add_the_base_and_shares_leave_it_out(members, popularity) -> None:
    blend = fold(members, popularity, np.zeros(18, bool), WEIGHTS, largest=100)
    query = blend.query(history_of([2, 5, 9]), Context())
    dense = blend.rows.todense()
    by_hand = blend.base + query.weights @ dense[[2, 5, 9]]
    np.testing.assert_allclose(blend.all_scores(query), by_hand, atol=1e-5)
    positions = np.array([7, 0, 12], np.int32)
    shares = blend.shares(blend.gather(query), positions)
    expected = (query.weights[:, None] * dense[[2, 5, 9]])[:, positions].T
    np.testing.assert_allclose(shares, expected, atol=1e-6)


def test_popularity_counts_less_for_a_light_history(members, popularity) -> None:
    weights = msgspec.structs.replace(WEIGHTS, mass=2.0)
    blend = fold(members, popularity, np.zeros(18, bool), weights, largest=100)
    dense = blend.rows.todense()
    for items, lift in (([], 1.0), ([2], 0.25), ([2, 5], 0.675), ([2, 5, 9, 1, 3], 1.0)):
        history = history_of(items)
        query = blend.query(history, Context())
        by_hand = lift * blend.base + query.weights @ dense[items]
        if items:
            assert min(1.0, query.weights.sum() / 2.0) == pytest.approx(lift)
        np.testing.assert_allclose(blend.all_scores(query), by_hand, atol=1e-5)
        np.testing.assert_allclose(blend.reasons(query, 4).base, lift * blend.base[4], rtol=1e-5)


def test_items_without_behaviour_count_as_history_like_their_neighbours(
    members, popularity
) -> None:
    cold = np.zeros(18, bool)
    cold[[16, 17]] = True
    blend = fold(members, popularity, cold, WEIGHTS, largest=100)
    content = Content(
        np.array([[4, 10], [3, -1]], np.int32), np.array([[0.3, 0.7], [1.0, 0.0]], np.float32)
    )
    dense = blend.rows.todense()
    found = speak_for_untouched(blend, content, np.array([16, 17]), 100).rows.todense()
    expected = dense.copy()
    expected[16] = 0.3 * dense[4] + 0.7 * dense[10]
    expected[17] = dense[3]
    expected[[16, 17], [16, 17]] = 0
    np.testing.assert_allclose(found, expected, atol=1e-6)
    unknown = Content(np.full((1, 2), -1, np.int32), np.zeros((1, 2), np.float32))
    assert speak_for_untouched(blend, unknown, np.array([16]), 100) is blend


def test_members_without_weight_cost_nothing(members, popularity) -> None:
    none = Weights(scale={"ease": 1.0}, warm={"ease": 0.0}, cold={}, popularity=1.0)
    blend = fold(members, popularity, np.zeros(18, bool), none, largest=100)
    assert blend.rows.nnz == 0
    np.testing.assert_array_equal(blend.base, popularity)


def test_a_late_item_in_the_history_means_the_mean_of_its_neighbours(members, popularity) -> None:
    blend = fold(members, popularity, np.zeros(18, bool), WEIGHTS, largest=100)
    content = Content(np.array([[4, 10]], np.int32), np.array([[0.3, 0.7]], np.float32))
    dense = blend.rows.todense()
    np.testing.assert_allclose(
        late_history_rows(blend, content).todense(), [0.3 * dense[4] + 0.7 * dense[10]], atol=1e-6
    )


def test_saved_it_comes_back_whole(members, popularity, tmp_path: Path) -> None:
    weights = msgspec.structs.replace(WEIGHTS, mass=3.5)
    blend = fold(members, popularity, np.zeros(18, bool), weights, largest=7)
    blend.save(tmp_path)
    opened = Blend.load(tmp_path)
    np.testing.assert_array_equal(opened.rows.todense(), blend.rows.todense())
    np.testing.assert_array_equal(opened.base, blend.base)
    assert (opened.decay, opened.mass) == (0.7, 3.5)
