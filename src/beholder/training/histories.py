"""The histories of many cases as one sparse matrix, so that members answer them together."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from beholder.dataset.splits import Cases

Floats = NDArray[np.float32]


def history_matrix(cases: Cases, decay: float, n_items: int) -> sp.csr_array:
    """Return the weighted histories of all cases, float32 sparse (cases, n_items).

    The same weights as `recency.by_rank` gives each history on its own.
    """
    source = cases.source
    starts, ends = source.indptr[cases.users], source.indptr[cases.users + 1]
    lengths = ends - starts
    indptr = np.concatenate([[0], np.cumsum(lengths)])
    rows = np.arange(indptr[-1]) + np.repeat(starts - indptr[:-1], lengths)
    # How many moments lie before each event, over all events of all users.
    moments = np.concatenate([[0], np.cumsum(np.diff(source.times) != 0)])
    newest = np.repeat(moments[np.maximum(ends, 1) - 1], lengths)
    weights = source.weights[rows] * decay ** (newest - moments[rows]).astype(np.float64)
    data = weights.astype(np.float32)
    return sp.csr_array((data, source.items[rows], indptr), shape=(len(cases), n_items))


def mean_mass(histories: sp.csr_array) -> float:
    """Return the mean weight of a whole history."""
    return float(histories.sum() / max(histories.shape[0], 1))


def lifts(histories: sp.csr_array, mass: float) -> Floats:
    """Return how much popularity counts for each history, float32 (cases,); see `Blend.lift`."""
    own = np.asarray(histories.sum(axis=1), np.float32).ravel()
    if mass <= 0:
        return np.ones_like(own)
    return np.where(own > 0, np.minimum(own / np.float32(mass), 1), 1).astype(np.float32)
