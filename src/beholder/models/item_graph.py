"""Item graph: LightGCN, with what looks and reads alike as a graph between items beside it.

    score(j) = sum over the history of w_h a_h . (e_j + sum over the nearest k of s_jk e_k(0))

After Zhou and Shen, ACM MM 2023 (FREEDOM). The graph holds the nearest of each item by content, and
is not learned. A new item is placed among those that it looks and reads like.
"""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec
import numpy as np
import scipy.sparse as sp

from beholder.dataset.dataset import Dataset
from beholder.models.by_epochs import (
    EXTRA,
    check_installed,
    contents,
    learn,
    pairs_of,
    touched,
)
from beholder.models.contract import BEHAVIOUR, BOTH, ONCE, Card, FitOptions
from beholder.models.low_rank import low_rank
from beholder.models.placement import PLACED_OVER
from beholder.scorers import rows
from beholder.scorers.entry import Entry, Placed
from beholder.scorers.interface import Floats, Mask
from beholder.scorers.item_item import ItemItem
from beholder.scorers.recency import Recency


class ItemGraphSettings(msgspec.Struct, frozen=True):
    """Settings of `ItemGraph`.

    Attributes
    ----------
    size
        Length of the vectors.
    layers
        How far neighbours are taken in between people and items.
    nearest
        Neighbours of each item in the graph between items.
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
    layers: int = 2
    nearest: int = 10
    penalty: float = 1e-3
    epochs: int = 60
    rate: float = 1e-2
    decay: float = 0.9


class ItemGraph:
    """LightGCN over who liked what, and over what looks and reads alike."""

    Settings: ClassVar[type[msgspec.Struct]] = ItemGraphSettings
    card: ClassVar[Card] = Card(
        "item-graph",
        "Zhou and Shen, ACM MM 2023",
        BEHAVIOUR | {"pictures"},
        BOTH,
        "gradient",
        (ItemGraphSettings(),),
        needs=EXTRA,
        doubted=True,
        also=frozenset({"words"}),
    )

    @classmethod
    def fit(cls, dataset: Dataset, settings: Any, options: FitOptions = ONCE) -> ItemItem:
        """Learn from pairs; at the deadline the epochs done so far count."""
        check_installed(cls.card.name)
        from beholder.networks.graph import STEPS, Graph
        from beholder.networks.pairs import PairTask, divided

        pairs, there = pairs_of(dataset), touched(dataset)
        parts = divided(pairs, options.seed)
        between = alike(contents(dataset, options.seed)[1], there, settings.nearest)
        module = Graph(parts.learned, settings.size, settings.layers, options.seed, between)
        if len(pairs.users):
            name = "learning an item graph"
            task = PairTask(name, module, parts, settings.penalty, options.seed, STEPS)
            learn(task, settings.epochs, settings.rate, options)
        found = low_rank(*module.learned(pairs), there)
        entry = Entry(placed=(Placed(rows.cut(found, PLACED_OVER)),))
        return ItemItem(found, Recency(settings.decay), entry)


def alike(x: Floats, there: Mask, nearest: int) -> sp.csr_array:
    """Return the graph of the nearest items by content, float32 sparse (n, n).

    Edges weigh the same, over the root of how many leave the one end and come to the other: so
    what is near to many counts less. (Zhou and Shen, equation 4, count those that leave alone.)
    """
    n, known = len(x), np.flatnonzero(there)
    blocks, step = [sp.csr_array((0, n), dtype=np.float32)], rows.block_height(n)
    for start in range(0, n, step):
        span = np.arange(start, min(start + step, n))
        near = np.zeros((len(span), n), np.float32)
        near[:, known] = x[span] @ x[known].T
        near[~there[span]] = 0
        near[np.arange(len(span)), span] = 0
        blocks.append(rows.most(near, nearest))
    graph = sp.csr_array(rows.stacked(blocks))
    graph.data[:] = 1
    sides = (np.maximum(graph.sum(axis=axis), 1) ** -0.5 for axis in (1, 0))
    left, right = (sp.diags_array(side.astype(np.float32)) for side in sides)
    return sp.csr_array(left @ graph @ right, dtype=np.float32)
