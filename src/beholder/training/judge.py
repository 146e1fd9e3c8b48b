"""How well one item-item model answers some cases, in blocks of bounded memory."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from beholder.dataset.splits import Cases
from beholder.models.blend import Blend
from beholder.training.gains import expected_gain
from beholder.training.weights import history_matrix, lifts

BLOCK = 128


def ndcg_of(blend: Blend, cases: Cases, pool: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return NDCG@10 of each case for a blend."""
    return ndcg_per_case(blend.rows, blend.decay, cases, pool, blend.base, blend.mass)


def ndcg_per_case(
    rows: sp.csr_array,
    decay: float,
    cases: Cases,
    pool: NDArray[np.bool_],
    base: NDArray[np.float32] | None = None,
    mass: float = 0.0,
    depth: int = 10,
) -> NDArray[np.float64]:
    """Return NDCG@depth of each case, expected over the orders of ties.

    Parameters
    ----------
    rows
        float32 sparse (n_items, n_items).
    base
        float32 (n_items,). Added to every score, less for histories lighter than `mass`.
    """
    histories = history_matrix(cases, decay, rows.shape[0])
    discount = np.cumsum(1 / np.log2(np.arange(2, depth + 2)))
    found = np.zeros(len(cases))
    for start in range(0, len(cases), BLOCK):
        block = histories[start : start + BLOCK]
        scores = np.asarray((block @ rows).todense(), np.float32)
        if base is not None:
            scores += lifts(block, mass)[:, None] * base
        scores[:, ~pool] = -np.inf
        row = np.repeat(np.arange(block.shape[0]), np.diff(block.indptr))
        scores[row, block.indices] = -np.inf
        for inside in range(len(scores)):
            targets = cases.target(start + inside)
            asked = targets[scores[inside][targets] > -np.inf]
            own = scores[inside][asked][:, None]
            better = (scores[inside][None, :] > own).sum(axis=1)
            equal = (scores[inside][None, :] == own).sum(axis=1)
            gains = expected_gain(better, equal, depth).sum()
            found[start + inside] = gains / discount[min(len(targets), depth) - 1]
    return found
