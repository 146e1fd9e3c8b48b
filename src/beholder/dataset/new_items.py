"""The items without behaviour of a dataset, as scorers take them in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
from numpy.typing import NDArray

from beholder.dataset.content import ContentSpace
from beholder.dataset.dataset import Dataset
from beholder.scorers.interface import Cosines, Floats, NewItems, Places

Likeness = Mapping[str, float]  # weight of each modality in the similarity of two items


def untouched_of(dataset: Dataset) -> NDArray[np.bool_]:
    """Return which items have no behaviour to learn from, bool (n_items,)."""
    untouched: NDArray[np.bool_] = dataset.interactions.item_counts == 0
    return untouched | ~dataset.fitted


def new_items(dataset: Dataset, likeness: Likeness) -> NewItems:
    """Return the items without behaviour; they are there already and will be filled."""
    untouched = untouched_of(dataset)
    positions = np.flatnonzero(untouched)
    found = cosines_of(dataset.content)
    own = {name: partial(_of, one, positions) for name, one in found.items()}
    groups = (dataset.groups[positions], dataset.groups)
    similar = weighed(own, likeness, dataset.n_items)
    return NewItems(positions, own, similar, groups, ~untouched)


def cosines_of(content: ContentSpace) -> dict[str, Cosines]:
    """Return how items are compared with all items, by modality."""
    found: dict[str, Cosines] = {
        name: partial(_pictures, space.vectors) for name, space in content.pictures.items()
    }
    if content.words is not None:
        found["words"] = content.words.cosines
    return found


def weighed(cosines: Mapping[str, Cosines], likeness: Likeness, n_items: int) -> Cosines:
    """Return the weighted sum of cosines over all modalities."""

    def similar(block: Places) -> Floats:
        total = np.zeros((len(block), n_items), np.float32)
        for name, weight in likeness.items():
            if weight and name in cosines:
                total += np.float32(weight) * np.maximum(cosines[name](block), 0)
        return total

    return similar


def _of(cosines: Cosines, positions: Places, block: Places) -> Floats:
    return cosines(positions[block])


def _pictures(vectors: Floats, block: Places) -> Floats:
    found: Floats = np.maximum(vectors[block] @ vectors.T, 0)
    return found
