"""How items without behaviour are scored, learned from items held out as if they were new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from beholder.blending.climb import ascend
from beholder.blending.gate import better
from beholder.blending.measure import Values, alone, gains, ndcg, score_blocks
from beholder.blending.sheet import sheet
from beholder.blending.validation import Validation
from beholder.dataset.new_items import Likeness, new_items
from beholder.models.placement import Placement, PlacementSettings, over
from beholder.scorers.fold import Weights, combined
from beholder.scorers.interface import Floats, NewItems, Scorer
from beholder.scorers.item_item import ItemItem
from beholder.scorers.recency import Recency

PLACING = Placement.card.name
FACTORS = 2.0 ** np.arange(-6, 4.01, 0.5)  # cold scores against warm ones
DEEP = 50  # few of the targets are cold: longer lists show more of them
SAME = 0.005  # of NDCG: factors this near to the best one are as good
CHANCE = 1.0  # standard errors of a difference that are taken for none (Breiman et al., 1984)
USUAL_AMONG_NEW = Recency(0.95)  # where there is no time to choose
DECAYS = (0.8, 0.9, 0.95, 0.98, 1.0)  # of what a history says of new items
SHIFTS = (0.5, 2.0)  # what each weight is tried times; never 0: search and lists compare by it too


@dataclass
class Placing:
    """How the neighbours of new items are found.

    Attributes
    ----------
    likeness
        Weight of each modality in the similarity of two items.
    power
        Similarities are raised to this power.
    new
        The items without behaviour of the validation split, compared like this.
    placed
        A scorer that places them over the best member of behaviour; None without one.
    """

    likeness: Likeness
    power: float
    new: NewItems
    placed: ItemItem | None
    tried: int = 1


def usual_placing(held: Validation, base: ItemItem | None) -> Placing:
    """Weigh all modalities the same."""
    likeness = dict.fromkeys(held.train.content.spaces, 1.0)
    power = PlacementSettings().power
    new = new_items(held.train, likeness)
    return Placing(likeness, power, new, over(base, power) if base is not None else None)


def recency_among_new(held: Validation, placing: Placing) -> Recency:
    """Return the recency of histories that places new items best.

    The last moments say what somebody goes on with; for whom a new item is, his whole taste says.
    """
    assert placing.placed is not None
    grown = placing.placed.grown(placing.new)

    def reached(recency: Recency) -> float:
        return float(ndcg(alone(grown, recency), held.fresh, held.cold).mean())

    return max((Recency(decay) for decay in DECAYS), key=reached)


def choose_placing(held: Validation, base: ItemItem, recency: Recency) -> Placing:
    """Choose weights and power by the cases of new items, one after the other.

    All else that compares items reads these weights too, so that a change has to be worth more
    than chance.
    """
    best, tried = usual_placing(held, base), 0

    def reached(placing: Placing) -> Values:
        nonlocal tried
        tried += 1
        assert placing.placed is not None
        return ndcg(alone(placing.placed.grown(placing.new), recency), held.fresh, held.cold)

    top = reached(best)
    for name in best.likeness:
        for shift in SHIFTS:
            likeness = {**best.likeness, name: best.likeness[name] * shift}
            other = Placing(likeness, best.power, new_items(held.train, likeness), best.placed)
            found = reached(other)
            if better(found, top, CHANCE):
                best, top = other, found
    for settings in Placement.card.trials[1:]:
        other = Placing(best.likeness, settings.power, best.new, over(base, settings.power))
        found = reached(other)
        if better(found, top, CHANCE):
            best, top = other, found
    best.tried = tried
    return best


def weigh_cold(
    held: Validation, able: Mapping[str, Scorer], counts: Floats, weights: Weights
) -> Weights:
    """Return the weights with those of cold items added, not yet on the scale of warm ones.

    Where content answers no better than chance, cold items get no weight.

    Parameters
    ----------
    able
        Members that speak of items without behaviour, which they know already.
    """
    recency = weights.among_new or weights.recency
    page = sheet(able, np.zeros_like(counts), held.fresh, held.cold, recency)
    learned, _ = ascend(page)
    added = {name: page.scale[name] for name in able if name not in weights.scale}
    # Members keep one scale: cold weights are expressed in the scale of warm ones.
    cold = {
        name: float(w) * weights.scale.get(name, page.scale[name]) / max(page.scale[name], 1e-12)
        for name, w in zip(page.names, learned, strict=True)
        if name in able
    }
    found = msgspec.structs.replace(weights, scale=weights.scale | added, cold=cold)
    plain = msgspec.structs.replace(found, popularity=0.0)
    told = combined(able, counts, held.cold, plain)
    by_content = ndcg(told.scores, held.fresh, held.cold)
    by_chance = ndcg(combined({}, counts, held.cold, plain).scores, held.fresh, held.cold)
    if not better(by_content, by_chance):  # these cases taught the weights
        found = msgspec.structs.replace(found, cold=dict.fromkeys(cold, 0.0))
    return found


def match_scales(
    held: Validation, members: Mapping[str, Scorer], counts: Floats, weights: Weights
) -> tuple[Weights, float]:
    """Bring cold scores to the scale of warm ones, by users with targets of both kinds.

    Returns
    -------
    The weights with cold ones multiplied by the factor, and the factor.
    """
    parts = combined(members, counts, held.untouched, weights)
    pool = np.ones(len(counts), np.bool_)
    cold = np.flatnonzero(held.untouched)
    found = np.zeros((len(FACTORS), len(held.mixed)))
    for start, scores in score_blocks(parts.scores, held.mixed, pool):
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
    good = FACTORS[as_good(found)]
    return float(good[np.abs(np.log(good)).argmin()])


def as_good(found: Values) -> NDArray[np.bool_]:
    """Return which of several ways to answer the same cases are as good as the best.

    Parameters
    ----------
    found
        float64 (ways, cases). NDCG.
    """
    best = found[found.mean(axis=1).argmax()]
    behind = best - found
    error = behind.std(axis=1) / np.sqrt(found.shape[1])
    good: NDArray[np.bool_] = behind.mean(axis=1) <= np.maximum(SAME * best.mean(), CHANCE * error)
    return good
