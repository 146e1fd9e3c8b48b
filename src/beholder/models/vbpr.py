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
from beholder.models.by_epochs import (
    EXTRA,
    check_installed,
    contents,
    learn,
    only,
    pairs_of,
    touched,
)
from beholder.models.contract import BEHAVIOUR, BOTH, ONCE, Card, FitOptions
from beholder.scorers.recency import Recency
from beholder.scorers.vectors import FoldIn, Vectors


class VBPRSettings(msgspec.Struct, frozen=True):
    """Settings of `VBPR`.

    Attributes
    ----------
    factors
        Length of the vectors.
    looks
        How many of these numbers come from content.
    penalty
        Of long vectors.
    epochs
        Times that all pairs are read, at most.
    rate
        Of each step.
    unobserved, regularization
        Of the fold-in; see `FoldIn`.
    decay
        Recency of the history at fold-in.
    """

    factors: int = 32
    looks: int = 16
    penalty: float = 3e-2
    epochs: int = 60
    rate: float = 5e-3
    unobserved: float = 0.1
    regularization: float = 1.0
    decay: float = 0.9


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
        doubted=True,
        also=frozenset({"words"}),
    )

    @classmethod
    def fit(cls, dataset: Dataset, settings: Any, options: FitOptions = ONCE) -> Vectors:
        """Learn from pairs and contents; at the deadline the epochs done so far count."""
        check_installed(cls.card.name)
        from beholder.networks.factors import Factors
        from beholder.networks.pairs import PairTask, divided

        pairs, metric, x = pairs_of(dataset), *contents(dataset, options.seed)
        own = settings.factors - settings.looks
        module = Factors(pairs, own, options.seed, (x, settings.looks))
        if len(pairs.users):
            parts = divided(pairs, options.seed)
            task = PairTask("learning VBPR", module, parts, settings.penalty, options.seed)
            learn(task, settings.epochs, settings.rate, options)
        items, drawn = module.learned()
        tower = replace(metric, matrix=np.pad(drawn, ((0, 0), (own, 0))))
        there, looks = touched(dataset), x @ drawn
        both = np.concatenate([only(items, there), only(looks, there)], axis=1)
        query = FoldIn(settings.unobserved, settings.regularization)
        return Vectors(both, query, Recency(settings.decay), len(both), tower=tower)
