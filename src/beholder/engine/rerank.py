"""A slate in another order: less of the same, no near-duplicates, one variant of each product.

Place i keeps the i-th score of the slate, whoever stands there now; the difference to that
item's own score is its adjustment. So shares and adjustments sum to the score that is shown,
and what stands behind the slate stays below it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.errors import ShapeError

AMONG = 100  # candidates of each place

Floats = NDArray[np.float32]
Order = NDArray[np.int32]


class Dial(NamedTuple):
    """How much an answer may not be alike.

    Attributes
    ----------
    diversity
        0 is relevance alone, 1 variety alone; it is 1 - lambda of the paper.
    near
        Candidates that are more similar than this are one picture twice; above 1: never.
    one_variant
        Whether a second variant of a product waits until one of each other stood.
    alone
        Whether it never stands.
    """

    diversity: float = 0.0
    near: float = 2.0
    one_variant: bool = False
    alone: bool = False

    @property
    def moves(self) -> bool:
        """Whether it may change an order."""
        return self.compares or self.one_variant

    @property
    def compares(self) -> bool:
        """Whether it hangs on how alike items are."""
        return self.diversity > 0 or self.near <= 1


class Reranked(NamedTuple):
    """An order, and what it moved.

    Attributes
    ----------
    order
        int32 (m,): place i takes candidate `order[i]`. Behind the places that were filled, all
        others keep the order that they had.
    near, variants
        Candidates of the first k places that stand behind them now, since one too similar, or
        one of the same product, stands before.
    short
        So many of the first k places hold a near-duplicate or variant all the same, for want
        of others: a deeper slate, if there is one, may fill them.
    """

    order: Order
    near: int = 0
    variants: int = 0
    short: int = 0


def rerank(
    scores: Floats,
    similarity: Floats,
    k: int,
    dial: Dial,
    groups: NDArray[np.int32] | None = None,
) -> Reranked:
    """Fill places greedily, each with the most relevant that is least like those before.

    The value of a candidate is (1 - diversity) * score / top - diversity * its largest
    similarity to what stands already, where top is the largest absolute score: only differences
    count, so scores may be on any scale. Similarities below 0 count as 0. Place i, from 0, is taken
    by one of the first 100 + i, whatever k is: two pages of twenty are one of forty.

    Parameters
    ----------
    scores
        Shape (m,), best first, finite.
    similarity
        Shape (m, m), symmetric, 1 at most.
    k
        Places of the page.
    groups
        Shape (m,). Equal numbers are variants of one product; -1: none. Where all that are left
        are variants or near-duplicates of what stands, they begin anew among themselves.

    Raises
    ------
    ShapeError
        If the arrays disagree about m.

    References
    ----------
    Carbonell and Goldstein, "The use of MMR, diversity-based reranking for reordering documents
    and producing summaries", SIGIR 1998.
    """
    m = len(scores)
    groups = np.full(m, -1, np.int32) if groups is None else groups
    if similarity.shape != (m, m) or groups.shape != (m,):
        raise ShapeError(
            f"{m} scores with similarities {similarity.shape} and groups {groups.shape}"
        )
    top = float(np.abs(scores).max(initial=0.0)) or 1.0
    relevance = (scores * np.float32((1 - dial.diversity) / top)).astype(np.float32)
    alike = similarity > dial.near
    same = (groups[:, None] == groups) & (groups >= 0)
    penalised = relevance - np.float32(dial.diversity) * similarity
    penalised[alike | same] = -np.inf
    picked, free = _greedy(relevance, penalised, min(k, m))
    page = np.array(picked, np.int32)
    left = np.ones(m, bool)
    left[page] = False
    order = np.concatenate([page, np.flatnonzero(left)]).astype(np.int32)
    # Only what would have stood on the page was moved from it.
    moved = np.setdiff1d(np.arange(min(k, m)), page)
    variants = same[np.ix_(moved, page)].any(axis=1)
    near = alike[np.ix_(moved, page)].any(axis=1) & ~variants
    short = max(0, min(k, m) - free)
    return Reranked(order, int(near.sum()), int(variants.sum()), short)


def _greedy(relevance: Floats, penalised: Floats, places: int) -> tuple[list[int], int]:
    """Return so many candidates, and how many of them nothing that stood before barred."""
    chosen: list[int] = []
    m, free = len(relevance), -1
    value, left = relevance.copy(), np.ones(len(relevance), bool)
    while len(chosen) < places:
        window = AMONG + len(chosen)
        pick = int(value[:window].argmax())
        while value[pick] == -np.inf and window < m:
            window *= 2
            pick = int(value[:window].argmax())
        if value[pick] == -np.inf:  # all that are left are barred
            free = len(chosen) if free < 0 else free
            value = np.where(left, relevance, -np.inf).astype(np.float32)
            continue
        chosen.append(pick)
        left[pick] = False
        np.minimum(value, penalised[pick], out=value)
        value[pick] = -np.inf
    return chosen, len(chosen) if free < 0 else free
