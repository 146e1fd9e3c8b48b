"""Lists that a ranker learns from: the first hundred of a blend, and which of them were right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.blending import gain
from beholder.blending.listwise import Lists
from beholder.blending.measure import Ask, score_blocks
from beholder.dataset.splits import Cases
from beholder.index.best import best, tie_order
from beholder.scorers.features import TINY, Sight, features_of, log_of
from beholder.scorers.interface import Floats, Mask, Places, Positions
from beholder.scorers.ranker import AMONG, standard

DEPTH = 10  # places by which an order is judged


class Listed(NamedTuple):
    """Lists in which something right stands.

    Attributes
    ----------
    read
        float32 (m, k, features).
    scores
        float32 (m, k). Of the blend, falling.
    right
        bool (m, k).
    most
        float64 (m,). The largest gain that each could have.
    cases
        How many people were asked: in the lists of the others nothing is right.
    scale
        The size of a good first score.
    """

    read: Floats
    scores: Floats
    right: Mask
    most: NDArray[np.float64]
    cases: int
    scale: float

    def and_others(self, more: Listed) -> Listed:
        """Return these lists and others after them; as many were asked as before."""
        return self._replace(
            read=np.concatenate([self.read, more.read]),
            scores=np.concatenate([self.scores, more.scores]),
            right=np.concatenate([self.right, more.right]),
            most=np.concatenate([self.most, more.most]),
        )


def listed(ask: Ask, cases: Cases, pool: Mask, sight: Sight, scale: float | None = None) -> Listed:
    """Ask a blend about cases, and read the first hundred of those in which it has found any.

    Parameters
    ----------
    scale
        None: the mean first score.
    """
    kept: list[tuple[int, Positions, Floats]] = []
    tops = [TINY]
    for case, places, scores in firsts(ask, cases, pool):
        tops.append(float(scores[0]) if len(scores) else 0.0)
        if len(places) == AMONG and np.isin(places, cases.target(case)).any():
            kept.append((case, places, scores))
    scale = max(float(np.mean(tops)), TINY) if scale is None else scale
    read = [
        features_of(sight, cases.history(case), places, scores, scale).T
        for case, places, scores in kept
    ]
    right = [np.isin(places, cases.target(case)) for case, places, _ in kept]
    asked = np.array([case for case, _, _ in kept], np.int64)
    return Listed(
        np.array(read, np.float32).reshape(len(kept), AMONG, sight.features),
        np.array([scores for _, _, scores in kept], np.float32).reshape(-1, AMONG),
        np.array(right, bool).reshape(-1, AMONG),
        gain.most(np.diff(cases.indptr)[asked], DEPTH),
        len(cases),
        scale,
    )


def firsts(ask: Ask, cases: Cases, pool: Mask) -> Iterator[tuple[int, Positions, Floats]]:
    """Yield each case with the first hundred of the pool and their scores, best first."""
    ties = tie_order(len(pool))
    for start, scores in score_blocks(ask, cases, pool):
        for row, own in enumerate(scores):
            places = best(own, AMONG, ties)
            yield start + row, places, own[places]


def lists_of(found: Listed, mean: Floats, spread: Floats) -> Lists:
    """Return what a network learns from; every right one of a list counts the same.

    What was read is put in standard deviations where it lies, since it is large.
    """
    right = found.right / found.right.sum(axis=1, keepdims=True)
    level = log_of(found.scores / np.float32(found.scale))
    return Lists(standard(found.read, mean, spread), level, right.astype(np.float32))


def gained(right: Mask, order: Places, most: float) -> float:
    """Return what another order of one list gains, in NDCG@10."""
    by_rank = gain.by_rank(DEPTH)
    own, other = right[:DEPTH], right[order[:DEPTH]]
    return float(((other * 1.0 - own * 1.0) * by_rank).sum() / most)
