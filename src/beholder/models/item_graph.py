"""Item graph: LightGCN, with what looks and reads alike as a graph between items beside it.

    score(j) = sum over the history of w_h a_h . (e_j + sum over the nearest k of s_jk e_k(0))

After Zhou and Shen, ACM MM 2023 (FREEDOM). The graph holds the nearest of each item by content, and
is not learned. A new item is placed among those that it looks and reads like.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import msgspec
import numpy as np
import scipy.sparse as sp
from msgspec import Meta

from beholder.dataset.dataset import Dataset
from beholder.models.by_epochs import EXTRA, Number, check_installed, contents, touched
from beholder.models.contract import BEHAVIOUR, BOTH, ONCE, Card, FitOptions
from beholder.models.lightgcn import LightGCNSettings, learned_graph
from beholder.models.placement import PLACED_OVER
from beholder.models.room import of_graph_and_content
from beholder.scorers import rows
from beholder.scorers.entry import Entry, Placed
from beholder.scorers.interface import Floats, Mask
from beholder.scorers.item_item import ItemItem
from beholder.scorers.recency import Recency


class ItemGraphSettings(LightGCNSettings, frozen=True):
    """Settings of `ItemGraph`, beside those of `LightGCN`.

    Attributes
    ----------
    nearest
        Neighbours of each item in the graph between items.
    """

    layers: Annotated[int, Meta(ge=0)] = 2
    nearest: Number = 10


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
        memory=of_graph_and_content,
        doubted=True,
        also=frozenset({"words"}),
    )

    @classmethod
    def fit(cls, dataset: Dataset, settings: Any, options: FitOptions = ONCE) -> ItemItem:
        """Learn from pairs; at the deadline the epochs done so far count."""
        check_installed(cls.card.name)
        x = contents(dataset, options.seed)[1]
        between = alike(x, touched(dataset), settings.nearest)
        found = learned_graph("an item graph", dataset, settings, options, between)
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
