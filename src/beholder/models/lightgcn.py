"""LightGCN: vectors of people and items that take those of their neighbours in.

    score(j) = sum over the history of w_h a_h . e_j
    e = mean of e(0) ... e(K),   a = sum of e(0) ... e(K-1) over (K + 1) sqrt(d)

He et al., SIGIR 2020. What a person is after k layers is a sum over what the liked items were a
layer before, so that a history needs no vector of its person: scores are sums over it, and fold
into rows from items to items.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import msgspec
import scipy.sparse as sp
from msgspec import Meta

from beholder.dataset.dataset import Dataset
from beholder.models.by_epochs import (
    EXTRA,
    EpochSettings,
    Number,
    Weight,
    check_installed,
    learn_pairs,
    pairs_of,
    touched,
)
from beholder.models.contract import BEHAVIOUR, ONCE, WARM, Card, FitOptions
from beholder.models.low_rank import low_rank
from beholder.models.room import of_graph
from beholder.scorers.item_item import ItemItem
from beholder.scorers.recency import Recency


class LightGCNSettings(EpochSettings, frozen=True):
    """Settings of `LightGCN`, beside those of `EpochSettings`.

    Attributes
    ----------
    size
        Length of the vectors.
    layers
        How far neighbours are taken in.
    penalty
        Of long vectors, before neighbours are taken in.
    """

    size: Number = 64
    layers: Annotated[int, Meta(ge=0)] = 3
    penalty: Weight = 1e-3


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
        memory=of_graph,
    )

    @classmethod
    def fit(cls, dataset: Dataset, settings: Any, options: FitOptions = ONCE) -> ItemItem:
        """Learn from pairs; at the deadline the epochs done so far count."""
        check_installed(cls.card.name)
        rows = learned_graph("LightGCN", dataset, settings, options)
        return ItemItem(rows, Recency(settings.decay))


def learned_graph(
    name: str,
    dataset: Dataset,
    settings: Any,
    options: FitOptions,
    between: sp.csr_array | None = None,
) -> sp.csr_array:
    """Return what items say of each other, float32 sparse (n_items, n_items).

    Parameters
    ----------
    between
        A graph between items that is not learned; None: none.
    """
    from beholder.networks.graph import STEPS, Graph
    from beholder.networks.pairs import divided

    pairs = pairs_of(dataset)
    parts = divided(pairs, options.seed)
    module = Graph(parts.learned, settings.size, settings.layers, options.seed, between)
    edges = () if between is None else (between.indptr, between.indices, between.data)
    learn_pairs(name, pairs, parts, module, settings, options, steps=STEPS, seen=edges)
    return low_rank(*module.learned(pairs), touched(dataset))
