"""The items without behaviour of a dataset, as scorers take them in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
from numpy.typing import NDArray

from beholder.dataset.dataset import Dataset
from beholder.scorers.interface import Floats, NewItems, Places
from beholder.spaces import Similarity

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
    compared = _Compared(similarity, positions, n)
    own = {name: partial(compared.by, name) for name in similarity.spaces}
    return NewItems(positions, own, compared.similar, (groups[positions], groups[:n]), known)


class _Compared:
    """New items with the first n, a block at a time: what was compared last is not again."""

    def __init__(self, similarity: Similarity, positions: Places, n: int) -> None:
        self.similarity, self.positions, self.n = similarity, positions, n
        self.last: tuple[bytes, dict[str, Floats]] = (b"", {})

    def by(self, name: str, block: Places) -> Floats:
        """Compare by one modality, float32 (b, n)."""
        return self._cosines(block, name)[name][:, : self.n]

    def similar(self, block: Places) -> Floats:
        """Compare by all modalities, float32 (b, n)."""
        for name in self.similarity.counted:
            cosines = self._cosines(block, name)
        if not self.similarity.counted:
            return self.similarity.block(self.positions[block])[:, : self.n]
        return self.similarity.mixed(cosines, self.positions[block])[:, : self.n]

    def _cosines(self, block: Places, name: str) -> dict[str, Floats]:
        key = block.tobytes()
        if self.last[0] != key:
            self.last = (key, {})
        found = self.last[1]
        if name not in found:
            found[name] = self.similarity.spaces[name].cosines(self.positions[block])
        return found
