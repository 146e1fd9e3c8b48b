"""How many entries the rows of a blend keep: the fewest that cost next to nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from beholder.blending.measure import alone, blocks, ndcg
from beholder.blending.validation import Validation
from beholder.dataset.splits import Cases
from beholder.scorers import rows
from beholder.scorers.blend import Blend
from beholder.scorers.fold import Combined
from beholder.scorers.item_item import ItemItem

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


def usual_kept(held: Validation, parts: Combined) -> Kept:
    """Take the usual numbers, and look at the size of a good score alone."""
    return Kept(*USUAL, _top(parts, held.mixed), [])


def choose_kept(held: Validation, parts: Combined) -> Kept:
    """Choose the entries among cold columns by cold cases, then those among warm ones."""
    notes = []
    kept_cold = COLD[-1]
    if len(held.fresh):
        whole = _rows_of(parts, held.fresh)
        found = [
            float(_ask(parts, whole, held, held.fresh, (1, k), held.cold).mean()) for k in COLD
        ]
        uncut = ndcg(alone(_blend(parts, whole, based=False)), held.fresh, held.cold)
        kept_cold, said = _fewest(COLD, found, float(uncut.mean()))
        notes.append(
            f"each item keeps its {kept_cold} nearest new items (NDCG@10 among new items, by how "
            f"many: {said})"
        )
    kept = WARM[-1]
    if len(held.mixed):
        whole = _rows_of(parts, held.mixed)
        pool = np.ones(len(parts.base), np.bool_)
        found = [
            float(_ask(parts, whole, held, held.mixed, (k, kept_cold), pool).mean()) for k in WARM
        ]
        kept, said = _fewest(WARM, found, max(found))
        notes.append(
            f"each item keeps its {kept} nearest known items (NDCG@10, by how many: {said})"
        )
    return Kept(kept, kept_cold, _top(parts, held.mixed), notes)


def _ask(
    parts: Combined,
    whole: sp.csr_array,
    held: Validation,
    cases: Cases,
    kept: tuple[int, int],
    pool: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    cut = rows.cut_apart(whole, held.untouched, *kept)
    return ndcg(alone(_blend(parts, cut, based=bool(pool.all()))), cases, pool)


def _blend(parts: Combined, matrix: sp.csr_array, based: bool) -> Blend:
    base = parts.base if based else np.zeros_like(parts.base)
    weights = parts.weights
    item_item = ItemItem(matrix, weights.recency, among_new=weights.among_new, placed=parts.cold)
    return Blend(item_item, base, parts.weights.mass, parts.vectors)


def _fewest(tried: Sequence[int], found: Sequence[float], whole: float) -> tuple[int, str]:
    said = ", ".join(f"{k}: {value:.4f}" for k, value in zip(tried, found, strict=True))
    good = min(whole, max(found)) * (1 - LOSS)
    return next(k for k, value in zip(tried, found, strict=True) if value >= good), said


def _rows_of(parts: Combined, cases: Cases) -> sp.csr_array:
    """Return the uncut rows of the items in the histories alone, (n_items, n_items)."""
    asked = np.unique(cases.histories.items).astype(np.int64)
    return rows.spread_rows(parts.rows(asked), asked, len(parts.base))


def _top(parts: Combined, cases: Cases) -> float:
    """Return the mean best score of a history, popularity apart; of one item, if there is none."""
    few = cases.take(np.arange(min(SAMPLE, len(cases))))
    if not len(few):
        some = np.arange(min(SAMPLE, len(parts.base)), dtype=np.int64)
        alone = parts.rows(some).max(axis=1).toarray() if len(some) else np.zeros(1)
        return float(np.maximum(alone, 0).mean()) or 1.0
    plain = replace(parts, base=np.zeros_like(parts.base))
    best = [
        np.maximum(plain.scores(few.histories.take(block)), 0).max(axis=1)
        for block in blocks(len(few), len(parts.base))
    ]
    return float(np.concatenate(best).mean()) or 1.0
