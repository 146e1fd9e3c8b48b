"""Words: items whose titles, descriptions and attributes read alike, by tf-idf."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import scipy.sparse as sp

from beholder.dataset.dataset import Dataset
from beholder.models import rows
from beholder.models.itemitem import KEPT, ItemItem
from beholder.models.visual_knn import powered


class WordsSettings(msgspec.Struct, frozen=True):
    """Settings of `Words`: cosines to a power, and the recency of the history."""

    power: float = 2.0
    decay: float = 0.9


class Words(ItemItem):
    """(w_i w_j)^power."""

    name = "words"
    Settings = WordsSettings

    @classmethod
    def learn(cls, dataset: Dataset, settings: Any) -> sp.csr_array:
        """Return powered cosines of texts; nothing where there are no texts."""
        space = dataset.content.words
        if space is None:
            return sp.csr_array((dataset.n_items, dataset.n_items), dtype=np.float32)
        blocks = []
        step = rows.block_height(dataset.n_items)
        for start in range(0, dataset.n_items, step):
            cosines = space.cosines(slice(start, start + step))
            own = np.arange(len(cosines))
            cosines[own, own + start] = 0
            blocks.append(powered(rows.cut(cosines, KEPT), settings.power))
        return sp.csr_array(sp.vstack(blocks, format="csr"))
