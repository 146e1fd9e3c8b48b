"""Rows of members number their columns in 32 bits: with 64 they were half as large again."""

from __future__ import annotations

import numpy as np
import pytest

from beholder.dataset.new_items import new_items
from beholder.models.registry import MODELS
from beholder.scorers.item_item import ItemItem
from small_data import random_dataset

NAMES = [
    n
    for n, one in MODELS.items()
    if not one.card.needs and one.card.part == "member" and n != "ials"
]


@pytest.mark.parametrize("name", NAMES)
def test_rows_are_numbered_in_32_bits_with_new_items_too(name: str) -> None:
    dataset = random_dataset(1)
    scorer = MODELS[name].fit(dataset, MODELS[name].card.trials[0])
    assert isinstance(scorer, ItemItem)
    new = new_items(dataset, dict.fromkeys(dataset.content.spaces, 1.0))
    for rows in (scorer.rows, scorer.grown(new).rows):
        assert (rows.indices.dtype, rows.indptr.dtype) == (np.int32, np.int32)
