"""Words: items whose titles, descriptions and attributes read alike, by tf-idf."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from beholder.dataset.dataset import WORDS, Dataset
from beholder.models.contract import BOTH, ONCE, Card, FitOptions
from beholder.models.visual_knn import by_content
from beholder.scorers.item_item import ItemItem


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
        return by_content(dataset, [WORDS], settings, options)
