"""Visual kNN: items that look like what was liked, by whitened picture vectors."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec
import numpy as np
import scipy.sparse as sp

from beholder.dataset.dataset import Dataset
from beholder.index import Index
from beholder.models.contract import BOTH, ONCE, Card, FitOptions
from beholder.scorers.entry import Entry, Kernel
from beholder.scorers.item_item import KEPT, ItemItem
from beholder.scorers.recency import Recency

STEP = 1024  # rows searched at a time


class VisualKNNSettings(msgspec.Struct, frozen=True):
    """Settings of `VisualKNN`.

    Attributes
    ----------
    modality
        Whose vectors, by the name of their encoder.
    power
        Cosines are raised to this power, so that near neighbours dominate.
    decay
        Recency of the history.
    """

    modality: str = ""
    power: float = 3.0
    decay: float = 0.9


class VisualKNN:
    """max(0, v_i v_j)^power, one member for each encoder."""

    Settings: ClassVar[type[msgspec.Struct]] = VisualKNNSettings
    card: ClassVar[Card] = Card(
        "visual-knn",
        "cosine of whitened vectors",
        frozenset({"pictures"}),
        BOTH,
        "light",
        (VisualKNNSettings(), VisualKNNSettings(power=2.0)),
        modalities=True,
    )

    @classmethod
    def fit(cls, dataset: Dataset, settings: Any, options: FitOptions = ONCE) -> ItemItem:
        """Return powered cosines of pictures; nothing where there are none of this encoder."""
        spaces = dataset.content.pictures
        name = settings.modality or next(iter(spaces), "")
        if name not in spaces:
            return ItemItem(sp.csr_array((dataset.n_items, dataset.n_items), dtype=np.float32))
        entry = Entry(kernels=(Kernel(name, settings.power),))
        near = nearest(spaces[name].index, settings.power)
        return ItemItem(near, Recency(settings.decay), entry)


def powered(near: sp.csr_array, power: float) -> sp.csr_array:
    """Raise similarities above 0 to a power: after cutting, since it keeps their order."""
    near.data = np.maximum(near.data, 0) ** np.float32(power)
    return near


def nearest(index: Index, power: float, kept: int = KEPT) -> sp.csr_array:
    """Return the `kept` largest powered cosines of each row, without the diagonal."""
    n = len(index)
    blocks = []
    for start in range(0, n, STEP):
        found = index.search(index.vectors[start : start + STEP], kept + 1)
        own = np.arange(start, start + len(found.positions))[:, None]
        near = (found.scores > 0) & (found.positions != own)
        near &= np.cumsum(near, axis=1) <= kept
        indptr = np.concatenate([[0], np.cumsum(near.sum(axis=1))])
        block = sp.csr_array(
            (found.scores[near], found.positions[near], indptr), shape=(len(own), n)
        )
        block.sort_indices()
        blocks.append(powered(block, power))
    if not blocks:
        return sp.csr_array((0, 0), dtype=np.float32)
    return sp.csr_array(sp.vstack(blocks, format="csr"))
