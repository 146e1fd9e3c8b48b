"""The best candidates of a history: all positions summed, or only those that it touches."""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray

from beholder.index.best import best
from beholder.models.blend import Blend, Gathered
from beholder.models.interface import Floats, Positions

DENSE = 20_000  # up to here, summing everything is the quickest

_local = threading.local()


def retrieve(
    blend: Blend,
    gathered: Gathered,
    mask: NDArray[np.bool_],
    taken: Floats | None,
    k: int,
) -> tuple[Positions, Floats]:
    """Return the best `k` allowed positions and their scores.

    Parameters
    ----------
    mask
        bool (n,). What may be recommended.
    taken
        float32 (n,). What dislikes take from each score; None: nothing.
    """
    if blend.n_items <= DENSE or k > len(blend.leaders) // 2:
        scores = blend.summed(gathered)
        if taken is not None:
            scores -= taken
        chosen = best(np.where(mask, scores, -np.inf), k, blend.ties)
        return chosen, scores[chosen]
    candidates, scores = _touched(blend, gathered)
    if taken is not None:
        scores = scores - taken[candidates]
    order = best(np.where(mask[candidates], scores, -np.inf), k, blend.ties[candidates])
    rest = blend.base[blend.leaders[-1]] * np.float32(gathered.lift)  # the most of any other
    if len(order) == k and scores[order[-1]] >= rest:
        return candidates[order], scores[order]
    everything = blend.summed(gathered)  # a narrow filter: look at everything
    if taken is not None:
        everything -= taken
    chosen = best(np.where(mask, everything, -np.inf), k, blend.ties)
    return chosen, everything[chosen]


def _touched(blend: Blend, gathered: Gathered) -> tuple[Positions, Floats]:
    """Sum only what the history touches, beside the leaders by base.

    An untouched item scores its base, so only the leaders among them can be in a list.
    """
    sums, last = _scratch(blend.n_items)
    columns = np.concatenate([gathered.columns, blend.leaders])
    np.add.at(sums, gathered.columns, gathered.values)
    order = np.arange(len(columns), dtype=np.int32)
    last[columns] = order  # the last writer of each position stands for it
    candidates = columns[last[columns] == order]
    base = blend.base[candidates] * np.float32(gathered.lift)
    scores = sums[candidates] + base
    sums[gathered.columns] = 0
    return candidates, scores


def _scratch(n: int) -> tuple[Floats, NDArray[np.int32]]:
    """Return arrays that this thread keeps: clearing them costs only what was touched."""
    kept = getattr(_local, "arrays", None)
    if kept is None or len(kept[0]) < n:
        kept = _local.arrays = (np.zeros(n, np.float32), np.zeros(n, np.int32))
    return kept
