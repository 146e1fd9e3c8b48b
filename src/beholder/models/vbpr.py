"""VBPR: what items look like decides with what is known of each, learned from comparisons.

    score(j) = u . [q_j, x_j M]

He and McAuley, AAAI 2016. x is what is seen of an item, and read of it where words are known; M is
learned. A new item has no q yet and is scored by its x alone. Histories are folded in as by BPR.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import msgspec
import numpy as np

from beholder.dataset.dataset import Dataset
from beholder.models.bpr import BPRSettings, folded_in, learned_factors
from beholder.models.by_epochs import (
    EXTRA,
    Number,
    Step,
    Weight,
    check_installed,
    contents,
    only,
    touched,
)
from beholder.models.contract import BEHAVIOUR, BOTH, ONCE, Card, FitOptions
from beholder.models.room import of_factors_and_content
from beholder.scorers.vectors import Vectors


class VBPRSettings(BPRSettings, frozen=True):
    """Settings of `VBPR`, beside those of `BPR`.

    Attributes
    ----------
    looks
        How many of the factors come from content: fewer than all.
    """

    epochs: Number = 60
    rate: Step = 5e-3
    factors: Number = 32
    looks: Number = 16
    penalty: Weight = 3e-2
    regularization: Weight = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.looks >= self.factors:
            raise self.wrong("looks", f"fewer than the factors, {self.factors}")


class VBPR:
    """score(j) = u . [q_j, x_j M], learned by comparing what was liked with what was not."""

    Settings: ClassVar[type[msgspec.Struct]] = VBPRSettings
    card: ClassVar[Card] = Card(
        "vbpr",
        "He and McAuley, AAAI 2016",
        BEHAVIOUR | {"pictures"},
        BOTH,
        "gradient",
        (VBPRSettings(),),
        factors=True,
        needs=EXTRA,
        memory=of_factors_and_content,
        doubted=True,
        also=frozenset({"words"}),
    )

    @classmethod
    def fit(cls, dataset: Dataset, settings: Any, options: FitOptions = ONCE) -> Vectors:
        """Learn from pairs and contents; at the deadline the epochs done so far count."""
        check_installed(cls.card.name)
        metric, x = contents(dataset, options.seed)
        own = settings.factors - settings.looks
        content = x, settings.looks
        items, drawn = learned_factors("VBPR", dataset, settings, options, own, content)
        tower = replace(metric, matrix=np.pad(drawn, ((0, 0), (own, 0))))
        there = touched(dataset)
        both = np.concatenate([only(items, there), only(x @ drawn, there)], axis=1)
        return folded_in(both, settings, tower)
