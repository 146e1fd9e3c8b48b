"""What every member says of the candidates of every case: the sheet that weights are learned on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.histories import Histories
from beholder.blending import gain
from beholder.blending.measure import blocks, seen
from beholder.dataset.splits import Cases
from beholder.scorers import rows
from beholder.scorers.blend import lifts
from beholder.scorers.interface import Floats, Mask, Scorer
from beholder.scorers.item_item import asked
from beholder.scorers.recency import Recency

POPULARITY = "popularity"
DEPTH = 20  # NDCG@20: a page, and smoother than what is reported, NDCG@10
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
        gains = gain.expected(better, equal, DEPTH) * self.gain
        return float(gains.sum() / len(self.valid))

    def blend(self, weights: Floats) -> Floats:
        """Return weights @ scores, (cases, candidates)."""
        return np.tensordot(weights, self.scores, axes=1).astype(np.float32)


def sheet(
    members: Mapping[str, Scorer],
    popularity: Floats,
    cases: Cases,
    pool: Mask,
    recency: Recency,
) -> Sheet:
    """Score the union of each member's best candidates, popularity's too, for every case.

    Parameters
    ----------
    members
        Scorers by name; popularity is added as the last one, under its name.
    pool
        bool (n_items,). What may be recommended.
    """
    names = [*members, POPULARITY]
    mass = mean_mass(cases, recency)
    found = []
    for block in blocks(len(cases), len(pool)):
        told = cases.histories.take(block)
        lift = lifts(asked(told, len(pool), recency), mass)
        scores = [member.scores(member.ask(told, recency=recency)) for member in members.values()]
        allowed = np.repeat(pool[None, :], len(block), axis=0)
        allowed[seen(told)] = False
        first, last = int(block[0]), int(block[-1]) + 1
        owner = cases.owner[cases.indptr[first] : cases.indptr[last]] - first
        targets = cases.targets[cases.indptr[first] : cases.indptr[last]]
        found.append(_block([*scores, lift[:, None] * popularity], allowed, owner, targets))
    best = np.concatenate([one.best for one in found], axis=1) if found else None
    scale = {
        name: float(best[index].mean()) if best is not None else 0.0
        for index, name in enumerate(names)
    }
    return _assemble(names, scale, found, cases)


def mean_mass(cases: Cases, recency: Recency) -> float:
    """Return the mean weight of a whole history."""
    told: Histories = cases.histories
    return float(recency.weights(told).sum(dtype=np.float64) / max(len(told), 1))


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
    scores: Sequence[Floats],
    allowed: NDArray[np.bool_],
    owner: NDArray[np.int64],
    targets: NDArray[np.int32],
) -> Block:
    """Score the union of the members' best and the targets.

    Popularity's best are rivals too, though no other member may score them.
    """
    n_cases, n = allowed.shape
    best = np.zeros((len(scores), n_cases), np.float32)
    chosen = np.zeros(allowed.shape, bool)
    chosen[owner, targets] = True
    row = np.arange(n_cases)
    for index, own in enumerate(scores):
        able = np.where(allowed & (own > 0), own, np.float32(0))
        best[index] = able.max(axis=1, initial=0)
        top = rows.most(able, NEAREST)
        chosen[np.repeat(row, np.diff(top.indptr)), top.indices] = True
    lengths = chosen.sum(axis=1).astype(np.int64)
    cases, places = np.nonzero(chosen)
    flat = np.stack([own[cases, places] for own in scores])
    starts = np.concatenate([[0], np.cumsum(lengths)])
    slots = np.searchsorted(cases * n + places, owner * n + targets) - starts[owner]
    return Block(best, flat.astype(np.float32), lengths, slots.astype(np.int64))


def _assemble(
    names: list[str], scale: dict[str, float], found: Sequence[Block], cases: Cases
) -> Sheet:
    lengths = np.concatenate([one.lengths for one in found] or [np.empty(0, np.int64)])
    width = int(lengths.max(initial=1))
    valid = np.arange(width)[None, :] < lengths[:, None]
    scores = np.zeros((len(names), *valid.shape), np.float32)
    for index, name in enumerate(names):
        flat = np.concatenate([one.scores[index] for one in found] or [np.empty(0, np.float32)])
        scores[index][valid] = flat / np.float32(max(scale.get(name, 0.0), 1e-12))
    counts = np.diff(cases.indptr)
    case = np.repeat(np.arange(len(cases)), counts)
    slot = np.concatenate([one.slots for one in found] or [np.empty(0, np.int64)])
    ideal = gain.most(np.maximum(counts, 1), DEPTH)
    return Sheet(names, scale, scores, valid, case, slot, 1 / ideal[case])
