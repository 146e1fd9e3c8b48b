"""The histories of many cases as one sparse matrix, so that members answer them together."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from beholder.dataset.splits import Cases
from beholder.models.recency import by_rank

Floats = NDArray[np.float32]


def history_matrix(cases: Cases, decay: float, n_items: int) -> sp.csr_array:
    """Return the weighted histories of all cases, float32 sparse (cases, n_items).

    The same weights as `recency.by_rank` gives each history on its own.
    """
    told = cases.histories
    weights = by_rank(told, decay)
    return sp.csr_array((weights, told.items, told.indptr), shape=(len(cases), n_items))


def seen_matrix(cases: Cases, n_items: int) -> sp.csr_array:
    """Mark what each case had an event with and is not shown, bool sparse (cases, n_items)."""
    told = cases.histories
    marks = np.ones(len(told.seen), np.bool_)
    return sp.csr_array((marks, told.seen, told.seen_indptr), shape=(len(cases), n_items))


def mean_mass(histories: sp.csr_array) -> float:
    """Return the mean weight of a whole history."""
    return float(histories.sum() / max(histories.shape[0], 1))


def lifts(histories: sp.csr_array, mass: float) -> Floats:
    """Return how much popularity counts for each history, float32 (cases,); see `Blend.lift`."""
    own = np.asarray(histories.sum(axis=1), np.float32).ravel()
    if mass <= 0:
        return np.ones_like(own)
    return np.where(own > 0, np.minimum(own / np.float32(mass), 1), 1).astype(np.float32)
