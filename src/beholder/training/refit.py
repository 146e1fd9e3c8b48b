"""What was chosen, fitted again on all data and folded into one matrix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.sparse as sp

from beholder.dataset.dataset import Dataset
from beholder.models import rows
from beholder.models.blend import Blend, Weights, fold, speak_for_untouched
from beholder.models.interface import Floats
from beholder.models.itemitem import ItemItem
from beholder.models.placement import Placement, neighbours_of_items
from beholder.models.popularity import Popularity, PopularitySettings
from beholder.progress import Progress
from beholder.training.gate import Evidence, Scores, evidence
from beholder.training.grid import MEMBERS
from beholder.training.plan import Plan
from beholder.training.tuner import Tuned
from beholder.training.weigh import Chosen

PLACED_OVER = 200  # entries a row of what late items are placed over


@dataclass
class Fitted:
    """What training hands to the bundle.

    Attributes
    ----------
    evidence, asked
        How the blend did on users who taught it no weights: in short, and NDCG@10 of each.
    refused
        Why it should not be served instead of the live bundle; None: it may be.
    """

    blend: Blend
    weights: Weights
    popularity: Floats
    placement: sp.csr_array
    table: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    evidence: Evidence | None = None
    asked: Scores = field(default_factory=lambda: np.empty(0))
    refused: str | None = None


def used_of(tuned: Mapping[str, Tuned], chosen: Chosen) -> list[str]:
    """Return the members that have weight, or that cold items are placed over."""
    warm, cold = chosen.weights.warm, chosen.weights.cold
    return [
        name
        for name in tuned
        if warm.get(name, 0) > 0 or cold.get(name, 0) > 0 or name == chosen.base
    ]


class Refit:
    """Fits members on all data, each setting once however many blends it goes into."""

    def __init__(self, dataset: Dataset, plan: Plan) -> None:
        self.dataset = dataset
        self.plan = plan
        self.fitted: dict[str, tuple[Any, ItemItem]] = {}

    def missing(self, tuned: Mapping[str, Tuned]) -> list[str]:
        """Return the members whose chosen settings were not fitted on all data yet."""
        return [
            name
            for name, one in tuned.items()
            if name not in self.fitted or self.fitted[name][0] != one.settings
        ]

    def __call__(
        self,
        tuned: Mapping[str, Tuned],
        chosen: Chosen,
        popular: PopularitySettings,
        progress: Progress,
    ) -> Fitted:
        """Fit what has weight, and fold it."""
        weights = chosen.weights
        used = [
            name
            for name in tuned
            if weights.warm.get(name, 0) > 0 or weights.cold.get(name, 0) > 0 or name == chosen.base
        ]
        progress.start("fitting on all data", len(used))
        members: dict[str, ItemItem] = {}
        missing = self.missing(tuned)
        for name in used:
            settings = tuned[name].settings
            if name in missing:
                model = MEMBERS[name].model.fit(self.dataset, settings)
                self.fitted[name] = (settings, model)
            members[name] = self.fitted[name][1]
            progress.advance()
        progress.finish()
        with self.plan.measured("folding"):
            return self._fold(members, chosen, popular)

    def _fold(
        self, members: dict[str, ItemItem], chosen: Chosen, popular: PopularitySettings
    ) -> Fitted:
        dataset, n = self.dataset, self.dataset.n_items
        known = (dataset.interactions.item_counts > 0) & dataset.fitted
        base = members.get(chosen.base)
        placement = sp.csr_array((n, n), dtype=np.float32)
        if base is not None:
            placement = rows.cut(base.rows, PLACED_OVER)
            members["placement"] = Placement.over(base, dataset, chosen.placing)
        counts = Popularity.fit(dataset, popular).counts
        blend = fold(members, counts, ~known, chosen.weights, chosen.kept, chosen.kept_cold)
        untouched = np.flatnonzero(~known)
        content = neighbours_of_items(dataset.content, untouched, known, chosen.placing)
        blend = speak_for_untouched(blend, content, untouched, chosen.kept, chosen.kept_cold)
        return Fitted(
            blend,
            chosen.weights,
            counts,
            placement,
            chosen.table,
            list(chosen.notes),
            evidence(chosen.asked, popular) if len(chosen.asked) else None,
            chosen.asked,
        )
