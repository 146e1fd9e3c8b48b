"""The items without behaviour of a dataset, as scorers take them in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
from numpy.typing import NDArray

from beholder.dataset.dataset import Dataset
from beholder.scorers.interface import Floats, NewItems, Places
from beholder.spaces import Similarity, Space

Likeness = Mapping[str, float]  # weight of each modality in the similarity of two items


def untouched_of(dataset: Dataset) -> NDArray[np.bool_]:
    """Return which items have no behaviour to learn from, bool (n_items,)."""
    untouched: NDArray[np.bool_] = dataset.interactions.item_counts == 0
    return untouched | ~dataset.fitted


def new_items(dataset: Dataset, likeness: Likeness) -> NewItems:
    """Return the items without behaviour; they are there already and will be filled."""
    untouched = untouched_of(dataset)
    similarity = dataset.content.weighed(likeness)
    groups = dataset.groups
    return among(similarity, np.flatnonzero(untouched), groups, ~untouched)


def among(
    similarity: Similarity,
    positions: Places,
    groups: NDArray[np.int32],
    known: NDArray[np.bool_],
) -> NewItems:
    """Return some items of a similarity as new ones.

    Parameters
    ----------
    positions
        int64 (m,), rising.
    groups
        int32 (n,) of all items of the similarity.
    known
        bool (n_items,). The items with behaviour; there may be more in the similarity, which
        came later.
    """
    n = len(known)
    own = {
        name: partial(_cosines, space, positions, n) for name, space in similarity.spaces.items()
    }
    similar = partial(_similar, similarity, positions, n)
    return NewItems(positions, own, similar, (groups[positions], groups[:n]), known)


def _cosines(space: Space, positions: Places, n: int, block: Places) -> Floats:
    return space.cosines(positions[block])[:, :n]


def _similar(similarity: Similarity, positions: Places, n: int, block: Places) -> Floats:
    return similarity.block(positions[block])[:, :n]
