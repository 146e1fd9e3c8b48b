"""Popularity with decay: what many people liked lately."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from beholder.dataset.dataset import Dataset
from beholder.dataset.interactions import Interactions
from beholder.models.contract import BEHAVIOUR, ONCE, WARM, Card, FitOptions
from beholder.scorers.blend import Blend
from beholder.scorers.interface import Floats
from beholder.scorers.item_item import ItemItem

DAY = 86_400_000


class PopularitySettings(msgspec.Struct, frozen=True):
    """Settings of `Popularity`.

    Attributes
    ----------
    half_life_days
        An event this old counts half; counted from the newest event of the data.
    """

    half_life_days: float = 30.0


class Popularity:
    """One number an item, the same for everybody, scaled so that the largest is 1."""

    Settings: ClassVar[type[msgspec.Struct]] = PopularitySettings
    card: ClassVar[Card] = Card(
        "popularity",
        "counts with exponential decay",
        BEHAVIOUR,
        WARM,
        "light",
        tuple(PopularitySettings(days) for days in (30.0, 1.0, 7.0, 365.0)),
        part="popularity",
        baseline=tuple(PopularitySettings(days) for days in (30.0, 1.0, 7.0, 365.0)),
    )

    @classmethod
    def fit(cls, dataset: Dataset, settings: Any, options: FitOptions = ONCE) -> Blend:
        """Return a blend of nothing but the counts."""
        n = dataset.n_items
        return Blend(ItemItem(sp.csr_array((n, n), dtype=np.float32)), counts_of(dataset, settings))


def counts_of(dataset: Dataset, settings: PopularitySettings) -> Floats:
    """Return the sum of decayed weights, float32 (n_items,), 0 to 1."""
    pairs = dataset.interactions
    summed = np.bincount(pairs.items, aged(pairs, settings), minlength=pairs.n_items)
    return scaled(summed.astype(np.float64))


def aged(pairs: Interactions, settings: PopularitySettings) -> NDArray[np.float64]:
    """Return what each pair counts now, float64 (n,)."""
    newest = pairs.times.max() if len(pairs) else 0
    age = (newest - pairs.times).astype(np.float64) / (settings.half_life_days * DAY)
    found: NDArray[np.float64] = pairs.weights * 2.0**-age
    return found


def scaled(counts: NDArray[np.float64]) -> Floats:
    """Return sums with the largest at 1, float32 (n_items,)."""
    top = counts.max() if len(counts) else 0.0
    return (counts / top if top > 0 else counts).astype(np.float32)
