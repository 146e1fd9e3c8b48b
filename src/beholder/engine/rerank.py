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

Floats = NDArray[np.float32]
Order = NDArray[np.int32]


class Dial(NamedTuple):
    """How much a page may not be alike.

    Attributes
    ----------
    diversity
        0 is relevance alone, 1 variety alone; it is 1 - lambda of the paper.
    near
        Candidates that are more similar than this are one picture twice; above 1: never.
    one_variant
        Whether at most one variant of each product stands on a page.
    """

    diversity: float = 0.0
    near: float = 2.0
    one_variant: bool = False


class Reranked(NamedTuple):
    """An order, and what it moved.

    Attributes
    ----------
    order
        int32 (m,): place i takes candidate `order[i]`. Behind the first k, all others keep the
        order that they had.
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
    """Fill the first k places greedily, each with the most relevant that is least like the rest.

    The value of a candidate is (1 - diversity) * score / top - diversity * its largest
    similarity to what stands already, where top is the largest absolute score: only differences
    count, so scores may be on any scale. Similarities below 0 count as 0.

    Parameters
    ----------
    scores
        Shape (m,), best first, finite. A hundred is enough: the cost grows with its square.
    similarity
        Shape (m, m), symmetric, 1 at most.
    k
        Places of the page.
    groups
        Shape (m,). Equal numbers are variants of one product; -1: none. At most one of each
        stands in the first k places.

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
    chosen = np.array(_greedy(relevance, penalised, min(k, m)), np.int32)
    left = np.ones(m, bool)
    left[chosen] = False
    behind = np.flatnonzero(left)
    order = np.concatenate([chosen, behind]).astype(np.int32)
    # Only what would have stood on the page was moved from it.
    moved = behind[behind < k]
    variants = same[np.ix_(moved, chosen)].any(axis=1)
    near = alike[np.ix_(moved, chosen)].any(axis=1) & ~variants
    short = min(k, m) - len(chosen)
    return Reranked(order, int(near[short:].sum()), int(variants[short:].sum()), short)


def _greedy(value: Floats, penalised: Floats, k: int) -> list[int]:
    """Return at most k candidates; those left out are all barred by one that was taken.

    `value` is lowered in place, as each candidate that is taken penalises the others.
    """
    chosen: list[int] = []
    while len(chosen) < k:
        pick = int(value.argmax())
        if value[pick] == -np.inf:
            break
        chosen.append(pick)
        np.minimum(value, penalised[pick], out=value)
        value[pick] = -np.inf
    return chosen
