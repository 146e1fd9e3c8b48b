"""Numbers: items of about the same year, price or size.

    score(i, j) = exp(-|a_i - a_j| / spread)^power,   in logarithms where ratios say more

`spread` being what two items differ by on the mean; the power makes the scale narrower. An item
without the number gets nothing from it.
"""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec
import numpy as np
import scipy.sparse as sp

from beholder.dataset.dataset import Dataset
from beholder.index.best import tie_order
from beholder.models.contract import BOTH, ONCE, Card, FitOptions
from beholder.scorers.entry import Entry, Kernel
from beholder.scorers.item_item import ItemItem, kept_of
from beholder.scorers.recency import Recency
from beholder.spaces import NumberSpace
from beholder.spaces.largest import Pairs, largest

STEP = 512  # items compared at a time


class NumbersSettings(msgspec.Struct, frozen=True):
    """Settings of `Numbers`.

    Attributes
    ----------
    modality
        Which number, as `Dataset.content.numbers` names it; empty: the first.
    power
        Nearness is raised to this power.
    decay
        Recency of the history.
    """

    modality: str = ""
    power: float = 4.0
    decay: float = 0.9


class Numbers:
    """exp(-|a_i - a_j| / spread)^power, one member for each number among the attributes."""

    Settings: ClassVar[type[msgspec.Struct]] = NumbersSettings
    card: ClassVar[Card] = Card(
        "numbers",
        "docs/how-it-works.md",
        frozenset({"numbers"}),
        BOTH,
        "light",
        (NumbersSettings(), NumbersSettings(power=8.0), NumbersSettings(power=2.0)),
        modalities=True,
        new_alone=True,
        doubted=True,
    )

    @classmethod
    def fit(cls, dataset: Dataset, settings: Any, options: FitOptions = ONCE) -> ItemItem:
        """Return how near items are; nothing where no item has such a number."""
        known, n = dataset.content.numbers, dataset.n_items
        name = settings.modality or next(iter(known), "")
        if name not in known:
            return ItemItem(sp.csr_array((n, n), dtype=np.float32), Recency(settings.decay))
        kernel = Kernel(name, settings.power)
        rows = nearest_rows(known[name])
        rows.data = kernel.of(rows.data)
        rows.eliminate_zeros()
        return ItemItem(rows, Recency(settings.decay), Entry((kernel,)), content=(kernel,))


def nearest_rows(space: NumberSpace) -> sp.csr_array:
    """Return the nearest of each item by their number, float32 sparse (n, n), itself left out."""
    n = len(space)
    most, ties = kept_of(n), tie_order(n)
    blocks = [sp.csr_array((0, n), dtype=np.float32)]
    for start in range(0, n, STEP):
        block = np.arange(start, min(start + STEP, n))
        rows, positions = space.candidates(block, most)
        others = block[rows] != positions
        rows, positions = rows[others], positions[others]
        pairs = Pairs(rows, positions, space.pairs(block[rows], positions))
        found = largest(pairs, most, ties)
        entries = (found.values, (found.rows, found.positions.astype(np.int32)))
        blocks.append(sp.csr_array(entries, shape=(len(block), n)))
    return sp.csr_array(sp.vstack(blocks, format="csr"))
