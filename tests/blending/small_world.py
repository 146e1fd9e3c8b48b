"""Members fitted on the planted world, cases to judge them by, and NDCG by trying all orders."""

from __future__ import annotations

from itertools import permutations

import numpy as np

from beholder.dataset.splits import Cases, leave_last_out
from beholder.models.itemknn import ItemKNN, ItemKNNSettings
from beholder.models.popularity import PopularitySettings, counts_of
from beholder.models.visual_knn import VisualKNN, VisualKNNSettings
from beholder.scorers.item_item import ItemItem
from planted import dataset_of, make_world


def members_and_cases() -> tuple[dict[str, ItemItem], np.ndarray, Cases]:
    split = leave_last_out(dataset_of(make_world()))
    members: dict[str, ItemItem] = {
        "itemknn": ItemKNN.fit(split.train, ItemKNNSettings()),
        "visual-knn": VisualKNN.fit(split.train, VisualKNNSettings()),
    }
    return members, counts_of(split.train, PopularitySettings()), split.cases


def average_gain(scores: list[float], targets: list[int], depth: int) -> float:
    """NDCG of a list, averaged over all orders of equal scores, by trying them all."""
    found = []
    for shuffled in permutations(range(len(scores))):
        order = sorted(shuffled, key=lambda i: -scores[i])
        gain = sum(1 / np.log2(order.index(t) + 2) for t in targets if order.index(t) < depth)
        found.append(gain)
    ideal = sum(1 / np.log2(rank + 2) for rank in range(min(len(targets), depth)))
    return float(np.mean(found)) / ideal
