"""What each member counts: warm weights, cold weights, the scale between them, rows kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec
import numpy as np

from beholder.blending import gate
from beholder.blending.able import base_of, for_warm, is_doubtful, speaks_of_cold, with_new
from beholder.blending.chosen import Chosen, records
from beholder.blending.climb import learn
from beholder.blending.cold import (
    PLACING,
    USUAL_AMONG_NEW,
    Placing,
    choose_placing,
    match_scales,
    recency_among_new,
    usual_placing,
    weigh_cold,
)
from beholder.blending.dislikes import choose_strength
from beholder.blending.kept import Kept, choose_kept, usual_kept
from beholder.blending.measure import alone, ndcg
from beholder.blending.members import Tuned
from beholder.blending.sheet import POPULARITY, mean_mass, sheet
from beholder.blending.untaught import (
    TIE_BREAK,
    by_default,
    even_cold,
    nothing_but_popularity,
)
from beholder.blending.validation import FEWEST, Validation
from beholder.models.popularity import PopularitySettings, counts_of
from beholder.scorers.fold import Weights, combined
from beholder.scorers.interface import Floats, Scorer
from beholder.scorers.item_item import ItemItem
from beholder.scorers.recency import Recency

DECAYS = (0.7, 0.8, 0.9, 1.0)
OLDER = (1.0, 0.6, 0.4)  # of what came before the newest moment
FEW = 600  # cases that decide a single number


def weigh(
    held: Validation,
    tuned: Mapping[str, Tuned],
    popular: PopularitySettings,
    seed: int,
    quick: bool = False,
) -> Chosen:
    """Learn the weights of warm and cold items, and the scale between them.

    Parameters
    ----------
    seed
        Draws the cases that weights are learned on.
    quick
        Ask fewer cases, take the usual way to find content neighbours, and keep the usual
        number of entries.
    """
    if quick:
        held = held.fewer(FEW)
    counts = counts_of(held.train, popular)
    if not tuned:
        return nothing_but_popularity(held, counts)
    if len(held.learn) < FEWEST:
        return by_default(held, tuned, counts)
    lasting = for_warm(tuned)
    recency = _recency(held, lasting)
    weights = _warm(held, lasting, counts, recency, seed)
    weights, lasting, doubts = _without_doubtful(held, lasting, counts, weights, seed)
    weights, notes, asked = _simplest(held, lasting, counts, weights)
    members = {n: one for n, one in tuned.items() if n in lasting or not is_doubtful(one)}
    base = base_of(members)
    among_new = _among_new if held.compared else _unweighed
    weights, placing, grown, said = among_new(_Asked(held, members, counts, base, quick), weights)
    notes = doubts + notes + said
    parts = combined(grown, counts, held.untouched, weights)
    usual = quick or not held.compared  # of rows that hold no new items nothing can be chosen
    kept: Kept = (usual_kept if usual else choose_kept)(held.fewer(FEW), parts)
    weights = msgspec.structs.replace(weights, top=kept.top)
    if not quick:
        strength, said = choose_strength(held, parts, placing.likeness)
        weights = msgspec.structs.replace(weights, dislike=strength)
        notes += said
    told = records(tuned, weights, placing)
    notes += kept.notes
    return Chosen(weights, kept.warm, kept.cold, base, placing, told, notes, asked, parts)


class _Asked(NamedTuple):
    """Who is asked of new items: those members that stay, on which cases, and how thoroughly."""

    held: Validation
    members: Mapping[str, Tuned]
    counts: Floats
    base: str
    quick: bool

    @property
    def scorers(self) -> dict[str, Scorer]:
        """What the members have learned."""
        return {name: one.scorer for name, one in self.members.items()}

    @property
    def behaved(self) -> ItemItem | None:
        """What new items can be placed over."""
        found = self.members.get(self.base)
        return found.scorer if found is not None and isinstance(found.scorer, ItemItem) else None


AmongNew = tuple[Weights, Placing, dict[str, Scorer], list[str]]


def _unweighed(asked: _Asked, weights: Weights) -> AmongNew:
    """Let all that speaks of new items weigh the same, without comparing them."""
    weights = even_cold(weights, asked.members, asked.base)
    note = "new items: all that speaks of them weighs the same, for want of time"
    return weights, usual_placing(asked.held, asked.behaved), asked.scorers, [note]


def _among_new(asked: _Asked, weights: Weights) -> AmongNew:
    """Weigh what speaks of new items, by items that were held out as if they were new.

    Returns
    -------
    Weights, how new items are placed, the members that have taken them in, and notes.
    """
    held, members, behaved = asked.held, asked.scorers, asked.behaved
    placing = usual_placing(held, behaved)
    if behaved is None or not held.cold.any() or len(held.fresh) < FEWEST:
        weights = even_cold(weights, asked.members, asked.base)
        grown = with_new(members, placing)
        if behaved is not None or not held.cold.any() or len(held.mixed) < FEWEST:
            return weights, placing, grown, []
        weights, factor = match_scales(held, grown, asked.counts, weights)
        told = f"new items: what speaks of them weighs the same, scale {factor:.2g} against others"
        return weights, placing, grown, [told]
    recency = USUAL_AMONG_NEW
    if not asked.quick:
        recency = recency_among_new(held, placing)
        placing = choose_placing(held, behaved, recency)
    weights = msgspec.structs.replace(weights, among_new=recency)
    fading = f"each moment of a history counts {recency.decay:.0%} of the next one"
    notes = [f"{fading} where new items are scored"]
    grown = with_new(members, placing)
    able = {n: s for n, s in grown.items() if n == PLACING or speaks_of_cold(asked.members[n])}
    weights = weigh_cold(held, able, asked.counts, weights)
    if any(weights.cold.values()):
        weights, factor = match_scales(held, grown, asked.counts, weights)
        notes.append(
            "new items are scored by the known ones that they look and read like, as "
            f"{asked.base} has them, and count {factor:.2g} times as much"
        )
    else:
        notes.append("new items: what they look and read like says no more than chance")
    return weights, placing, grown, notes


def _recency(held: Validation, tuned: Mapping[str, Tuned]) -> Recency:
    """Choose the recency that suits the best two members on the tuning half."""
    asked = held.tune.take(np.arange(min(FEW, len(held.tune))))
    leaders = sorted(tuned, key=lambda name: -tuned[name].ndcg)[:2]

    def reached(recency: Recency) -> float:
        found = (ndcg(alone(tuned[n].scorer, recency), asked, ~held.cold) for n in leaders)
        return float(sum(one.mean() for one in found))

    best = max((Recency(decay) for decay in DECAYS), key=reached)
    return max((best._replace(older=older) for older in OLDER), key=reached)


def _warm(
    held: Validation,
    lasting: Mapping[str, Tuned],
    counts: Floats,
    recency: Recency,
    seed: int,
) -> Weights:
    """Climb to the weights of items with behaviour."""
    members = {name: one.scorer for name, one in lasting.items()}
    page = sheet(members, counts, held.learn, ~held.cold, recency)
    warm = dict(zip(page.names, learn(page, seed).tolist(), strict=True))
    popularity = warm.pop(POPULARITY) / max(page.scale[POPULARITY], 1e-12)
    return Weights(
        dict(page.scale),
        warm,
        {},
        max(popularity, TIE_BREAK),
        recency.decay,
        recency.older,
        mass=mean_mass(held.learn, recency),
    )


def _without_doubtful(
    held: Validation,
    lasting: dict[str, Tuned],
    counts: Floats,
    weights: Weights,
    seed: int,
) -> tuple[Weights, dict[str, Tuned], list[str]]:
    """Keep members that cost more than others only where their gain is certain; see `is_doubtful`.

    Returns
    -------
    Weights, the members that are kept, and what is to be said of the others.
    """
    costly = [name for name, one in lasting.items() if is_doubtful(one)]
    rest = {name: one for name, one in lasting.items() if name not in costly}
    if not costly or not rest:
        return weights, lasting, []
    without = _warm(held, rest, counts, _recency(held, rest), seed)  # not by that of the others
    if not any(weights.warm.get(name, 0.0) for name in costly):
        return without, rest, [f"{name} is left out: it has no weight" for name in costly]
    members = {name: one.scorer for name, one in lasting.items()}
    own = gate.ask_recipe(held, members, counts, weights)
    other = gate.ask_recipe(held, members, counts, without)
    said = f"{own.mean():.4f} with, {other.mean():.4f} without (NDCG@10)"
    if gate.better(own, other):
        return weights, lasting, [f"{', '.join(costly)}: {said}"]
    are = "is" if len(costly) == 1 else "are"
    return without, rest, [f"{', '.join(costly)} {are} left out: the gain is not certain, {said}"]


def _simplest(
    held: Validation, tuned: Mapping[str, Tuned], counts: Floats, weights: Weights
) -> tuple[Weights, list[str], gate.Scores]:
    """Keep the blend unless its best member, or popularity, does better on users it never saw.

    The best of many members is best partly by chance on the very users it is chosen on: it is
    taken alone only where it is certainly better.

    Returns
    -------
    Weights, notes, and NDCG@10 of each case of the tuning half, float64 (cases,).
    """
    popular = gate.ask_popularity(held, counts)
    blended = gate.ask_recipe(held, {n: one.scorer for n, one in tuned.items()}, counts, weights)
    name = max(tuned, key=lambda n: tuned[n].ndcg)
    own = ndcg(alone(tuned[name].scorer, weights.recency), held.tune, ~held.cold)
    notes = []
    if gate.better(own, blended):
        notes.append(
            f"{name} alone ({own.mean():.4f}) does better than all members together "
            f"({blended.mean():.4f}), and is kept"
        )
        warm = {n: float(n == name) for n in weights.warm}
        weights = msgspec.structs.replace(weights, warm=warm, popularity=TIE_BREAK)
        blended = own
    else:
        together = f"all members together reach {blended.mean():.4f} (NDCG@10)"
        figures = f"{together}, {name} alone {own.mean():.4f}"
        if own.mean() > blended.mean():
            figures += f": {name} leads by no more than chance allows"
        notes.append(figures)
    notes[-1] += f" ({len(own)} cases, by the recency of the blend)"
    said = f"reaches {popular.mean():.4f}, what members say {blended.mean():.4f}"
    if blended.mean() > popular.mean():
        return weights, [*notes, f"popularity alone {said}"], blended
    nothing = dict.fromkeys(weights.warm, 0.0)
    weights = msgspec.structs.replace(weights, warm=nothing, popularity=1.0)
    kept = f"popularity alone is kept: it {said}"
    return weights, [*notes, kept], popular
