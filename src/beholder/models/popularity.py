"""Popularity with decay: what many people liked lately."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from beholder import tensors
from beholder.behaviour.history import History
from beholder.dataset.dataset import Dataset
from beholder.index.best import best, tie_order
from beholder.models.interface import (
    Candidates,
    Content,
    Context,
    Floats,
    Positions,
    Query,
    Reasons,
)
from beholder.models.positions import checked
from beholder.progress import SILENT, Progress

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

    name = "popularity"
    Settings = PopularitySettings

    def __init__(self, counts: Floats) -> None:
        self.counts = counts
        self.n_items = len(counts)

    @classmethod
    def fit(
        cls,
        dataset: Dataset,
        settings: Any,
        seed: int = 0,
        progress: Progress = SILENT,
        deadline: float | None = None,
    ) -> Popularity:
        """Sum the decayed weights."""
        pairs = dataset.interactions
        newest = pairs.times.max() if len(pairs) else 0
        age = (newest - pairs.times).astype(np.float64) / (settings.half_life_days * DAY)
        counts = np.bincount(pairs.items, pairs.weights * 2.0**-age, minlength=pairs.n_items)
        top = counts.max() if len(counts) else 0.0
        return cls((counts / top if top > 0 else counts).astype(np.float32))

    def query(self, history: History, context: Context) -> Query:
        """Keep the items, only to leave them out."""
        known = history.within(self.n_items)
        return Query(known.items, known.weights)

    def retrieve(self, query: Query, k: int, allowed: NDArray[np.bool_] | None) -> Candidates:
        """Return the most popular among the allowed."""
        masked = np.where(self.counts > 0, self.counts, -np.inf)
        masked[query.items] = -np.inf
        if allowed is not None:
            masked[~allowed] = -np.inf
        positions = best(masked, k, tie_order(self.n_items))
        return Candidates(positions, self.counts[positions])

    def score(self, query: Query, positions: Positions) -> Floats:
        """Score candidates, whoever asks."""
        return self.counts[checked(positions, self.n_items)]

    def reasons(self, query: Query, position: int) -> Reasons:
        """Nothing of it comes from the history."""
        base = float(self.score(query, np.array([position]))[0])
        return Reasons(base, np.zeros(len(query.items), np.float32), True)

    def place(self, content: Content) -> Popularity:
        """Add items that nobody has touched: popularity 0."""
        return Popularity(np.pad(self.counts, (0, len(content.neighbours))))

    def save(self, folder: Path) -> None:
        """Write `counts.safetensors`."""
        tensors.save(folder / "counts.safetensors", {"counts": self.counts})

    @classmethod
    def load(cls, folder: Path) -> Popularity:
        """Open what `save` wrote."""
        return cls(tensors.load(folder / "counts.safetensors")[0]["counts"])
