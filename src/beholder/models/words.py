"""Words: items whose titles, descriptions and attributes read alike, by tf-idf."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec
import numpy as np
import scipy.sparse as sp

from beholder.dataset.dataset import Dataset
from beholder.models.contract import BOTH, ONCE, Card, FitOptions
from beholder.models.visual_knn import powered
from beholder.scorers import rows
from beholder.scorers.entry import Entry, Kernel
from beholder.scorers.item_item import KEPT, ItemItem
from beholder.scorers.recency import Recency


class WordsSettings(msgspec.Struct, frozen=True):
    """Settings of `Words`: cosines to a power, and the recency of the history."""

    power: float = 2.0
    decay: float = 0.9


class Words:
    """(w_i w_j)^power."""

    Settings: ClassVar[type[msgspec.Struct]] = WordsSettings
    card: ClassVar[Card] = Card(
        "words",
        "Salton and Buckley, 1988",
        frozenset({"words"}),
        BOTH,
        "light",
        (WordsSettings(), WordsSettings(power=3.0)),
    )

    @classmethod
    def fit(cls, dataset: Dataset, settings: Any, options: FitOptions = ONCE) -> ItemItem:
        """Return powered cosines of texts; nothing where there are no texts."""
        space = dataset.content.words
        if space is None:
            return ItemItem(sp.csr_array((dataset.n_items, dataset.n_items), dtype=np.float32))
        blocks = []
        step = rows.block_height(dataset.n_items)
        for start in range(0, dataset.n_items, step):
            cosines = space.cosines(slice(start, start + step))
            own = np.arange(len(cosines))
            cosines[own, own + start] = 0
            blocks.append(powered(rows.cut(cosines, KEPT), settings.power))
        near = sp.csr_array(sp.vstack(blocks, format="csr"))
        entry = Entry(kernels=(Kernel("words", settings.power),))
        return ItemItem(near, Recency(settings.decay), entry)
