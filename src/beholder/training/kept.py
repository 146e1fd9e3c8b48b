"""How many entries the rows of a blend keep: the fewest that cost next to nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from beholder.dataset.splits import Cases
from beholder.models import rows
from beholder.models.blend import Combined, Weights, combined
from beholder.models.interface import Floats
from beholder.models.itemitem import ItemItem
from beholder.training.histories import history_matrix
from beholder.training.judge import ndcg_per_case
from beholder.training.validation import Validation

WARM = (100, 200, 400)
COLD = (25, 50, 100, 150, 200)
USUAL = (200, 100)  # among warm, among cold columns: where there is no time to choose
LOSS = 0.005  # of NDCG that fewer entries may cost
SAMPLE = 200  # cases that tell the size of a good score


class Kept(NamedTuple):
    """Entries a row among warm and cold columns, and the mean best score of a history."""

    warm: int
    cold: int
    top: float
    notes: list[str]


def usual_kept(
    held: Validation, members: Mapping[str, ItemItem], counts: Floats, weights: Weights
) -> Kept:
    """Take the usual numbers, and look at the size of a good score alone."""
    parts = combined(members, held.untouched, weights)
    return Kept(*USUAL, _top(parts, held.mixed, weights.decay), [])


def choose_kept(
    held: Validation, members: Mapping[str, ItemItem], counts: Floats, weights: Weights
) -> Kept:
    """Choose the entries among cold columns by cold cases, then those among warm ones."""
    parts = combined(members, held.untouched, weights)
    base = np.float32(weights.popularity) * counts
    notes = []
    kept_cold = COLD[-1]
    if len(held.fresh):
        whole = _rows_of(parts, held.fresh)
        ask = partial(ndcg_per_case, decay=weights.decay, cases=held.fresh, pool=held.cold)
        cut = {k: rows.cut_apart(whole, held.untouched, 1, k) for k in COLD}
        kept_cold, said = _fewest(
            COLD, [float(ask(cut[k]).mean()) for k in COLD], ask(whole).mean()
        )
        notes.append(f"entries a row among new items (NDCG@10 among them): {said}")
    kept = WARM[-1]
    if len(held.mixed):
        whole = _rows_of(parts, held.mixed)
        found = []
        for k in WARM:
            cut_down = rows.cut_apart(whole, held.untouched, k, kept_cold)
            pool = np.ones(len(counts), np.bool_)
            scores = ndcg_per_case(cut_down, weights.decay, held.mixed, pool, base, weights.mass)
            found.append(float(scores.mean()))
        kept, said = _fewest(WARM, found, max(found))
        notes.append(f"entries a row (NDCG@10 on mixed cases): {said}")
    return Kept(kept, kept_cold, _top(parts, held.mixed, weights.decay), notes)


def _fewest(tried: Sequence[int], found: Sequence[float], whole: float) -> tuple[int, str]:
    said = ", ".join(f"{k}: {value:.4f}" for k, value in zip(tried, found, strict=True))
    good = min(whole, max(found)) * (1 - LOSS)
    return next(k for k, value in zip(tried, found, strict=True) if value >= good), said


def _rows_of(parts: Combined, cases: Cases) -> sp.csr_array:
    """Return the uncut rows of the items in the histories alone, (n_items, n_items)."""
    asked = np.unique(history_matrix(cases, 1.0, len(parts.cold)).indices)
    return rows.spread_rows(parts.rows(asked), asked, len(parts.cold))


def _top(parts: Combined, cases: Cases, decay: float) -> float:
    few = cases.take(np.arange(min(SAMPLE, len(cases))))
    if not len(few):
        return 1.0
    scores = history_matrix(few, decay, len(parts.cold)) @ _rows_of(parts, few)
    return float(np.mean(np.asarray(scores.max(axis=1).todense()))) or 1.0
