"""A first look around: popular items that do not look alike, for people without a history."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from beholder.engine.rerank import Dial, rerank
from beholder.index.best import best
from beholder.scorers.interface import Floats, Positions
from beholder.spaces import Similarity

VARIED = 60  # places, at most, that do not look alike
BALANCE = Dial(diversity=0.5)


def varied(
    popularity: Floats,
    shown: NDArray[np.bool_],
    similarity: Similarity,
    ties: NDArray[np.uint32],
    among: int,
) -> Positions:
    """Return all shown positions, the most popular first, spread at the head.

    Parameters
    ----------
    popularity
        float32 (n_items,).
    among
        So many of the most popular stand in another order; see `FirstLook`.
    """
    order = best(popularity, len(popularity), ties, shown)
    head = order[:among]
    if not similarity.counted or not len(head):
        return order
    alike = np.maximum(similarity.between(head, head), 0)
    found = rerank(popularity[head], alike, min(VARIED, len(head)), BALANCE)
    return np.concatenate([head[found.order], order[among:]])
