"""The items without behaviour of a dataset, as scorers take them in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from beholder.dataset.dataset import Dataset
from beholder.scorers import rows
from beholder.scorers.interface import Floats, NewItems, Places
from beholder.spaces import Similarity

Likeness = Mapping[str, float]  # weight of each modality in the similarity of two items


def untouched_of(dataset: Dataset) -> NDArray[np.bool_]:
    """Return which items have no behaviour to learn from, bool (n_items,)."""
    untouched: NDArray[np.bool_] = dataset.interactions.item_counts == 0
    return untouched | ~dataset.fitted


def new_items(dataset: Dataset, likeness: Likeness, some: Places | None = None) -> NewItems:
    """Return the items without behaviour; they are there already and will be filled.

    Parameters
    ----------
    some
        int64, rising. Those of them that are filled now; None: all.
    """
    untouched = untouched_of(dataset)
    similarity = dataset.content.weighed(likeness)
    compared = Compared(similarity, np.flatnonzero(untouched) if some is None else some)
    return compared.among(dataset.groups, ~untouched)


class Compared:
    """Some items with all there are, a block at a time: what is compared is not compared again.

    Parameters
    ----------
    positions
        int64 (m,), rising.
    noted
        How many of what is most alike to each item are noted while it is compared; 0: none.
    """

    def __init__(self, similarity: Similarity, positions: Places, noted: int = 0) -> None:
        self.similarity, self.positions = similarity, positions
        self._noted = noted
        self._alike: dict[int, sp.csr_array] = {}
        self._last: tuple[bytes, dict[str, Floats]] = (b"", {})

    def among(self, groups: NDArray[np.int32], known: NDArray[np.bool_]) -> NewItems:
        """Return the items as new ones.

        Parameters
        ----------
        groups
            int32 (n,) of all items of the similarity.
        known
            bool (n_items,). The items with behaviour; there may be more in the similarity, which
            came later.
        """
        n = len(known)
        names = (*self.similarity.spaces, *self.similarity.numbers)
        own = {name: partial(self._by, name, n) for name in names}
        both = (groups[self.positions], groups[:n])
        alike, spaces = lambda block: self.similar(block)[:, :n], self.similarity.spaces
        return NewItems(self.positions, own, alike, both, known, spaces)

    def similar(self, block: Places) -> Floats:
        """Compare by all modalities, float32 (b, n): with all but themselves, which are 0.

        Parameters
        ----------
        block
            int64 (b,). Places among these items that follow each other.
        """
        cosines = {name: self._cosines(name, block) for name in self.similarity.counted}
        found = self.similarity.mixed(cosines, self.positions[block])
        found[np.arange(len(block)), self.positions[block]] = 0
        if self._noted and len(block):
            self._alike[int(block[0])] = rows.most(found, self._noted)
        return found

    def alike(self) -> sp.csr_array:
        """Return what is most alike to each item but itself, float32 sparse (m, n), 0 to 1."""
        rows_of = [sp.csr_array((0, len(self.similarity)), dtype=np.float32)]
        start = 0
        while start < len(self.positions):
            if start not in self._alike:
                height = rows.block_height(len(self.similarity))
                self.similar(np.arange(start, min(start + height, len(self.positions))))
            rows_of.append(self._alike[start])
            start += rows_of[-1].shape[0]
        return sp.csr_array(sp.vstack(rows_of, format="csr"))

    def _by(self, name: str, n: int, block: Places) -> Floats:
        """Compare with the first n by one modality, float32 (b, n)."""
        return self._cosines(name, block)[:, :n]

    def _cosines(self, name: str, block: Places) -> Floats:
        key = block.tobytes()
        if self._last[0] != key:
            self._last = (key, {})
        found = self._last[1]
        if name not in found:
            known = self.similarity
            space = known.spaces[name] if name in known.spaces else known.numbers[name]
            found[name] = space.cosines(self.positions[block])
        return found[name]
