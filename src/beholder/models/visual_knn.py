"""Visual kNN: items that look like what was liked, by whitened picture vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import msgspec
import numpy as np
import scipy.sparse as sp

from beholder.dataset.dataset import Dataset
from beholder.models.contract import BOTH, ONCE, Card, FitOptions
from beholder.scorers import rows
from beholder.scorers.entry import Entry, Kernel
from beholder.scorers.item_item import ItemItem, kept_of
from beholder.scorers.recency import Recency
from beholder.spaces import OneModality, similar_rows


class VisualKNNSettings(msgspec.Struct, frozen=True):
    """Settings of `VisualKNN`.

    Attributes
    ----------
    modality
        Whose vectors, by the name of their encoder; empty: of all encoders there are, each
        counting the same.
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
        wanted = [settings.modality] if settings.modality else list(dataset.pictures)
        return by_content(dataset, wanted, settings, options)


def by_content(
    dataset: Dataset, modalities: Sequence[str], settings: Any, options: FitOptions
) -> ItemItem:
    """Return the mean over modalities of their powered cosines, the largest of each row.

    Parameters
    ----------
    modalities
        Those that nothing could be learned of are left out.
    """
    spaces = {name: s for name, s in dataset.content.spaces.items() if name in modalities}
    total = sp.csr_array((dataset.n_items, dataset.n_items), dtype=np.float32)
    kernels: list[Kernel] = []
    largest = kept_of(dataset.n_items)
    for name, space in spaces.items():
        kernel = Kernel(name, settings.power, 1 / len(spaces))
        near = similar_rows(OneModality(name, space), largest, progress=options.progress)
        near.data = kernel.of(near.data)
        near.eliminate_zeros()
        total = near if not kernels else rows.cut(sp.csr_array(total + near), largest)
        kernels.append(kernel)
    told = tuple(kernels)
    return ItemItem(total, Recency(settings.decay), Entry(kernels=told), content=told)
