"""BPR: vectors of people and items, so that what was liked scores above what was not.

    score(j) = u . q_j

Rendle et al., UAI 2009. People's vectors are learned with the items' and thrown away: a history is
folded in by one small solve, so that who came a second ago is answered like everybody else.
"""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from beholder.dataset.dataset import Dataset
from beholder.models.by_epochs import (
    EXTRA,
    check_installed,
    learn,
    nothing,
    only,
    pairs_of,
    touched,
)
from beholder.models.contract import BEHAVIOUR, ONCE, WARM, Card, FitOptions
from beholder.scorers.recency import Recency
from beholder.scorers.vectors import FoldIn, Vectors


class BPRSettings(msgspec.Struct, frozen=True):
    """Settings of `BPR`.

    Attributes
    ----------
    factors
        Length of the vectors.
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

    factors: int = 64
    penalty: float = 1e-2
    epochs: int = 80
    rate: float = 3e-3
    unobserved: float = 0.1
    regularization: float = 0.3
    decay: float = 0.9


class BPR:
    """score(j) = u . q_j, learned by comparing what was liked with what was not."""

    Settings: ClassVar[type[msgspec.Struct]] = BPRSettings
    card: ClassVar[Card] = Card(
        "bpr",
        "Rendle et al., UAI 2009",
        BEHAVIOUR,
        WARM,
        "gradient",
        (BPRSettings(),),
        factors=True,
        needs=EXTRA,
    )

    @classmethod
    def fit(cls, dataset: Dataset, settings: Any, options: FitOptions = ONCE) -> Vectors:
        """Learn from pairs; at the deadline the epochs done so far count."""
        check_installed(cls.card.name)
        from beholder.networks.factors import Factors
        from beholder.networks.pairs import PairTask, divided

        pairs = pairs_of(dataset)
        module = Factors(pairs, settings.factors, options.seed)
        if len(pairs.users):
            parts = divided(pairs, options.seed)
            task = PairTask("learning BPR", module, parts, settings.penalty, options.seed)
            learn(task, settings.epochs, settings.rate, options)
        items, _ = module.learned()
        query = FoldIn(settings.unobserved, settings.regularization)
        own = only(items, touched(dataset))
        tower = nothing(settings.factors)
        return Vectors(own, query, Recency(settings.decay), len(own), tower=tower)
