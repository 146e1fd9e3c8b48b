"""What each member counts: warm weights, cold weights, the scale between them, rows kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
import scipy.sparse as sp

from beholder.models.blend import Weights
from beholder.models.interface import Floats
from beholder.models.placement import Placement, PlacementSettings
from beholder.models.popularity import Popularity, PopularitySettings
from beholder.training import gate
from beholder.training.cold import NEW_ALONE, PLACEMENTS, match_scales, place, weigh_cold
from beholder.training.histories import history_matrix, mean_mass
from beholder.training.judge import ndcg_per_case
from beholder.training.kept import USUAL, choose_kept, usual_kept
from beholder.training.tuner import Tuned
from beholder.training.validation import Validation
from beholder.training.weights import learn, sheet

DECAYS = (0.7, 0.8, 0.9, 1.0)
TIE_BREAK = 1e-6  # popularity orders what nothing else does
FEWEST = 20  # cases below which weights would be learned from chance
FEW = 600  # cases that decide a single number
BEHAVIOUR = ("session-ease", "ease", "content-ease", "session", "itemknn")


@dataclass
class Chosen:
    """Weights with the evidence for them.

    Attributes
    ----------
    kept, kept_cold
        Entries a row among warm and among cold columns.
    base
        The member that cold items are placed over, empty without one.
    asked
        float64 (cases,). NDCG@10 of each case of the tuning half; empty where there are too few.
    """

    weights: Weights
    kept: int
    kept_cold: int
    base: str
    placing: PlacementSettings
    table: list[dict[str, Any]]
    notes: list[str]
    asked: gate.Scores = field(default_factory=lambda: np.empty(0))


def weigh(
    held: Validation,
    tuned: Mapping[str, Tuned],
    popular: PopularitySettings,
    quick: bool = False,
) -> Chosen:
    """Learn the weights of warm and cold items, and the scale between them.

    Parameters
    ----------
    quick
        Ask fewer cases, take the usual way to find content neighbours, and keep the usual
        number of entries.
    """
    placements = PLACEMENTS[:1] if quick else PLACEMENTS
    if quick:
        held = held.fewer(FEW)
    counts = Popularity.fit(held.train, popular).counts
    members = {name: one.model for name, one in tuned.items()}
    if len(held.learn) < FEWEST:
        return _by_default(tuned)
    lasting = _lasting(tuned)
    decay = _decay(held, lasting)
    page = sheet({name: members[name] for name in lasting}, counts, held.learn, ~held.cold, decay)
    learned = learn(page, seed=0)
    warm = dict(zip(page.names, learned.tolist(), strict=True))
    mass = mean_mass(history_matrix(held.learn, decay, len(counts)))
    weights, notes, asked = _simplest(
        held, lasting, counts, _as_weights(page.scale, warm, decay, mass)
    )
    base = max((n for n in BEHAVIOUR if n in tuned), key=lambda n: tuned[n].ndcg, default="")
    placing = placements[0]
    grown = dict(members)
    if held.cold.any() and len(held.fresh) >= FEWEST and base:
        placing, placed = place(held, members[base], placements)
        weights = weigh_cold(held, members, placed, counts, weights)
        grown["placement"] = placed
        if any(weights.cold.values()):
            weights, factor = match_scales(held, grown, counts, weights)
            notes.append(f"cold items: placed over {base}, scale {factor:.2g} against warm ones")
        else:
            notes.append("cold items: what they look and read like says no more than chance")
    else:
        weights = msgspec.structs.replace(weights, cold=_default_cold(weights.scale))
        if held.cold.any() and base:
            grown["placement"] = Placement.over(members[base], held.train, placing)
    kept = (usual_kept if quick else choose_kept)(held.fewer(FEW), grown, counts, weights)
    weights = msgspec.structs.replace(weights, top=kept.top)
    table = _table(tuned, weights, placing, len(placements))
    return Chosen(weights, kept.warm, kept.cold, base, placing, table, notes + kept.notes, asked)


def _lasting(tuned: Mapping[str, Tuned]) -> dict[str, Tuned]:
    """Return the members for items with behaviour; if there is none, those that there are."""
    lasting = {name: one for name, one in tuned.items() if name not in NEW_ALONE}
    return lasting or dict(tuned)


def _decay(held: Validation, tuned: Mapping[str, Tuned]) -> float:
    """Choose the recency that suits the best two members on the tuning half."""
    asked = held.tune.take(np.arange(min(FEW, len(held.tune))))
    leaders = sorted(tuned, key=lambda name: -tuned[name].ndcg)[:2]
    reached = {
        decay: sum(
            ndcg_per_case(tuned[name].model.rows, decay, asked, ~held.cold).mean()
            for name in leaders
        )
        for decay in DECAYS
    }
    return max(reached, key=lambda decay: reached[decay])


def _as_weights(
    scale: Mapping[str, float], warm: Mapping[str, float], decay: float, mass: float
) -> Weights:
    popularity = warm.get("popularity", 0.0) / max(scale.get("popularity", 0.0), 1e-12)
    plain = {name: value for name, value in warm.items() if name != "popularity"}
    return Weights(dict(scale), plain, {}, max(popularity, TIE_BREAK), decay, mass=mass)


def _by_default(tuned: Mapping[str, Tuned]) -> Chosen:
    """Too little behaviour to learn from: equal weights of scaled members."""
    notes = ["too few people with five events: members weigh the same"]
    scale = {name: _size(one.model.rows) for name, one in tuned.items()}
    even = dict.fromkeys(_lasting(tuned), 1.0)
    weights = Weights(scale | {"placement": 1.0}, even, _default_cold(scale), TIE_BREAK, 0.9)
    base = next((name for name in BEHAVIOUR if name in tuned), "")
    placing = PlacementSettings()
    table = _table(tuned, weights, placing, 1)
    return Chosen(weights, *USUAL, base, placing, table, notes)


def _size(matrix: sp.csr_array) -> float:
    return float(np.abs(matrix.data).mean()) if matrix.nnz else 1.0


def _default_cold(scale: Mapping[str, float]) -> dict[str, float]:
    return {name: 0.5 for name in ("visual-knn", "words", "variants", "placement") if name in scale}


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
    blended = gate.ask_recipe(held, {n: one.model for n, one in tuned.items()}, counts, weights)
    name = max(tuned, key=lambda n: tuned[n].ndcg)
    own = ndcg_per_case(tuned[name].model.rows, weights.decay, held.tune, ~held.cold)
    notes = []
    if gate.better(own, blended):
        notes.append(f"{name} alone ({own.mean():.4f}) beats the blend ({blended.mean():.4f})")
        warm = {n: float(n == name) for n in weights.warm}
        weights = msgspec.structs.replace(weights, warm=warm, popularity=TIE_BREAK)
        blended = own
    else:
        notes.append(
            f"blend {blended.mean():.4f} against {own.mean():.4f} for {name} alone (NDCG@10)"
        )
    said = f"{blended.mean():.4f} against {popular.mean():.4f} for popularity"
    if blended.mean() > popular.mean():
        return weights, [*notes, said], blended
    nothing = dict.fromkeys(weights.warm, 0.0)
    weights = msgspec.structs.replace(weights, warm=nothing, popularity=1.0)
    return weights, [*notes, f"popularity alone is kept: {said} is no gain"], popular


def _table(
    tuned: Mapping[str, Tuned], weights: Weights, placing: PlacementSettings, placements: int
) -> list[dict[str, Any]]:
    table = []
    for name, one in sorted(tuned.items(), key=lambda pair: -pair[1].ndcg):
        table.append(
            {
                "model": name,
                "settings": msgspec.to_builtins(one.settings),
                "tried": one.tried,
                "ndcg@10": round(one.ndcg, 5),
                "warm": round(weights.warm.get(name, 0.0), 4),
                "cold": round(weights.cold.get(name, 0.0), 4),
            }
        )
    table.append(
        {
            "model": "placement",
            "settings": msgspec.to_builtins(placing),
            "tried": placements,
            "ndcg@10": None,
            "warm": 0.0,
            "cold": round(weights.cold.get("placement", 0.0), 4),
        }
    )
    return table
