"""Blend weights learned on the metric itself, by coordinate ascent.

Maximising likelihood spreads weight to lift the tail and can end below its best member; the
metric is what is wanted, so the metric is climbed: start from the best single member, change
one weight at a time over a grid, keep what helps, and go round until nothing does.

The top of such a climb is partly chance, the more so the fewer the cases: where weights must
last, the mean over climbs on random halves is taken (subagging: Bühlmann and Yu, Analyzing
Bagging, Annals of Statistics 30, 2002).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from beholder.dataset.splits import Cases
from beholder.models import rows
from beholder.models.itemitem import ItemItem
from beholder.training.gains import expected_gain
from beholder.training.histories import history_matrix, lifts, mean_mass, seen_matrix

Floats = NDArray[np.float32]
GRID = (0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.8, 1.2, 2.0)
DEPTH = 20  # NDCG@20: a page, and smoother than what is reported, NDCG@10
NEAREST = 200  # candidates taken from each member
HALVES = 8  # random halves of the cases that weights are learned on


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

    def take(self, chosen: NDArray[np.int64]) -> Sheet:
        """Return the sheet of some of the cases, given in ascending order."""
        new = np.full(len(self.valid), -1, np.int64)
        new[chosen] = np.arange(len(chosen))
        kept = new[self.case] >= 0
        width = int(self.valid[chosen].sum(axis=1).max(initial=1))
        return replace(
            self,
            scores=np.ascontiguousarray(self.scores[:, chosen, :width]),
            valid=self.valid[chosen, :width],
            case=new[self.case[kept]],
            slot=self.slot[kept],
            gain=self.gain[kept],
        )

    def ndcg(self, total: Floats) -> float:
        """Return mean NDCG@20 of blended scores (cases, candidates), expected over ties."""
        masked = np.where(self.valid, total, -np.inf)
        own = masked[self.case, self.slot][:, None]
        against = masked[self.case]
        better, equal = (against > own).sum(axis=1), (against == own).sum(axis=1)
        gains = expected_gain(better, equal, DEPTH) * self.gain
        return float(gains.sum() / len(self.valid))

    def blend(self, weights: Floats) -> Floats:
        """Return weights @ scores, (cases, candidates)."""
        return np.tensordot(weights, self.scores, axes=1).astype(np.float32)


def sheet(
    members: Mapping[str, ItemItem],
    popularity: Floats,
    cases: Cases,
    pool: NDArray[np.bool_],
    decay: float,
    scale: Mapping[str, float] | None = None,
) -> Sheet:
    """Score the union of each member's best candidates, popularity's too, for every case.

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
    seen = seen_matrix(cases, len(pool))
    longest = int(np.diff(seen.indptr).max(initial=0))
    leaders = _leaders(popularity, pool, NEAREST + longest)
    blocks = []
    step = min(256, rows.block_height(len(pool)))
    for start in range(0, len(cases), step):
        block = histories[start : start + step]
        last = start + block.shape[0]
        targets = cases.targets[cases.indptr[start] : cases.indptr[last]]
        owner = cases.owner[cases.indptr[start] : cases.indptr[last]] - start
        allowed = np.repeat(pool[None, :], block.shape[0], axis=0)
        allowed[seen[start:last].nonzero()] = False
        blocks.append(
            _block(members, block, allowed, lifts(block, mass), popularity, leaders, owner, targets)
        )
    best = np.concatenate([one.best for one in blocks], axis=1) if blocks else None
    measured = {
        name: float(best[index].mean()) if best is not None else 0.0
        for index, name in enumerate(names)
    }
    return _assemble(names, dict(measured if scale is None else scale), blocks, cases)


class Block(NamedTuple):
    """What the members say of the candidates of some cases.

    Attributes
    ----------
    best
        float32 (members, cases). The best score that each member gives.
    scores
        float32 (members, entries). Candidates of one case after the other.
    lengths
        int64 (cases,). Candidates of each case.
    slots
        int64 (targets,). Where each target stands among the candidates of its case.
    """

    best: Floats
    scores: Floats
    lengths: NDArray[np.int64]
    slots: NDArray[np.int64]


