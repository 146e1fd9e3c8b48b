"""How items without behaviour are scored, learned from items held out as if they were new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from beholder.models.blend import Weights, combined
from beholder.models.interface import Floats
from beholder.models.itemitem import ItemItem
from beholder.models.placement import Placement, PlacementSettings
from beholder.training.gate import better
from beholder.training.judge import gains, ndcg_of_parts, ndcg_per_case, score_blocks
from beholder.training.validation import Validation
from beholder.training.weights import ascend, sheet

BY_CONTENT = ("words", "variants", "visual-knn", "colour")
NEW_ALONE = frozenset({"variants"})  # among items with behaviour they added nothing certain
PLACEMENTS = (
    PlacementSettings(),
    PlacementSettings(pictures=0.5),
    PlacementSettings(words=0.5),
    PlacementSettings(power=2.0),
    PlacementSettings(power=4.0),
)
FACTORS = 2.0 ** np.arange(-6, 4.01, 0.5)  # cold scores against warm ones
DEEP = 50  # few of the targets are cold: longer lists show more of them
SAME = 0.005  # of NDCG: factors this near to the best one are as good
CHANCE = 1.0  # standard errors of a difference that are taken for none (Breiman et al., 1984)


def place(
    held: Validation, base: ItemItem, trials: Sequence[PlacementSettings] = PLACEMENTS
) -> tuple[PlacementSettings, Placement]:
    """Choose how content neighbours are found, by half of the cases of cold items."""
    asked = held.fresh.take(np.arange(0, len(held.fresh), 2))
    best: tuple[PlacementSettings, Placement] | None = None
    reached = -1.0
    for settings in trials:
        placed = Placement.over(base, held.train, settings)
        found = float(ndcg_per_case(placed.rows, placed.decay, asked, held.cold).mean())
        if found > reached:
            best, reached = (settings, placed), found
    assert best is not None
    return best


def weigh_cold(
    held: Validation,
    members: Mapping[str, ItemItem],
    placed: Placement,
    counts: Floats,
    weights: Weights,
) -> Weights:
    """Return the weights with those of cold items added, not yet on the scale of warm ones.

    Where content answers no better than chance, cold items get no weight.
    """
    able = {name: members[name] for name in BY_CONTENT if name in members}
    able["placement"] = placed
    page = sheet(able, np.zeros_like(counts), held.fresh, held.cold, weights.decay)
    learned, _ = ascend(page)
    added = {name: page.scale[name] for name in able if name not in weights.scale}
    # Members keep one scale: cold weights are expressed in the scale of warm ones.
    cold = {
        name: float(w) * weights.scale.get(name, page.scale[name]) / max(page.scale[name], 1e-12)
        for name, w in zip(page.names, learned, strict=True)
        if name in able
    }
    found = msgspec.structs.replace(weights, scale=weights.scale | added, cold=cold)
    told = combined(able, held.cold, found).scaled
    by_content = ndcg_of_parts(told, weights.decay, held.fresh, held.cold)
    by_chance = ndcg_of_parts([], weights.decay, held.fresh, held.cold)
    if not better(by_content, by_chance):  # these cases taught the weights
        found = msgspec.structs.replace(found, cold=dict.fromkeys(cold, 0.0))
    return found


def match_scales(
    held: Validation, members: Mapping[str, ItemItem], counts: Floats, weights: Weights
) -> tuple[Weights, float]:
    """Bring cold scores to the scale of warm ones, by users with targets of both kinds.

    Returns
    -------
    The weights with cold ones multiplied by the factor, and the factor.
    """
    parts = combined(members, held.untouched, weights).scaled
    base = np.float32(weights.popularity) * counts
    pool = np.ones(len(counts), np.bool_)
    cold = np.flatnonzero(held.untouched)
    found = np.zeros((len(FACTORS), len(held.mixed)))
    for start, scores in score_blocks(parts, weights.decay, held.mixed, pool, base, weights.mass):
        own = scores[:, cold]
        for index, factor in enumerate(FACTORS):
            scores[:, cold] = own * np.float32(factor)
            found[index, start : start + len(scores)] = gains(scores, held.mixed, start, DEEP)
    factor = nearest_to_one(found) if len(held.mixed) else 1.0
    cold_weights = {name: value * factor for name, value in weights.cold.items()}
    return msgspec.structs.replace(weights, cold=cold_weights), factor


def nearest_to_one(found: NDArray[np.float64]) -> float:
    """Return the factor nearest to 1 among those that are as good as the best.

    Parameters
    ----------
    found
        NDCG of each of `FACTORS` on each case, float64 (factors, cases).
    """
    best = found[found.mean(axis=1).argmax()]
    behind = best - found
    error = behind.std(axis=1) / np.sqrt(found.shape[1])
    good = FACTORS[behind.mean(axis=1) <= np.maximum(SAME * best.mean(), CHANCE * error)]
    return float(good[np.abs(np.log(good)).argmin()])
