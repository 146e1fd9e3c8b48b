"""Placement and content neighbours against loops."""

from __future__ import annotations

import numpy as np
from small_data import random_dataset

from beholder.dataset.dataset import Dataset
from beholder.models.interface import Content
from beholder.models.itemitem import neighbour_mix
from beholder.models.itemknn import ItemKNN, ItemKNNSettings
from beholder.models.placement import NEIGHBOURS, Placement, PlacementSettings, neighbours


def test_neighbours_are_the_nearest_known_items_with_shares_by_power() -> None:
    rng = np.random.default_rng(1)
    similar = rng.random((5, 60)).astype(np.float32)
    known = rng.random(60) < 0.8
    content = neighbours(similar, known, power=3.0)
    for row in range(5):
        expected = sorted(np.flatnonzero(known), key=lambda j: -similar[row, j])[:NEIGHBOURS]
        found = content.neighbours[row]
        assert set(found.tolist()) == set(map(int, expected))
        powered = similar[row, found].astype(np.float64) ** 3
        np.testing.assert_allclose(content.shares[row], powered / powered.sum(), rtol=1e-5)


def test_where_fewer_are_near_the_rest_is_unknown() -> None:
    similar = np.zeros((2, 30), np.float32)
    similar[0, [3, 7]] = [0.5, 0.25]
    content = neighbours(similar, np.ones(30, bool), power=1.0)
    assert content.neighbours.shape == (2, NEIGHBOURS)
    assert sorted(content.neighbours[0].tolist())[-2:] == [3, 7]
    assert (content.neighbours[0] == -1).sum() == NEIGHBOURS - 2
    assert content.shares[0].sum() == 1.0
    assert (content.neighbours[1] == -1).all()
    assert not content.shares[1].any()


def test_a_catalogue_smaller_than_the_neighbourhood_is_padded() -> None:
    content = neighbours(np.ones((1, 3), np.float32), np.ones(3, bool))
    assert content.neighbours.shape == content.shares.shape == (1, NEIGHBOURS)
    np.testing.assert_allclose(content.shares[0, :3], 1 / 3, rtol=1e-6)


def test_a_cold_item_scores_the_mean_of_its_neighbours_scores() -> None:
    dataset = random_dataset()
    base = ItemKNN.fit(dataset, ItemKNNSettings())
    placed = Placement.over(base, dataset, PlacementSettings(pictures=1.0, words=0.5))
    assert placed.decay == base.decay
    dense = base.rows.todense()
    v = dataset.content.pictures["sample"].vectors
    w = dataset.content.words.vectors.todense()
    counts = dataset.interactions.item_counts
    expected = np.zeros_like(dense)
    for cold in np.flatnonzero(counts == 0):
        alike = np.maximum(v[cold] @ v.T, 0) + 0.5 * np.maximum(w[cold] @ w.T, 0)
        alike[counts == 0] = 0
        shares = alike.astype(np.float64) ** 3  # 16 known items: all are among the nearest 20
        for near, share in enumerate(shares / shares.sum()):
            expected[:, cold] += share * dense[:, near]
    assert (counts == 0).sum() == 2
    assert expected.max() > 0
    np.testing.assert_allclose(placed.rows.todense(), expected, atol=1e-6)


def test_held_out_items_lend_nothing() -> None:
    dataset = random_dataset()
    fitted = np.ones(dataset.n_items, bool)
    fitted[:3] = False
    held = Dataset(dataset.log, dataset.pictures, dataset.texts, fitted=fitted)
    placed = Placement.over(ItemKNN.fit(held, ItemKNNSettings()), held, PlacementSettings())
    columns = np.flatnonzero(placed.rows.todense().any(axis=0))
    assert set(columns.tolist()) == {0, 1, 2, 16, 17}


def test_neighbour_mix_leaves_the_unknown_out() -> None:
    content = Content(
        np.array([[2, 0, -1], [-1, -1, -1]], np.int32),
        np.array([[0.25, 0.75, 0.0], [0.0, 0.0, 0.0]], np.float32),
    )
    np.testing.assert_array_equal(
        neighbour_mix(content, 4).todense(), [[0.75, 0, 0.25, 0], [0, 0, 0, 0]]
    )
