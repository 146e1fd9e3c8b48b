"""Trying the settings of one member after the other on the tuning half."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from beholder.dataset.dataset import Dataset
from beholder.models.itemitem import ItemItem
from beholder.models.popularity import Popularity, PopularitySettings
from beholder.training.gate import Live
from beholder.training.grid import MEMBERS
from beholder.training.judge import ndcg_per_case
from beholder.training.plan import Plan
from beholder.training.validation import Validation

DECAY = 0.8  # recency while settings are compared
HALF_LIVES = (1.0, 7.0, 30.0, 365.0)


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


class Tuner:
    """Fits settings on the validation split; what each cost is told to the plan."""

    def __init__(self, held: Validation, plan: Plan, live: Live | None = None) -> None:
        self.held = held
        self.plan = plan
        self.live = live

    def next(self, name: str, already: Tuned | None = None) -> Tuned:
        """Try the next setting of a member and return the better one."""
        tried = already.tried if already else 0
        settings = MEMBERS[name].trials[tried]
        with self.plan.measured(name):
            model = MEMBERS[name].model.fit(self.held.train, settings)
        if self.live is not None:
            self.live.offer(name, settings, model)
        with self.plan.measured("asking"):
            scores = ndcg_per_case(model.rows, DECAY, self.held.tune, ~self.held.cold)
        if already is None or (len(scores) and scores.mean() > already.ndcg):
            return Tuned(settings, model, scores, tried + 1)
        return Tuned(already.settings, already.model, already.per_case, tried + 1)


def able(name: str, dataset: Dataset) -> bool:
    """Return whether a data set has what a light member learns from."""
    if name == "visual-knn":
        return bool(dataset.pictures)
    if name == "colour":
        return "colour" in dataset.pictures and len(dataset.pictures) > 1
    if name == "words":
        return any(dataset.texts)
    if name == "variants":
        known = dataset.groups[dataset.groups >= 0]
        return bool((np.bincount(known) > 1).any())
    return True


def tune_popularity(held: Validation) -> PopularitySettings:
    """Return the half-life that answers the tuning half best."""
    empty = sp.csr_array((held.train.n_items, held.train.n_items), dtype=np.float32)
    best, reached = PopularitySettings(), -1.0
    for days in HALF_LIVES:
        settings = PopularitySettings(half_life_days=days)
        counts = Popularity.fit(held.train, settings).counts
        scores = ndcg_per_case(empty, 1.0, held.tune, ~held.cold, counts)
        if len(scores) and scores.mean() > reached:
            best, reached = settings, float(scores.mean())
    return best
