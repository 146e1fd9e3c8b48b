"""Blend weights learned on the metric itself, by coordinate ascent.

Maximising likelihood spreads weight to lift the tail and can end below its best member; the
metric is what is wanted, so the metric is climbed: start from the best single member, change
one weight at a time over a grid, keep what helps, and go round until nothing does.

The top of such a climb is partly chance, the more so the fewer the cases: the mean over climbs
on random halves is taken (subagging: Bühlmann and Yu, Analyzing Bagging, Annals of Statistics
30, 2002). A mean gives a little to members that help nobody; so each must raise the metric on
all cases to be admitted.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from beholder.blending.sheet import Sheet
from beholder.scorers.interface import Floats

GRID = (0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.8, 1.2, 2.0)
ROUNDS = 3  # at most, over all weights
HALVES = 8  # random halves of the cases that weights are learned on


def learn(page: Sheet, seed: int) -> Floats:
    """Return the mean of the weights climbed to on random halves of the cases.

    Returns
    -------
    float32 (members,), at least 0, with the sum 1.
    """
    rng = np.random.default_rng(seed)
    cases = len(page.valid)
    total = np.zeros(len(page.names))
    for _ in range(HALVES):
        half = np.sort(rng.choice(cases, cases // 2, replace=False))
        weights, _reached = ascend(page.take(half))
        total += weights / max(float(weights.sum()), 1e-12)
    mean: Floats = (total / HALVES).astype(np.float32)
    return admitted(page, mean)


def admitted(page: Sheet, weights: Floats) -> Floats:
    """Drop the members without which all cases together are answered as well or better.

    Members are tried in the order of their weights, the heaviest first, each at its weight.

    Returns
    -------
    float32 (members,), with the sum 1.
    """
    kept = np.zeros_like(weights)
    total = np.zeros(page.valid.shape, np.float32)
    reached = -1.0
    for index in np.argsort(-weights, kind="stable").tolist():
        if weights[index] <= 0:
            break
        tried = total + weights[index] * page.scores[index]
        found = page.ndcg(tried)
        if found > reached:
            kept[index], total, reached = weights[index], tried, found
    one: Floats = (kept / max(float(kept.sum()), 1e-12)).astype(np.float32)
    return one


def ascend(page: Sheet) -> tuple[Floats, float]:
    """Climb NDCG@20 from the best single member.

    Returns
    -------
    float32 (members,) weights, at least 0, and the NDCG@20 they reach on this sheet.
    """
    singles = [page.ndcg(page.scores[index]) for index in range(len(page.names))]
    weights = np.zeros(len(page.names), np.float32)
    weights[int(np.argmax(singles))] = 1.0
    total = page.blend(weights)
    reached = page.ndcg(total)
    for turn in range(ROUNDS):
        before = reached
        for index in range(len(weights)):
            own = page.scores[index]
            without = total - weights[index] * own
            steps = GRID if turn == 0 else _near(float(weights[index]))
            for value in steps:
                if not weights.any() and value == 0:
                    continue
                tried = page.ndcg(without + np.float32(value) * own)
                if tried > reached + 1e-6:
                    reached, weights[index] = tried, value
            total = without + weights[index] * own
        if reached - before < 1e-5:
            break
    return weights, reached


def _near(value: float) -> Sequence[float]:
    if value == 0:
        return (0.02, 0.05, 0.1, 0.2)
    return tuple(value * factor for factor in (0, 0.5, 0.75, 1.33, 2.0))
