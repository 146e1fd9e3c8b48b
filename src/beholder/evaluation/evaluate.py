"""`beholder evaluate`: the blend beside popularity and item-kNN, with certainty."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
import scipy.sparse as sp

from beholder.blending.measure import alone, ndcg
from beholder.blending.members import lacks
from beholder.blending.newcomers import best_half_life
from beholder.blending.validation import Validation, validation
from beholder.bundle.choice import MemberRecord
from beholder.bundle.parts import Parts
from beholder.dataset.dataset import Dataset
from beholder.dataset.splits import Split
from beholder.engine.pipeline import Pipeline
from beholder.engine.slate import Stage
from beholder.evaluation import ask
from beholder.evaluation.protocols import basket_share, split
from beholder.evaluation.table import Found, Row, rows_of
from beholder.evaluation.variations import variations
from beholder.models.contract import Model
from beholder.models.popularity import PopularitySettings, counts_of
from beholder.models.registry import MODELS
from beholder.progress import SILENT, Progress
from beholder.scorers.blend import Blend, VectorMember
from beholder.scorers.interface import Scorer
from beholder.scorers.item_item import ItemItem
from beholder.scorers.recency import Recency
from beholder.scorers.vectors import Vectors
from beholder.training.assemble import parts_of
from beholder.training.auto import Budget, fit_auto

COMPLETION = 0.3  # from this share on, these protocols complete baskets
COMPLETING = ("leave-last-out", "cold-users")
DECAYS = (0.7, 0.9, 1.0)


class _Contender(NamedTuple):
    parts: Parts
    pipeline: Pipeline | None = None


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
        completes = self.protocol in COMPLETING and self.basket_share > COMPLETION
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
    served: Pipeline | None = None,
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
    served
        What answers pass through in the workspace: another row, where it is not the usual.
    """
    began = time.monotonic()
    made = split(dataset, protocol, seed)
    asks = "next-basket" if protocol == "next-basket" else "leave-last-out"
    fitted = fit_auto(
        made.train, Budget(budget, seed), progress=progress, only=models, protocol=asks
    )
    table = items if items is not None else ask.plain_items(dataset.n_items)
    parts = parts_of(fitted, made.train, table, 0)
    contenders = _contenders(parts, baselines(made, seed, protocol), made)
    for name, pipeline in variations(parts, stages or {}, served).items():
        contenders[name] = _Contender(parts, pipeline)
    found: Found = {}
    progress.start("asking", len(contenders))
    for name, one in contenders.items():
        found[name] = [ask.lists(one.parts, part, pipeline=one.pipeline) for part in made.asked]
        progress.advance()
    progress.finish()
    return Evaluation(
        protocol,
        seed,
        len(made.cases),
        len(made.cases.targets),
        basket_share(dataset, made),
        time.monotonic() - began,
        rows_of(found, made, seed),
        fitted.members,
        fitted.notes,
        dataset.n_items,
    )


def _contenders(parts: Parts, others: Mapping[str, Blend], made: Split) -> dict[str, _Contender]:
    """Return who is asked, by name: the blend and the baselines."""
    found = {"auto": _Contender(parts)}
    for name, blend in others.items():  # as they ship: dislikes are a stage of ours
        found[name] = _Contender(ask.with_blend(parts, blend), Pipeline(()))
    if made.after:
        found["auto, first look by popularity"] = _Contender(ask.plain_first_look(parts))
    return found


def baselines(made: Split, seed: int, protocol: str) -> dict[str, Blend]:
    """Return what every evaluation compares with, tuned on the same validation users.

    Strangers are shown the most popular by all of them, aged as suits newcomers.
    """
    held = validation(made.train, seed, protocol)
    usual = PopularitySettings()
    strangers = best_half_life(made.train, usual, seed) if made.after else usual
    found: dict[str, Blend] = {}
    for name, model in MODELS.items():
        if not model.card.baseline:
            continue
        if lacks(model.card, made.train) is not None:
            continue
        if protocol == "cold-items" and model.card.part == "member":
            continue  # it can say nothing about items that nobody has touched
        settings, recency = _tuned(model, held)
        if made.after and model.card.part == "popularity":
            settings = strangers
        scorer = model.fit(made.train, settings)
        if not isinstance(scorer, Blend):
            scorer = _alone(scorer, made, recency, strangers)
        found[name] = scorer
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


def _alone(scorer: Scorer, made: Split, recency: Recency, popular: PopularitySettings) -> Blend:
    """Return a blend of one member; popularity orders what it says nothing of."""
    tie_break = np.float32(1e-6) * counts_of(made.train, popular)
    if isinstance(scorer, ItemItem):
        return Blend(replace(scorer, recency=recency), tie_break)
    assert isinstance(scorer, Vectors)
    n = made.train.n_items
    nothing = ItemItem(sp.csr_array((n, n), dtype=np.float32), recency)
    return Blend(nothing, tie_break, vectors=(VectorMember(scorer, np.ones(n, np.float32)),))
