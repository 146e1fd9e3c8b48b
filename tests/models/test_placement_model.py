"""Placement over a model of behaviour, against loops."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from beholder.dataset.dataset import Dataset
from beholder.dataset.new_items import new_items
from beholder.models import placement
from beholder.models.itemknn import ItemKNN, ItemKNNSettings
from beholder.models.placement import Placement, PlacementSettings, over
from small_data import random_dataset

LIKENESS = {"sample": 1.0, "words": 0.5}


def test_a_cold_item_scores_the_mean_of_its_neighbours_scores() -> None:
    dataset = random_dataset()
    base = ItemKNN.fit(dataset, ItemKNNSettings())
    placed = over(base, power=3.0).grown(new_items(dataset, LIKENESS))
    assert placed.recency == base.recency
    dense = base.rows.todense()
    similarity = dataset.content.weighed(LIKENESS)
    counts = dataset.interactions.item_counts
    expected = np.zeros_like(dense)
    for cold in np.flatnonzero(counts == 0):
        alike = np.maximum(similarity.block(np.array([cold]))[0], 0)
        alike[counts == 0] = 0
        shares = alike.astype(np.float64) ** 3  # 16 known items: all are among the nearest 20
        for near, share in enumerate(shares / shares.sum()):
            expected[:, cold] += share * dense[:, near]
    assert (counts == 0).sum() == 2
    assert expected.max() > 0
    known = counts > 0
    np.testing.assert_allclose(placed.rows.todense()[known], expected[known], atol=1e-6)


def test_a_cold_item_speaks_of_another_as_its_neighbours_do() -> None:
    dataset = random_dataset()
    placed = over(ItemKNN.fit(dataset, ItemKNNSettings()), power=2.0)
    new = new_items(dataset, LIKENESS)
    dense = placed.grown(new).rows.todense()
    first, second = new.positions
    alike = np.maximum(new.similar(np.array([0]))[0].astype(np.float64), 0)
    shares = np.where(new.known, alike, 0) ** 2
    expected = (shares / shares.sum()) @ dense[:, second]
    assert expected > 0
    np.testing.assert_allclose(dense[first, second], expected, atol=1e-6)
    assert dense[first, first] == dense[second, second] == 0


def test_held_out_items_lend_nothing() -> None:
    dataset = random_dataset()
    fitted = np.ones(dataset.n_items, bool)
    fitted[:3] = False
    held = Dataset(dataset.log, dataset.pictures, dataset.texts, fitted=fitted)
    new = new_items(held, dict.fromkeys(held.content.spaces, 1.0))
    placed = over(ItemKNN.fit(held, ItemKNNSettings()), power=3.0).grown(new)
    columns = np.flatnonzero(placed.rows.todense().any(axis=0))
    assert set(columns.tolist()) == {0, 1, 2, 16, 17}
    assert not new.known[[0, 1, 2, 16, 17]].any()


def test_it_says_nothing_of_items_with_behaviour_and_is_over_item_knn_by_itself() -> None:
    dataset = random_dataset()
    scorer = Placement.fit(dataset, PlacementSettings(power=2.0))
    assert scorer.rows.nnz == 0
    assert scorer.entry.power == 2.0
    (placed,) = scorer.entry.placed
    expected = ItemKNN.fit(dataset, ItemKNNSettings()).rows
    np.testing.assert_array_equal(placed.rows.todense(), expected.todense())


def test_the_strongest_entries_of_each_row_are_placed_over(monkeypatch) -> None:
    monkeypatch.setattr(placement, "PLACED_OVER", 3)
    base = ItemKNN.fit(random_dataset(), ItemKNNSettings())
    (placed,) = over(base, power=3.0).entry.placed
    assert np.diff(placed.rows.indptr).max() == 3
    dense = base.rows.todense()
    for row in range(16):
        kept = sp.csr_array(placed.rows)[[row]].todense()[0]
        assert np.sort(kept[kept > 0]).tolist() == np.sort(dense[row])[-3:].tolist()
