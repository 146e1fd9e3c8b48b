"""How well item-item models, alone or blended, answer some cases: in blocks of bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from beholder.dataset.splits import Cases
from beholder.models.blend import Blend
from beholder.models.rows import block_height
from beholder.training.gains import expected_gain
from beholder.training.histories import history_matrix, lifts, seen_matrix

Floats = NDArray[np.float32]
Part = tuple[sp.csr_array, Floats | None]


def ndcg_of(blend: Blend, cases: Cases, pool: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return NDCG@10 of each case for a blend."""
    return ndcg_per_case(blend.rows, blend.decay, cases, pool, blend.base, blend.mass)


def ndcg_per_case(
    rows: sp.csr_array,
    decay: float,
    cases: Cases,
    pool: NDArray[np.bool_],
    base: Floats | None = None,
    mass: float = 0.0,
    depth: int = 10,
) -> NDArray[np.float64]:
    """Return NDCG@depth of each case, expected over the orders of ties.

    Parameters
    ----------
    rows
        float32 sparse (n_items, n_items).
    pool
        bool (n_items,). What may be recommended.
    base
        float32 (n_items,). Added to every score, less for histories lighter than `mass`.
    """
    return ndcg_of_parts([(rows, None)], decay, cases, pool, base, mass, depth)


def ndcg_of_parts(
    parts: Sequence[Part],
    decay: float,
    cases: Cases,
    pool: NDArray[np.bool_],
    base: Floats | None = None,
    mass: float = 0.0,
    depth: int = 10,
) -> NDArray[np.float64]:
    """Return NDCG@depth of each case for a sum of models, as if they were folded and uncut.

    Parameters
    ----------
    parts
        Rows (n_items, n_items) and the factor of each column, or None for 1.
    """
    found = np.zeros(len(cases))
    for start, scores in score_blocks(parts, decay, cases, pool, base, mass):
        found[start : start + len(scores)] = gains(scores, cases, start, depth)
    return found


def score_blocks(
    parts: Sequence[Part],
    decay: float,
    cases: Cases,
    pool: NDArray[np.bool_],
    base: Floats | None = None,
    mass: float = 0.0,
) -> Iterator[tuple[int, Floats]]:
    """Yield the first case of a block and its scores (cases, n_items), -inf: not allowed."""
    n = len(pool)
    histories, seen = history_matrix(cases, decay, n), seen_matrix(cases, n)
    step = min(256, block_height(n))
    for start in range(0, len(cases), step):
        block = histories[start : start + step]
        scores = np.zeros((block.shape[0], n), np.float32)
        for matrix, factors in parts:
            told = sp.csr_array(block @ matrix)
            row = np.repeat(np.arange(block.shape[0]), np.diff(told.indptr))
            values = told.data if factors is None else told.data * factors[told.indices]
            scores[row, told.indices] += values
        if base is not None:
            scores += lifts(block, mass)[:, None] * base
        scores[:, ~pool] = -np.inf
        scores[seen[start : start + step].nonzero()] = -np.inf
        yield start, scores


def gains(scores: Floats, cases: Cases, start: int, depth: int = 10) -> NDArray[np.float64]:
    """Return NDCG@depth of the cases from `start` on, by their scores (cases, n_items)."""
    discount = np.cumsum(1 / np.log2(np.arange(2, depth + 2)))
    found = np.zeros(len(scores))
    for inside, own in enumerate(scores):
        targets = cases.target(start + inside)
        asked = own[targets][own[targets] > -np.inf][:, None]
        better, equal = (own > asked).sum(axis=1), (own == asked).sum(axis=1)
        found[inside] = expected_gain(better, equal, depth).sum()
        found[inside] /= discount[min(len(targets), depth) - 1]
    return found
