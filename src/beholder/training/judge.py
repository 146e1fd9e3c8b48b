"""Says how well vectors of pictures find what people liked among pictures that nobody had seen."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from beholder.behaviour.histories import Histories
from beholder.blending.measure import Values, ndcg
from beholder.dataset.splits import Cases
from beholder.scorers.interface import Floats, Mask
from beholder.spaces.whitening import unit

POWER = 3.0  # as near pictures count in `visual-knn`


class Judge:
    """NDCG@10 of cases whose answers are held-out items, by cosines of vectors alone.

    Parameters
    ----------
    cold
        bool (n_items,). The items asked for, and ranked.
    rows
        int64 (n_items,). The picture that each item shows; -1: none.
    """

    def __init__(self, cases: Cases, cold: Mask, rows: NDArray[np.int64]) -> None:
        self.cases, self.cold, self.rows = cases, cold, rows
        needed = np.union1d(cases.histories.items, np.flatnonzero(cold))
        self.judged = np.unique(rows[needed][rows[needed] >= 0])
        place = np.searchsorted(self.judged, rows)
        self._place = place.clip(0, max(len(self.judged) - 1, 0))

    @property
    def wanted(self) -> NDArray[np.int64]:
        """Return the rows that the items asked for show."""
        return self.rows[self.cold]

    def values(self, vectors: Floats) -> Values:
        """Return NDCG@10 of each case.

        Parameters
        ----------
        vectors
            Of the rows `judged`, in their order.
        """
        units = unit(vectors)
        return self.by_cosines(units @ units[self._place[self.cold]].T)

    def by_cosines(self, cosines: Floats) -> Values:
        """Return NDCG@10 of each case.

        Parameters
        ----------
        cosines
            float32 (rows judged, items asked for).
        """
        known = (self.rows >= 0) & (self.judged[self._place] == self.rows)
        near = np.maximum(cosines[self._place] * known[:, None], 0) ** POWER

        def ask(told: Histories) -> Floats:
            shape = (len(told), len(self.rows))
            liked = sp.csr_array((told.weights, told.items, told.indptr), shape=shape)
            scores = np.zeros(shape, np.float32)
            scores[:, self.cold] = liked @ near
            return scores

        return ndcg(ask, self.cases, self.cold)

    def __call__(self, vectors: Floats) -> float:
        """Return the mean over all cases."""
        return float(self.values(vectors).mean())
