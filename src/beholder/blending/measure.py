"""How well anything that scores answers some cases: in blocks of bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.histories import Histories
from beholder.blending import gain
from beholder.dataset.splits import Cases
from beholder.scorers.interface import Floats, Mask, Scorer
from beholder.scorers.recency import Recency
from beholder.scorers.rows import block_height

Ask = Callable[[Histories], Floats]
Values = NDArray[np.float64]


def alone(scorer: Scorer, recency: Recency | None = None) -> Ask:
    """Return how a scorer on its own answers histories; `recency` None: its own."""
    return lambda told: scorer.scores(scorer.ask(told, recency=recency))


def ndcg(ask: Ask, cases: Cases, pool: Mask, depth: int = 10) -> Values:
    """Return NDCG@depth of each case, expected over the orders of ties.

    Parameters
    ----------
    pool
        bool (n_items,). What may be recommended; what a person has seen may not.
    """
    found = np.zeros(len(cases))
    for start, scores in score_blocks(ask, cases, pool):
        found[start : start + len(scores)] = gains(scores, cases, start, depth)
    return found


def score_blocks(ask: Ask, cases: Cases, pool: Mask) -> Iterator[tuple[int, Floats]]:
    """Yield the first case of a block and its scores (cases, n_items), -inf: not allowed."""
    for block in blocks(len(cases), len(pool)):
        told = cases.histories.take(block)
        scores = ask(told)
        scores[:, ~pool] = -np.inf
        scores[seen(told)] = -np.inf
        yield int(block[0]), scores


def blocks(n_cases: int, n_items: int) -> Iterator[NDArray[np.int64]]:
    """Yield the numbers of cases that are asked together."""
    step = min(256, block_height(n_items))
    for start in range(0, n_cases, step):
        yield np.arange(start, min(start + step, n_cases))


def seen(told: Histories) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return row and position of everything that people had an event with."""
    return np.repeat(np.arange(len(told)), np.diff(told.seen_indptr)), told.seen


def gains(scores: Floats, cases: Cases, start: int, depth: int = 10) -> Values:
    """Return NDCG@depth of the cases from `start` on, by their scores (cases, n_items)."""
    found = np.zeros(len(scores))
    for inside, own in enumerate(scores):
        targets = cases.target(start + inside)
        asked = own[targets][own[targets] > -np.inf][:, None]
        better, equal = (own > asked).sum(axis=1), (own == asked).sum(axis=1)
        found[inside] = gain.expected(better, equal, depth).sum()
    n_targets = np.diff(cases.indptr)[start : start + len(scores)]
    return found / gain.most(n_targets, depth)
