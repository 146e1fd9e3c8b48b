"""LightGCN: vectors of people and items that take those of their neighbours in.

    score(j) = sum over the history of w_h a_h . e_j
    e = mean of e(0) ... e(K),   a = sum of e(0) ... e(K-1) over (K + 1) sqrt(d)

He et al., SIGIR 2020. What a person is after k layers is a sum over what the liked items were a
layer before, so that a history needs no vector of its person: scores are sums over it, and fold
into rows from items to items.
"""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from beholder.dataset.dataset import Dataset
from beholder.models.by_epochs import EXTRA, check_installed, learn, pairs_of, touched
from beholder.models.contract import BEHAVIOUR, ONCE, WARM, Card, FitOptions
from beholder.models.low_rank import low_rank
from beholder.scorers.item_item import ItemItem
from beholder.scorers.recency import Recency


class LightGCNSettings(msgspec.Struct, frozen=True):
    """Settings of `LightGCN`.

    Attributes
    ----------
    size
        Length of the vectors.
    layers
        How far neighbours are taken in.
    penalty
        Of long vectors, before neighbours are taken in.
    epochs
        Times that all pairs are read, at most.
    rate
        Of each step.
    decay
        Recency of the history.
    """

    size: int = 64
    layers: int = 3
    penalty: float = 1e-3
    epochs: int = 60
    rate: float = 1e-2
    decay: float = 0.9


class LightGCN:
    """Means over layers of a graph between people and items, learned by comparisons."""

    Settings: ClassVar[type[msgspec.Struct]] = LightGCNSettings
    card: ClassVar[Card] = Card(
        "lightgcn",
        "He et al., SIGIR 2020",
        BEHAVIOUR,
        WARM,
        "gradient",
        (LightGCNSettings(),),
        needs=EXTRA,
    )

    @classmethod
    def fit(cls, dataset: Dataset, settings: Any, options: FitOptions = ONCE) -> ItemItem:
        """Learn from pairs; at the deadline the epochs done so far count."""
        check_installed(cls.card.name)
        from beholder.networks.graph import STEPS, Graph
        from beholder.networks.pairs import PairTask, divided

        pairs = pairs_of(dataset)
        parts = divided(pairs, options.seed)
        module = Graph(parts.learned, settings.size, settings.layers, options.seed)
        if len(pairs.users):
            name = "learning LightGCN"
            task = PairTask(name, module, parts, settings.penalty, options.seed, STEPS)
            learn(task, settings.epochs, settings.rate, options)
        told, asked = module.learned(pairs)
        return ItemItem(low_rank(told, asked, touched(dataset)), Recency(settings.decay))