def _block(
    members: Mapping[str, ItemItem],
    histories: sp.csr_array,
    allowed: NDArray[np.bool_],
    lift: Floats,
    popularity: Floats,
    leaders: NDArray[np.int64],
    owner: NDArray[np.int64],
    targets: NDArray[np.int32],
) -> Block:
    """Score the union of the members' best, the most popular items, and the targets."""
    n_cases, n = allowed.shape
    best = np.zeros((len(members) + 1, n_cases), np.float32)
    best[-1] = lift * np.where(allowed, popularity, 0).max(axis=1)
    chosen = sp.csr_array(
        (np.ones(len(targets), np.float32), (owner, targets)), shape=allowed.shape
    )
    chosen = sp.csr_array(chosen + _most_popular(leaders, allowed))
    told = []
    for index, member in enumerate(members.values()):
        scores = sp.csr_array(histories @ member.rows)
        row = np.repeat(np.arange(n_cases), np.diff(scores.indptr))
        told.append((row * n + scores.indices, scores.data))
        able = scores.copy()
        able.data = np.where((scores.data > 0) & allowed[row, scores.indices], scores.data, 0)
        best[index] = able.max(axis=1).toarray().ravel()
        top = rows.cut(able, NEAREST)
        top.data[:] = 1
        chosen = chosen + top
    chosen.sort_indices()
    lengths = np.diff(chosen.indptr).astype(np.int64)
    row = np.repeat(np.arange(n_cases), lengths)
    places = row * n + chosen.indices
    scores = np.empty((len(members) + 1, len(places)), np.float32)
    scores[-1] = lift[row] * popularity[chosen.indices]
    dense = np.zeros(n_cases * n, np.float32)
    for index, (where, values) in enumerate(told):
        dense[where] = values
        scores[index] = dense[places]
        dense[where] = 0
    slots = np.searchsorted(places, owner * n + targets) - chosen.indptr[owner]
    return Block(best, scores, lengths, slots.astype(np.int64))


def _leaders(popularity: Floats, pool: NDArray[np.bool_], most: int) -> NDArray[np.int64]:
    """Return the positions of at most so many items that anybody knows, the most popular first."""
    able = np.flatnonzero((popularity > 0) & pool)
    return able[np.argsort(-popularity[able], kind="stable")[:most]]


def _most_popular(leaders: NDArray[np.int64], allowed: NDArray[np.bool_]) -> sp.csr_array:
    """Mark the leaders that each case may be shown: rivals, though no member may score them."""
    able = allowed[:, leaders]
    row, place = np.nonzero(able & (np.cumsum(able, axis=1) <= NEAREST))
    marks = np.ones(len(row), np.float32)
    return sp.csr_array((marks, (row, leaders[place])), shape=allowed.shape)


def _assemble(
    names: list[str], scale: dict[str, float], blocks: Sequence[Block], cases: Cases
) -> Sheet:
    lengths = np.concatenate([one.lengths for one in blocks] or [np.empty(0, np.int64)])
    width = int(lengths.max(initial=1))
    valid = np.arange(width)[None, :] < lengths[:, None]
    scores = np.zeros((len(names), *valid.shape), np.float32)
    for index, name in enumerate(names):
        flat = np.concatenate([one.scores[index] for one in blocks] or [np.empty(0, np.float32)])
        scores[index][valid] = flat / np.float32(max(scale.get(name, 0.0), 1e-12))
    counts = np.diff(cases.indptr)
    case = np.repeat(np.arange(len(cases)), counts)
    slot = np.concatenate([one.slots for one in blocks] or [np.empty(0, np.int64)])
    discount = np.cumsum(1 / np.log2(np.arange(2, DEPTH + 2)))
    ideal = discount[np.minimum(np.maximum(counts, 1), DEPTH) - 1]
    return Sheet(names, scale, scores, valid, case, slot, 1 / ideal[case])


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
    return mean


def ascend(page: Sheet, rounds: int = 3) -> tuple[Floats, float]:
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
