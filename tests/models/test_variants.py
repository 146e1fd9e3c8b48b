"""Variants of one product, against a slow loop."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from beholder.models.variants import Variants, VariantsSettings, offered
from beholder.scorers import item_item
from small_data import random_dataset


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0])
def test_variants_offer_each_other_by_their_popularity(power: float) -> None:
    dataset = random_dataset()
    groups = np.array([0, 1, -1, 0, 2, 1, -1, 1, 3] + [4] * 9, np.int32)
    dataset = replace(dataset, groups=groups)
    counts = dataset.interactions.item_counts
    expected = np.zeros((18, 18))
    for i in range(18):
        for j in range(18):
            if i != j and groups[i] == groups[j] >= 0:
                expected[i, j] = (1 + counts[j]) ** power
    found = Variants.fit(dataset, VariantsSettings(power=power)).rows.todense()
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_a_variant_that_nobody_touched_is_offered_too() -> None:
    dataset = random_dataset()
    untouched = int(np.flatnonzero(dataset.interactions.item_counts == 0)[0])
    groups = np.full(18, -1, np.int32)
    groups[[2, untouched]] = 0
    rows = Variants.fit(replace(dataset, groups=groups), VariantsSettings()).rows
    assert rows[2, untouched] == 1.0


def test_data_without_products_has_no_variants() -> None:
    assert Variants.fit(random_dataset(), VariantsSettings()).rows.nnz == 0


def test_of_a_very_large_product_the_most_popular_variants_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for bound in ("KEPT", "FEWEST"):
        monkeypatch.setattr(item_item, bound, 3)
    dataset = replace(random_dataset(), groups=np.zeros(18, np.int32))
    counts = dataset.interactions.item_counts
    found = offered(dataset, VariantsSettings())
    assert np.diff(found.indptr).max() <= 4
    assert counts[found.indices].min() >= np.sort(counts)[-4]
