"""The gate: what is served next must not be worse than popularity, nor than what is served now.

All are asked about the last item of the same validation users, who taught no weights to the
new blend. Popularity alone is kept where it does at least as well as the blend. To ask for a
certain gain would be the costlier mistake: where cases are few nothing is certain, and people who
left a history would all see the same list.

The live bundle's own matrix cannot be asked: it was fitted on everything, the answers of these
users included, and would win by memory. So its recipe is asked: the settings, weights and
recency that it keeps are fitted on the same validation split as the new blend. What leaks is
little: some of these users may have taught the dozen numbers of the recipe, as they have taught
the new one's settings. Where its members do not fit into the budget, the figure that it reached
when it was trained is compared instead, unpaired and over the data of that day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from beholder.blending.measure import ndcg
from beholder.blending.validation import Validation
from beholder.bundle.choice import Choice
from beholder.models.popularity import PopularitySettings, counts_of
from beholder.models.registry import MODELS
from beholder.scorers.fold import Weights, combined
from beholder.scorers.interface import Floats, Scorer

Scores = NDArray[np.float64]
CERTAIN = 1.645  # standard errors of a paired difference, one-sided 5 %


class Evidence(msgspec.Struct):
    """How a blend did on the tuning half, as it is kept in its bundle.

    Attributes
    ----------
    ndcg10, error
        Mean over users, and its standard error.
    half_life_days
        Of popularity, which the table of members does not tell.
    """

    ndcg10: float
    error: float
    cases: int
    half_life_days: float = 30.0


@dataclass
class Live:
    """The recipe of the bundle that is served now.

    Attributes
    ----------
    settings
        Of each member that counts for warm items.
    scorers
        Those of them that were fitted on the validation split while tuning.
    """

    name: str
    weights: Weights
    settings: dict[str, msgspec.Struct]
    evidence: Evidence | None = None
    scorers: dict[str, Scorer] = field(default_factory=dict)

    def offer(self, name: str, settings: msgspec.Struct, scorer: Scorer) -> None:
        """Keep a member fitted on the validation split if the recipe needs it."""
        if self.settings.get(name) == settings:
            self.scorers[name] = scorer

    @property
    def missing(self) -> list[str]:
        """Members that are still to be fitted on the validation split."""
        return [name for name in self.settings if name not in self.scorers]


def live_of(
    name: str, choice: Choice, evaluation: Mapping[str, Any], known: Iterable[str]
) -> Live | None:
    """Read the recipe of a bundle; None where a member of it cannot be fitted here and now.

    Parameters
    ----------
    known
        Names of the members that the present data has.
    """
    names = set(known)
    settings = {}
    for record in choice.members:
        if choice.weights.warm.get(record.member, 0.0) <= 0:
            continue
        if record.member not in names:
            return None
        try:
            kind = MODELS[record.model].Settings
            settings[record.member] = msgspec.convert(record.settings, kind)
        except msgspec.ValidationError:
            return None
    kept = evaluation.get("validation")
    found = msgspec.convert(kept, Evidence) if kept else None
    return Live(name, choice.weights, settings, found)


def evidence(asked: Scores, popular: PopularitySettings) -> Evidence:
    """Summarise NDCG@10 of each case of the tuning half."""
    return Evidence(
        float(asked.mean()), _error(asked), len(asked), half_life_days=popular.half_life_days
    )


def ask_popularity(held: Validation, counts: Floats) -> Scores:
    """Return NDCG@10 of popularity alone for each case of the tuning half."""
    return ask_recipe(held, {}, counts, Weights({}, {}, {}, popularity=1.0))


def ask_recipe(
    held: Validation, members: Mapping[str, Scorer], counts: Floats, weights: Weights
) -> Scores:
    """Return NDCG@10 of weighted members for each case of the tuning half."""
    parts = combined(members, counts, held.cold, weights)
    return ndcg(parts.scores, held.tune, ~held.cold)


def better(own: Scores, other: Scores, by: float = CERTAIN) -> bool:
    """Whether the mean over the same users is larger by that many standard errors."""
    difference = own - other
    return bool(difference.mean() > by * _error(difference)) if len(difference) else False


def refusal(live: Live, found: Evidence, asked: Scores, held: Validation) -> str | None:
    """Return why a new blend is not promoted, or None: promote it.

    Parameters
    ----------
    found, asked
        The new blend's evidence, and its NDCG@10 of each case of the tuning half. Where it was
        asked about a part of them only, or members of the recipe are missing, the figures of
        both are compared.
    """
    if len(asked) == len(held.tune) and not live.missing:
        half_life = live.evidence.half_life_days if live.evidence else 30.0
        counts = counts_of(held.train, PopularitySettings(half_life))
        theirs = ask_recipe(held, live.scorers, counts, live.weights)
        worse = better(theirs, asked)
        said = f"{asked.mean():.4f} against {theirs.mean():.4f}"
    elif live.evidence is not None and live.evidence.cases:
        both = float(np.hypot(found.error, live.evidence.error))
        worse = live.evidence.ndcg10 - found.ndcg10 > CERTAIN * both
        said = f"{found.ndcg10:.4f} against {live.evidence.ndcg10:.4f} when that was trained"
    else:
        return None
    if not worse:
        return None
    return f"certainly worse than {live.name}, which is served (NDCG@10 on validation: {said})"


def _error(values: Scores) -> float:
    return float(values.std() / np.sqrt(max(len(values), 1)))
