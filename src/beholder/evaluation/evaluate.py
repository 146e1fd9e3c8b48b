"""`beholder evaluate`: the blend beside popularity and item-kNN, with certainty."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from beholder.bundle.choice import MemberRecord
from beholder.dataset.dataset import Dataset
from beholder.dataset.splits import Split
from beholder.engine.dislikes import dislikes
from beholder.engine.rerank import Dial
from beholder.engine.slate import Stage
from beholder.engine.stages import STAGES
from beholder.evaluation import ask
from beholder.evaluation.bootstrap import holm, interval, ratio_interval, sign_flip
from beholder.evaluation.protocols import basket_share, split
from beholder.models.contract import Model
from beholder.models.popularity import PopularitySettings, counts_of
from beholder.models.registry import MODELS
from beholder.progress import SILENT, Progress
from beholder.scorers.blend import Blend
from beholder.scorers.interface import Scorer
from beholder.scorers.item_item import ItemItem
from beholder.scorers.recency import Recency
from beholder.training.assemble import parts_of
from beholder.training.auto import Budget, fit_auto
from beholder.training.measure import alone, ndcg
from beholder.training.validation import Validation, validation

COMPLETION = 0.3  # from this share on, leave-last-out completes baskets
DECAYS = (0.7, 0.9, 1.0)
# What a stage is worth, or what it costs: the same blend with other stages.
VARIATIONS: dict[str, tuple[tuple[Stage, ...], Dial]] = {
    "auto without dislikes": (tuple(stage for stage in STAGES if stage is not dislikes), Dial()),
    "auto, diversity 0.3": (STAGES, Dial(diversity=0.3)),
    "auto, one variant": (STAGES, Dial(one_variant=True)),
}


class Row(msgspec.Struct):
    """One contender of the table.

    Attributes
    ----------
    ndcg10
        Mean NDCG@10 over users, with `low` and `high` the 95 % interval by bootstrap.
    against
        Ratio of the blend's NDCG@10 to this contender's, with its 95 % interval.
    p
        Sign-flip permutation test of the difference, Holm-corrected over the table.
    """

    model: str
    ndcg10: float
    low: float
    high: float
    hr20: float
    metrics: dict[str, float]
    against: tuple[float, float, float] | None = None
    p: float | None = None
    per_user: dict[str, list[float]] = msgspec.field(default_factory=dict)


class Evaluation(msgspec.Struct):
    """What was asked, and how everybody answered.

    Attributes
    ----------
    n_items
        Items of the catalogue that lists were drawn from.
    """

    protocol: str
    seed: int
    cases: int
    targets: int
    basket_share: float
    seconds: float
    rows: list[Row]
    members: list[MemberRecord]
    notes: list[str]
    n_items: int = 0

    @property
    def label(self) -> str:
        """The protocol's name, and what it really asks where baskets are completed."""
        completes = self.protocol == "leave-last-out" and self.basket_share > COMPLETION
        return f"{self.protocol} (basket completion)" if completes else self.protocol


def evaluate(
    dataset: Dataset,
    protocol: str,
    *,
    seed: int,
    budget: float,
    items: pa.Table | None = None,
    models: Iterable[str] = (),
    stages: Mapping[str, Sequence[Stage]] | None = None,
    progress: Progress = SILENT,
) -> Evaluation:
    """Fit on one part, ask about the other, through the engine that serves.

    Parameters
    ----------
    budget
        Seconds for the blend; the baselines are quick.
    models
        Members that the blend may use; empty: all.
    stages
        Further rows of the table: the same blend through these stages, by name.
    """
    began = time.monotonic()
    made = split(dataset, protocol, seed)
    asks = "next-basket" if protocol == "next-basket" else "leave-last-out"
    fitted = fit_auto(
        made.train, Budget(budget, seed), progress=progress, only=models, protocol=asks
    )
    table = items if items is not None else ask.plain_items(dataset.n_items)
    parts = parts_of(fitted, made.train, table, 0)
    others = baselines(made, seed, protocol)
    found = {}
    variations = VARIATIONS | {name: (tuple(own), Dial()) for name, own in (stages or {}).items()}
    progress.start("asking", 1 + len(others) + len(variations))
    found["auto"] = ask.lists(parts, made)
    progress.advance()
    for name, blend in others.items():  # as they ship: dislikes are a stage of ours
        found[name] = ask.lists(ask.with_blend(parts, blend), made, stages=())
        progress.advance()
    for name, (own, dial) in variations.items():
        found[name] = ask.lists(parts, made, stages=own, dial=dial)
        progress.advance()
    progress.finish()
    return Evaluation(
        protocol,
        seed,
        len(made.cases),
        len(made.cases.targets),
        basket_share(dataset, made),
        time.monotonic() - began,
        _rows(found, made, seed),
        fitted.members,
        fitted.notes,
        dataset.n_items,
    )


def baselines(made: Split, seed: int, protocol: str) -> dict[str, Blend]:
    """Return what every evaluation compares with, tuned on the same validation users."""
    held = validation(made.train, seed, protocol)
    found = {}
    for name, model in MODELS.items():
        if not model.card.baseline:
            continue
        if protocol == "cold-items" and model.card.part == "member":
            continue  # it can say nothing about items that nobody has touched
        settings, recency = _tuned(model, held)
        scorer = model.fit(made.train, settings)
        found[name] = scorer if isinstance(scorer, Blend) else _alone(scorer, made, recency)
    return found


def _tuned(model: type[Model], held: Validation) -> tuple[Any, Recency]:
    """Return the settings and the recency that answer the tuning half best."""
    best, reached = (model.card.baseline[0], Recency(DECAYS[0])), -1.0
    for settings in model.card.baseline:
        scorer = model.fit(held.train, settings)
        for decay in DECAYS if model.card.part == "member" else DECAYS[:1]:
            scores = ndcg(alone(scorer, Recency(decay)), held.tune, ~held.cold)
            if len(scores) and scores.mean() > reached:
                best, reached = (settings, Recency(decay)), float(scores.mean())
    return best


def _alone(scorer: Scorer, made: Split, recency: Recency) -> Blend:
    """Return a blend of one member; popularity orders what it says nothing of."""
    assert isinstance(scorer, ItemItem)
    tie_break = np.float32(1e-6) * counts_of(made.train, PopularitySettings())
    return Blend(replace(scorer, recency=recency), tie_break)


def _rows(found: dict[str, NDArray[np.int32]], made: Split, seed: int) -> list[Row]:
    values = {name: ask.per_case(lists, made) for name, lists in found.items()}
    ours = values["auto"]["ndcg@10"]
    others = [name for name in found if name != "auto"]
    p_values = holm([sign_flip(ours - values[name]["ndcg@10"], seed) for name in others])
    rows = []
    for name, lists in found.items():
        own = values[name]["ndcg@10"]
        low, high = interval(own, seed)
        means = {key: float(value.mean()) for key, value in values[name].items()}
        row = Row(
            name,
            float(own.mean()),
            low,
            high,
            means["hr@20"],
            means | ask.of_lists(lists, made),
            per_user={
                "ndcg@10": own.round(6).tolist(),
                "hr@20": values[name]["hr@20"].tolist(),
            },
        )
        if name != "auto":
            ratio = float(ours.mean() / own.mean()) if own.mean() > 0 else float("inf")
            row.against = (ratio, *ratio_interval(ours, own, seed))
            row.p = p_values[others.index(name)]
        rows.append(row)
    return rows
