"""Blend weights learned on the metric itself, by coordinate ascent.

Maximising likelihood spreads weight to lift the tail and can end below its best member; the
metric is what is wanted, so the metric is climbed: start from the best single member, change
one weight at a time over a grid, keep what helps, and go round until nothing does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from beholder.dataset.splits import Cases
from beholder.models import recency
from beholder.models.itemitem import ItemItem
from beholder.training.gains import expected_gain

Floats = NDArray[np.float32]
GRID = (0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.8, 1.2, 2.0)
DEPTH = 50  # NDCG@50: smoother than @10, and ranks the same
NEAREST = 200  # candidates taken from each member


@dataclass(frozen=True)
class Sheet:
    """Scores of all members on the candidates of all cases.

    Attributes
    ----------
    scores
        float32 (members, cases, candidates), divided by the members' scales; padding is 0.
    valid
        bool (cases, candidates).
    case, slot
        int (targets,). Where each target stands.
    gain
        float64 (targets,). 1 / ideal gain of its case.
    """

    names: list[str]
    scale: dict[str, float]
    scores: Floats
    valid: NDArray[np.bool_]
    case: NDArray[np.int64]
    slot: NDArray[np.int64]
    gain: NDArray[np.float64]

    def ndcg(self, total: Floats) -> float:
        """Return mean NDCG@50 of blended scores (cases, candidates), expected over ties."""
        masked = np.where(self.valid, total, -np.inf)
        own = masked[self.case, self.slot][:, None]
        against = masked[self.case]
        better, equal = (against > own).sum(axis=1), (against == own).sum(axis=1)
        gains = expected_gain(better, equal, DEPTH) * self.gain
        return float(gains.sum() / len(self.valid))

    def blend(self, weights: Floats) -> Floats:
        """Return weights @ scores, (cases, candidates)."""
        return np.tensordot(weights, self.scores, axes=1).astype(np.float32)


def history_matrix(cases: Cases, decay: float, n_items: int) -> sp.csr_array:
    """Return the weighted histories of all cases, float32 sparse (cases, n_items)."""
    indptr, items, weights = [0], [], []
    for case in range(len(cases)):
        history = cases.history(case)
        items.append(history.items)
        weights.append(recency.by_rank(history, decay))
        indptr.append(indptr[-1] + len(history))
    data = np.concatenate(weights) if weights else np.empty(0, np.float32)
    index = np.concatenate(items) if items else np.empty(0, np.int32)
    return sp.csr_array((data, index, np.array(indptr)), shape=(len(cases), n_items))


def mean_mass(histories: sp.csr_array) -> float:
    """Return the mean weight of a whole history."""
    return float(histories.sum() / max(histories.shape[0], 1))


def lifts(histories: sp.csr_array, mass: float) -> Floats:
    """Return how much popularity counts for each history, float32 (cases,); see `Blend.lift`."""
    own = np.asarray(histories.sum(axis=1), np.float32).ravel()
    if mass <= 0:
        return np.ones_like(own)
    return np.where(own > 0, np.minimum(own / np.float32(mass), 1), 1).astype(np.float32)


def sheet(
    members: Mapping[str, ItemItem],
    popularity: Floats,
    cases: Cases,
    pool: NDArray[np.bool_],
    decay: float,
    scale: Mapping[str, float] | None = None,
) -> Sheet:
    """Score the union of each member's best candidates, for every case.

    Parameters
    ----------
    members
        Item-item models by name; popularity is added as the last one, under its name.
    pool
        bool (n_items,). What may be recommended.
    scale
        Given, it is used instead of being measured here.
    """
    names = [*members, "popularity"]
    histories = history_matrix(cases, decay, len(pool))
    mass = mean_mass(histories)
    best_scores: dict[str, list[Floats]] = {name: [] for name in names}
    blocks = []
    for start in range(0, len(cases), 128):
        block = histories[start : start + 128]
        count = block.shape[0]
        dense = np.empty((len(names), count, len(pool)), np.float32)
        for index, member in enumerate(members.values()):
            dense[index] = (block @ member.rows).todense()
        dense[-1] = lifts(block, mass)[:, None] * popularity
        blocked = np.zeros((count, len(pool)), bool)
        blocked[:, ~pool] = True
        row = np.repeat(np.arange(count), np.diff(block.indptr))
        blocked[row, block.indices] = True
        for index, name in enumerate(names):
            best_scores[name].append(np.where(blocked, 0, dense[index]).max(axis=1))
        blocks += [
            _candidates(dense[:, i], blocked[i], cases.target(start + i)) for i in range(count)
        ]
    measured = {name: float(np.mean(np.concatenate(best_scores[name]))) for name in names}
    used = dict(measured if scale is None else scale)
    return _assemble(names, used, blocks, cases)


def _candidates(
    dense: Floats, blocked: NDArray[np.bool_], targets: NDArray[np.int32]
) -> tuple[Floats, NDArray[np.int64]]:
    """Return the members' scores on the union of their best, and where the targets stand."""
    chosen = np.zeros(dense.shape[1], bool)
    k = min(NEAREST, dense.shape[1])
    for scores in dense[:-1]:
        masked = np.where(blocked | (scores <= 0), -np.inf, scores)
        top = np.argpartition(masked, dense.shape[1] - k)[dense.shape[1] - k :]
        chosen[top[masked[top] > -np.inf]] = True
    chosen[targets] = True
    positions = np.flatnonzero(chosen)
    return dense[:, positions], np.searchsorted(positions, targets)


def _assemble(
    names: list[str],
    scale: dict[str, float],
    blocks: Sequence[tuple[Floats, NDArray[np.int64]]],
    cases: Cases,
) -> Sheet:
    width = max((part.shape[1] for part, _ in blocks), default=1)
    scores = np.zeros((len(names), len(blocks), width), np.float32)
    valid = np.zeros((len(blocks), width), bool)
    for index, (part, _) in enumerate(blocks):
        scores[:, index, : part.shape[1]] = part
        valid[index, : part.shape[1]] = True
    for index, name in enumerate(names):
        scores[index] /= max(scale.get(name, 0.0), 1e-12)
    counts = np.array([len(slots) for _, slots in blocks], np.int64)
    case = np.repeat(np.arange(len(blocks)), counts)
    slot = np.concatenate([s for _, s in blocks]) if blocks else np.empty(0, np.int64)
    discount = np.cumsum(1 / np.log2(np.arange(2, DEPTH + 2)))
    ideal = discount[np.minimum(np.maximum(counts, 1), DEPTH) - 1]
    return Sheet(names, scale, scores, valid, case, slot, 1 / ideal[case])


def ascend(page: Sheet, rounds: int = 3, start: Floats | None = None) -> tuple[Floats, float]:
    """Climb NDCG@50 from the best single member.

    Returns
    -------
    float32 (members,) weights, at least 0, and the NDCG@50 they reach on this sheet.
    """
    if start is None:
        singles = [page.ndcg(page.scores[index]) for index in range(len(page.names))]
        weights = np.zeros(len(page.names), np.float32)
        weights[int(np.argmax(singles))] = 1.0
    else:
        weights = start.copy()
    total = page.blend(weights)
    reached = page.ndcg(total)
    for turn in range(rounds):
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
