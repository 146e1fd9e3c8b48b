"""`auto`: fit what suits the data, tune it, blend it, and say why.

1. Cheap members are fitted on a validation split, weighed, and a first blend is handed out.
2. Costly members are tuned one setting after the other while the budget lasts.
3. Weights are learned for warm and for cold items, and the scale between the two.
4. Everything chosen is fitted again on all data and folded into one matrix.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from beholder.dataset.dataset import Dataset
from beholder.errors import UsageError
from beholder.models import rows
from beholder.models.blend import Blend, Weights, fold, speak_for_untouched
from beholder.models.interface import Floats
from beholder.models.itemitem import ItemItem
from beholder.models.placement import Placement, PlacementSettings, neighbours_of_items
from beholder.models.popularity import Popularity, PopularitySettings
from beholder.progress import Progress
from beholder.training.budget import Clock
from beholder.training.grid import MEMBERS
from beholder.training.judge import ndcg_of, ndcg_per_case
from beholder.training.validation import Validation, validation
from beholder.training.weights import ascend, history_matrix, mean_mass, sheet

DECAYS = (0.7, 0.8, 0.9, 1.0)
HALF_LIVES = (1.0, 7.0, 30.0, 365.0)
BLENDS = (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0)
TIE_BREAK = 1e-6  # popularity orders what nothing else does
KEPT = (100, 200, 400)
ASKED = 30  # the weighing asks about as much as this many single models
PLACEMENTS = (
    PlacementSettings(),
    PlacementSettings(pictures=0.5),
    PlacementSettings(words=0.5),
    PlacementSettings(power=2.0),
    PlacementSettings(power=4.0),
)
FEWEST = 20  # cases below which weights would be learned from chance
FEW = 600  # cases that decide a single number
LOSS = 0.005  # of NDCG that a smaller matrix may cost
BEHAVIOUR = ("session-ease", "ease", "content-ease", "session", "itemknn")


@dataclass
class Tuned:
    """The best setting of one member, and how it did on the tuning half.

    Attributes
    ----------
    per_case
        float64 (cases,). NDCG@10 on the tuning half.
    """

    settings: msgspec.Struct
    model: ItemItem
    per_case: NDArray[np.float64]
    tried: int = 1

    @property
    def ndcg(self) -> float:
        """Mean NDCG@10."""
        return float(self.per_case.mean()) if len(self.per_case) else 0.0


@dataclass
class Fitted:
    """What training hands to the bundle."""

    blend: Blend
    weights: Weights
    popularity: Floats
    placement: sp.csr_array
    table: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


Hand = Callable[[Fitted], None]


def fit_auto(
    dataset: Dataset,
    *,
    seed: int,
    budget: float,
    progress: Progress,
    only: Iterable[str] = (),
    protocol: str = "leave-last-out",
    first: Hand | None = None,
) -> Fitted:
    """Choose and fit the blend.

    Parameters
    ----------
    budget
        Seconds; costly members are tuned while they last.
    only
        Names of `MEMBERS` to consider; empty: all.
    protocol
        What validation asks for: `leave-last-out` or `next-basket`.
    first
        Called with a blend of the cheap members as soon as there is one.

    Raises
    ------
    UsageError
        If none of the named members can learn from this data.
    """
    clock = Clock(budget)
    wanted = set(only)
    names = [name for name in MEMBERS if not wanted or name in wanted]
    light = [name for name in names if not MEMBERS[name].heavy and _able(name, dataset)]
    heavy = [name for name in names if MEMBERS[name].heavy]
    if not light and not heavy:
        raise UsageError(
            f"{', '.join(names)} cannot learn from this data: it lacks pictures or words",
            remedy="name other models, or none",
        )
    held = validation(dataset, seed, protocol)
    tuned: dict[str, Tuned] = {}
    tuner = Tuner(held, clock)
    progress.start("fitting simple models", len(light))
    for name in light:
        tuned[name] = tuner.tune(name, None, most=1)
        progress.advance()
    progress.finish()
    popular = _tune_popularity(held)
    if first is not None and tuned:
        draft = _weigh(held, tuned, popular, dataset)
        first(_refit(dataset, tuned, draft, popular, progress, held))
    longest = max((len(MEMBERS[name].trials) for name in heavy), default=0)
    progress.start("tuning", longest * len(heavy))
    # One trial of each costly member first, then the next of each: the budget may end early.
    for turn in range(max((len(MEMBERS[name].trials) for name in heavy), default=0)):
        for name in heavy:
            if turn < len(MEMBERS[name].trials) and (not tuned or tuner.room(name, tuned)):
                tuned[name] = tuner.tune(name, tuned.get(name), most=turn + 1)
            progress.advance()
    for name in light:
        tuned[name] = tuner.tune(name, tuned[name], tuner.reserve(tuned))
    progress.finish()
    choice = _weigh(held, tuned, popular, dataset)
    return _refit(dataset, tuned, choice, popular, progress, held)


@dataclass
class Chosen:
    """Weights with the evidence for them."""

    weights: Weights
    kept: int
    base: str
    placing: PlacementSettings
    table: list[dict[str, Any]]
    notes: list[str]


def _able(name: str, dataset: Dataset) -> bool:
    if name == "visual-knn":
        return bool(dataset.pictures)
    if name == "colour":
        return "colour" in dataset.pictures and len(dataset.pictures) > 1
    if name == "words":
        return any(dataset.texts)
    return True


class Tuner:
    """Tries the settings of members on the tuning half while the budget lasts."""

    def __init__(self, held: Validation, clock: Clock) -> None:
        self.held = held
        self.clock = clock
        self.costs: dict[str, float] = {}
        self.asking = 0.0

    def reserve(self, tuned: Iterable[str]) -> float:
        """Seconds that the end needs: every chosen member once more, and the weighing."""
        again = 1.3 * sum(self.costs.get(name, 0.0) for name in tuned)
        return again + ASKED * self.asking + 0.05 * self.clock.budget

    def room(self, name: str, tuned: Iterable[str]) -> bool:
        """Whether one more trial of a costly member fits, and its fit on all data after it."""
        longest = self.costs.get(name, max(self.costs.values(), default=0.0))
        again = 0.0 if name in tuned else 1.3 * longest
        return self.clock.left > self.reserve(tuned) + longest + again

    def tune(
        self, name: str, already: Tuned | None, reserve: float = 0.0, most: int | None = None
    ) -> Tuned:
        """Return the best of the settings tried, with those tried before."""
        member = MEMBERS[name]
        best = already
        for settings in member.trials[already.tried if already else 0 : most]:
            if best is not None and self.clock.left < reserve + 2 * self.costs.get(name, 0.0):
                break
            before = self.clock.spent
            model = member.model.fit(self.held.train, settings)
            self.costs[name] = self.clock.spent - before
            fitted = self.clock.spent
            scores = ndcg_per_case(model.rows, 0.8, self.held.tune, ~self.held.cold)
            self.asking = max(self.asking, self.clock.spent - fitted)
            tried = (best.tried if best else 0) + 1
            if best is None or (len(scores) and scores.mean() > best.ndcg):
                best = Tuned(settings, model, scores)
            best.tried = tried
        assert best is not None
        return best


def _tune_popularity(held: Validation) -> PopularitySettings:
    empty = sp.csr_array((held.train.n_items, held.train.n_items), dtype=np.float32)
    best, reached = PopularitySettings(), -1.0
    for days in HALF_LIVES:
        settings = PopularitySettings(half_life_days=days)
        counts = Popularity.fit(held.train, settings).counts
        scores = ndcg_per_case(empty, 1.0, held.tune, ~held.cold, counts)
        if len(scores) and scores.mean() > reached:
            best, reached = settings, float(scores.mean())
    return best


def _weigh(
    held: Validation, tuned: Mapping[str, Tuned], popular: PopularitySettings, dataset: Dataset
) -> Chosen:
    """Learn the weights of warm and cold items, and the scale between them."""
    notes: list[str] = []
    counts = Popularity.fit(held.train, popular).counts
    members = {name: one.model for name, one in tuned.items()}
    if len(held.learn) < FEWEST:
        return _by_default(tuned, notes)
    decay = _decay(held, tuned)
    page = sheet(members, counts, held.learn, ~held.cold, decay)
    weighting, _ = ascend(page)
    warm = dict(zip(page.names, weighting.tolist(), strict=True))
    scale = dict(page.scale)
    mass = mean_mass(history_matrix(held.learn, decay, len(counts)))
    weights = msgspec.structs.replace(_as_weights(scale, warm, {}, decay), mass=mass)
    weights, note = _single_if_better(held, tuned, members, counts, weights)
    notes += note
    base = max((n for n in BEHAVIOUR if n in tuned), key=lambda n: tuned[n].ndcg, default="")
    cold: dict[str, float] = {}
    placing, placed = PlacementSettings(), None
    if held.cold.any() and len(held.fresh) >= 20 and base:
        placing, placed = _place(held, members[base])
        cold, more, factor = _weigh_cold(held, members, placed, counts, weights)
        scale |= more
        notes.append(f"cold items: placed over {base}, scale {factor:g} against warm ones")
    weights = msgspec.structs.replace(weights, scale=scale, cold=cold or _default_cold(scale))
    grown = dict(members)
    if held.cold.any() and base:
        grown["placement"] = placed or Placement.over(members[base], held.train, placing)
    kept, top, cut_notes = _cut(held, grown, counts, weights)
    weights = msgspec.structs.replace(weights, top=top)
    table = _table(tuned, weights, placing)
    return Chosen(weights, kept, base, placing, table, notes + cut_notes)


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
    scale: Mapping[str, float], warm: Mapping[str, float], cold: Mapping[str, float], decay: float
) -> Weights:
    popularity = warm.get("popularity", 0.0) / max(scale.get("popularity", 0.0), 1e-12)
    plain = {name: value for name, value in warm.items() if name != "popularity"}
    return Weights(dict(scale), plain, dict(cold), max(popularity, TIE_BREAK), decay)


def _by_default(tuned: Mapping[str, Tuned], notes: list[str]) -> Chosen:
    """Too little behaviour to learn from: equal weights of scaled members."""
    notes.append("too few people with five events: members weigh the same")
    scale = {name: _size(one.model.rows) for name, one in tuned.items()}
    even = dict.fromkeys(tuned, 1.0)
    weights = Weights(scale | {"placement": 1.0}, even, _default_cold(scale), TIE_BREAK, 0.9)
    base = next((name for name in BEHAVIOUR if name in tuned), "")
    placing = PlacementSettings()
    return Chosen(weights, KEPT[1], base, placing, _table(tuned, weights, placing), notes)


def _size(matrix: sp.csr_array) -> float:
    return float(np.abs(matrix.data).mean()) if matrix.nnz else 1.0


def _default_cold(scale: Mapping[str, float]) -> dict[str, float]:
    return {name: 0.5 for name in ("visual-knn", "words", "placement") if name in scale}


def _single_if_better(
    held: Validation,
    tuned: Mapping[str, Tuned],
    members: Mapping[str, ItemItem],
    counts: Floats,
    weights: Weights,
) -> tuple[Weights, list[str]]:
    """Keep the blend only if it beats its best member on users that taught it nothing."""
    folded = fold(members, counts, held.cold, weights, KEPT[-1])
    blended = ndcg_of(folded, held.tune, ~held.cold)
    name = max(tuned, key=lambda n: tuned[n].ndcg)
    own = ndcg_per_case(members[name].rows, weights.decay, held.tune, ~held.cold)
    if not len(own) or blended.mean() >= own.mean():
        said = f"blend {blended.mean():.4f} against {own.mean():.4f} for {name} alone (NDCG@10)"
        return weights, [said if len(own) else "nothing to compare the blend with"]
    warm = {n: float(n == name) for n in weights.warm}
    single = msgspec.structs.replace(weights, warm=warm, popularity=TIE_BREAK)
    return single, [f"{name} alone ({own.mean():.4f}) beats the blend ({blended.mean():.4f})"]


def _place(held: Validation, base: ItemItem) -> tuple[PlacementSettings, Placement]:
    """Choose how content neighbours are found, by the items held out as cold."""
    asked = held.fresh.take(np.arange(0, len(held.fresh), 2))
    best: tuple[PlacementSettings, Placement] | None = None
    reached = -1.0
    for settings in PLACEMENTS:
        placed = Placement.over(base, held.train, settings)
        found = float(ndcg_per_case(placed.rows, placed.decay, asked, held.cold).mean())
        if found > reached:
            best, reached = (settings, placed), found
    assert best is not None
    return best


def _weigh_cold(
    held: Validation,
    members: Mapping[str, ItemItem],
    placed: Placement,
    counts: Floats,
    weights: Weights,
) -> tuple[dict[str, float], dict[str, float], float]:
    """Return cold weights, scales measured on cold items, and the factor against warm."""
    able = {n: members[n] for n in ("words", "visual-knn", "colour") if n in members}
    able["placement"] = placed
    page = sheet(able, np.zeros_like(counts), held.fresh, held.cold, weights.decay)
    weighting, _ = ascend(page)
    scale = {name: page.scale[name] for name in able}
    # Members keep one scale: cold weights are expressed in the scale of warm ones.
    plain = {
        name: float(w) * weights.scale.get(name, page.scale[name]) / max(page.scale[name], 1e-12)
        for name, w in zip(page.names, weighting, strict=True)
        if name in able
    }
    added = {name: value for name, value in scale.items() if name not in weights.scale}
    everything = {**members, "placement": placed}
    mixed = msgspec.structs.replace(weights, scale=weights.scale | added, cold=plain)
    folded = fold(everything, counts, held.cold, mixed, KEPT[-1])
    is_cold = held.cold[folded.rows.indices]
    best, factor = -1.0, 1.0
    pool = np.ones(len(counts), bool)
    asked = held.mixed.take(np.arange(min(FEW, len(held.mixed))))
    for tried in BLENDS:
        scaled = folded.rows.copy()
        scaled.data = np.where(is_cold, scaled.data * np.float32(tried), scaled.data)
        reached = ndcg_of(replace(folded, rows=scaled), asked, pool).mean()
        if reached > best:
            best, factor = float(reached), tried
    return {name: value * factor for name, value in plain.items()}, added, factor


def _cut(
    held: Validation, members: Mapping[str, ItemItem], counts: Floats, weights: Weights
) -> tuple[int, float, list[str]]:
    """Choose how many entries a row keeps: the fewest that cost at most half a percent."""
    pool = np.ones(len(counts), bool)
    whole = fold(members, counts, held.cold, weights, KEPT[-1])
    reached = {}
    for kept in KEPT:
        shorter = rows.cut(whole.rows, kept)
        scores = ndcg_of(replace(whole, rows=shorter), held.mixed, pool)
        reached[kept] = float(scores.mean()) if len(scores) else 0.0
    best = max(reached.values())
    kept = next(k for k in KEPT if reached[k] >= best * (1 - LOSS))
    said = ", ".join(f"{k}: {value:.4f}" for k, value in reached.items())
    return kept, _top(whole, held), [f"entries a row (NDCG@10 on mixed cases): {said}"]


def _top(blend: Blend, held: Validation) -> float:
    cases = held.mixed.take(np.arange(min(200, len(held.mixed))))
    if not len(cases):
        return 1.0
    scores = history_matrix(cases, blend.decay, blend.n_items) @ blend.rows
    return float(np.mean(np.asarray(scores.max(axis=1).todense()))) or 1.0


def _table(
    tuned: Mapping[str, Tuned], weights: Weights, placing: PlacementSettings
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
            "tried": len(PLACEMENTS),
            "ndcg@10": None,
            "warm": 0.0,
            "cold": round(weights.cold.get("placement", 0.0), 4),
        }
    )
    return table


def _refit(
    dataset: Dataset,
    tuned: Mapping[str, Tuned],
    chosen: Chosen,
    popular: PopularitySettings,
    progress: Progress,
    held: Validation,
) -> Fitted:
    """Fit what has weight on all data, and fold it."""
    used = {
        name
        for name in tuned
        if chosen.weights.warm.get(name, 0) > 0 or chosen.weights.cold.get(name, 0) > 0
    } | ({chosen.base} if chosen.base else set())
    progress.start("fitting on all data", len(used))
    members: dict[str, ItemItem] = {}
    for name in tuned:
        if name in used:
            members[name] = MEMBERS[name].model.fit(dataset, tuned[name].settings)
            progress.advance()
    progress.finish()
    known = (dataset.interactions.item_counts > 0) & dataset.fitted
    base = members.get(chosen.base)
    n = dataset.n_items
    placement = base.rows if base is not None else sp.csr_array((n, n), dtype=np.float32)
    if base is not None:
        members["placement"] = Placement.over(base, dataset, chosen.placing)
    counts = Popularity.fit(dataset, popular).counts
    blend = fold(members, counts, ~known, chosen.weights, chosen.kept)
    untouched = np.flatnonzero(~known)
    content = neighbours_of_items(dataset.content, untouched, known, chosen.placing)
    blend = speak_for_untouched(blend, content, untouched, chosen.kept)
    return Fitted(
        blend,
        chosen.weights,
        counts,
        rows.cut(placement, 200),
        chosen.table,
        chosen.notes,
    )
