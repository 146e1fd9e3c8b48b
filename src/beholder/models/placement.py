"""Placement: an item without behaviour scores like the items that look and read like it.

Its 20 nearest known items, by powered and normalised similarity, lend it the mean of their
*scores* under a model of behaviour: content says which items it belongs to, and behaviour says
who likes those.
"""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec
import numpy as np
import scipy.sparse as sp

from beholder.dataset.dataset import Dataset
from beholder.models.contract import COLD, ONCE, Card, FitOptions
from beholder.models.itemknn import ItemKNN
from beholder.scorers import rows
from beholder.scorers.entry import Entry, Placed
from beholder.scorers.item_item import ItemItem

PLACED_OVER = 200  # entries a row of what new items are placed over


class PlacementSettings(msgspec.Struct, frozen=True):
    """Settings of `Placement`.

    Attributes
    ----------
    power
        Similarities are raised to this power before they are normalised.
    """

    power: float = 3.0


class Placement:
    """Nothing among warm items; a new one is placed among its nearest."""

    Settings: ClassVar[type[msgspec.Struct]] = PlacementSettings
    card: ClassVar[Card] = Card(
        "placement",
        "docs/how-it-works.md",
        frozenset({"behaviour"}),
        COLD,
        "light",
        (PlacementSettings(), PlacementSettings(power=2.0), PlacementSettings(power=4.0)),
        part="placing",
    )

    @classmethod
    def fit(cls, dataset: Dataset, settings: Any, options: FitOptions = ONCE) -> ItemItem:
        """Place over item-kNN; `over` takes any other base."""
        return over(ItemKNN.fit(dataset, ItemKNN.Settings()), settings.power)


def over(base: ItemItem, power: float) -> ItemItem:
    """Place new items over the rows of a fitted model."""
    n = base.n_items
    entry = Entry(placed=(Placed(rows.cut(base.rows, PLACED_OVER)),), power=power)
    return ItemItem(sp.csr_array((n, n), dtype=np.float32), base.recency, entry)
