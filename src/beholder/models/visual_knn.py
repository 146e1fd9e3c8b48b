"""Visual kNN: items that look like what was liked, by whitened picture vectors."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec
import numpy as np
import scipy.sparse as sp

from beholder.dataset.dataset import Dataset
from beholder.models.contract import BOTH, ONCE, Card, FitOptions
from beholder.scorers.entry import Entry, Kernel
from beholder.scorers.item_item import KEPT, ItemItem
from beholder.scorers.recency import Recency
from beholder.spaces import OneModality, similar_rows


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
        name = settings.modality or next(iter(dataset.pictures), "")
        return by_content(dataset, name, settings, options)


def by_content(dataset: Dataset, modality: str, settings: Any, options: FitOptions) -> ItemItem:
    """Return powered cosines of one modality, the largest of each row."""
    space = dataset.content.spaces.get(modality)
    if space is None:
        return ItemItem(sp.csr_array((dataset.n_items, dataset.n_items), dtype=np.float32))
    alone = OneModality(modality, space)
    near = similar_rows(alone, KEPT, progress=options.progress)
    near.data = np.maximum(near.data, 0) ** np.float32(settings.power)
    near.eliminate_zeros()
    entry = Entry(kernels=(Kernel(modality, settings.power),))
    return ItemItem(near, Recency(settings.decay), entry)
