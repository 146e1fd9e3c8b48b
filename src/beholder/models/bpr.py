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
    EpochSettings,
    Number,
    Step,
    Weight,
    check_installed,
    learn_pairs,
    nothing,
    only,
    pairs_of,
    touched,
)
from beholder.models.contract import BEHAVIOUR, ONCE, WARM, Card, FitOptions
from beholder.models.room import of_factors
from beholder.scorers.interface import Floats
from beholder.scorers.recency import Recency
from beholder.scorers.vectors import FoldIn, Vectors
from beholder.spaces.metric import Metric


class BPRSettings(EpochSettings, frozen=True):
    """Settings of `BPR`, beside those of `EpochSettings`.

    Attributes
    ----------
    factors
        Length of the vectors.
    penalty
        Of long vectors.
    unobserved, regularization
        Of the fold-in; see `FoldIn`.
    """

    epochs: Number = 80
    rate: Step = 3e-3
    factors: Number = 64
    penalty: Weight = 1e-2
    unobserved: Weight = 0.1
    regularization: Weight = 0.3


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
        memory=of_factors,
    )

    @classmethod
    def fit(cls, dataset: Dataset, settings: Any, options: FitOptions = ONCE) -> Vectors:
        """Learn from pairs; at the deadline the epochs done so far count."""
        check_installed(cls.card.name)
        items, _ = learned_factors("BPR", dataset, settings, options, settings.factors)
        return folded_in(only(items, touched(dataset)), settings, nothing(settings.factors))


def learned_factors(
    name: str,
    dataset: Dataset,
    settings: Any,
    options: FitOptions,
    own: int,
    content: tuple[Floats, int] | None = None,
) -> tuple[Floats, Floats]:
    """Return the items' own vectors, float32 (n_items, own), and what is made of content.

    Parameters
    ----------
    content
        What is read of each item, and how many numbers are made of it; None: nothing is.
    """
    from beholder.networks.factors import Factors
    from beholder.networks.pairs import divided

    pairs = pairs_of(dataset)
    module = Factors(pairs, own, options.seed, content)
    parts, seen = divided(pairs, options.seed), () if content is None else content[:1]
    learn_pairs(name, pairs, parts, module, settings, options, seen=seen)
    items, drawn = module.learned()
    return items, drawn


def folded_in(items: Floats, settings: Any, tower: Metric) -> Vectors:
    """Return vectors of items that histories are folded in by; `tower` makes those of new items."""
    query = FoldIn(settings.unobserved, settings.regularization)
    return Vectors(items, query, Recency(settings.decay), len(items), tower=tower)
