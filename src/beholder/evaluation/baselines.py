"""What every evaluation compares with: models whose cards say so, tuned as members are."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from beholder.blending.members import Member, Tuned, lacks
from beholder.blending.newcomers import best_half_life
from beholder.blending.validation import Validation, validation
from beholder.dataset.splits import Split
from beholder.models.card import learned
from beholder.models.contract import Card, FitOptions
from beholder.models.popularity import Popularity, PopularitySettings, counts_of
from beholder.models.registry import MODELS
from beholder.progress import SILENT, Progress
from beholder.scorers.blend import Blend, VectorMember
from beholder.scorers.interface import Scorer
from beholder.scorers.item_item import ItemItem
from beholder.scorers.recency import Recency
from beholder.scorers.vectors import Vectors
from beholder.training.auto import Budget
from beholder.training.budget import Clock
from beholder.training.plan import Plan
from beholder.training.tune import Tuner, tune_popularity

DECAYS = (0.7, 0.9, 1.0)
TUNING = 0.5  # of the budget: the same rounds are then learned again, on more data


class Baselines(NamedTuple):
    """Who a blend is compared with, by name, and what there was no time for, in words."""

    blends: dict[str, Blend]
    notes: list[str]


def baselines(made: Split, protocol: str, budget: Budget, progress: Progress = SILENT) -> Baselines:
    """Tune what the cards call a baseline on the same validation users, and fit it.

    Strangers are shown the most popular by all of them, aged as suits newcomers.

    Parameters
    ----------
    budget
        Each may take as long as the blend. Who learns in rounds stops by then; what is quick
        (`light`) has all its settings tried all the same, for a weak baseline flatters.
    """
    held = validation(made.train, budget.seed, protocol)
    usual = PopularitySettings()
    strangers = best_half_life(made.train, usual, budget.seed) if made.after else usual
    models = [model for model in MODELS.values() if _is_asked(model.card, made, protocol)]
    found = Baselines({}, [])
    progress.start("baselines", len(models))
    for model in models:
        if model.card.part == "popularity":
            settings = strangers if made.after else tune_popularity(held)
            found.blends[model.card.name] = Popularity.fit(made.train, settings)
        else:
            member = Member(model.card.name, model, model.card.baseline)
            one = _Baseline(member, made, held, budget, progress)
            found.blends[member.name] = _alone(one.fit(), made, one.tuned.recency, strangers)
            found.notes.extend(one.notes)
        progress.advance()
    progress.finish()
    return found


def _is_asked(card: Card, made: Split, protocol: str) -> bool:
    """Whether a card calls its model a baseline, and it can say something here."""
    mute = protocol == "cold-items" and card.part == "member"  # of items that nobody touched
    return bool(card.baseline) and not mute and lacks(card, made.train) is None


class _Baseline:
    """One member alone, within a budget of its own."""

    def __init__(
        self, member: Member, made: Split, held: Validation, budget: Budget, progress: Progress
    ) -> None:
        self.member, self.train = member, made.train
        self.options = FitOptions(budget.seed, Clock(budget.seconds).deadline, progress)
        self.notes: list[str] = []
        plan = Plan(Clock(TUNING * budget.seconds))
        self.tuned = self._tune(Tuner(held, plan, FitOptions(budget.seed, progress=progress)))

    def _tune(self, tuner: Tuner) -> Tuned:
        """Try its settings, each with every recency, while there is time."""
        recencies = [Recency(decay) for decay in DECAYS]
        tuned = tuner.next(self.member, None, recencies)
        while tuned.tried < len(self.member.trials):
            if not self.member.light and tuner.plan.clock.left < 0:
                self.notes.append(
                    f"baseline {self.member.name}: {tuned.tried} of {len(self.member.trials)} "
                    "settings fitted into the budget"
                )
                break
            tuned = tuner.next(self.member, tuned, recencies)
        return tuned

    def fit(self) -> Scorer:
        """Fit the best settings on all that may be learned from, in as many rounds."""
        options = self.options._replace(most=self.tuned.rounds)
        return learned(self.member.model, self.train, self.tuned.settings, options)


def _alone(scorer: Scorer, made: Split, recency: Recency, popular: PopularitySettings) -> Blend:
    """Return a blend of one member; popularity orders what it says nothing of."""
    tie_break = np.float32(1e-6) * counts_of(made.train, popular)
    if isinstance(scorer, ItemItem):
        return Blend(replace(scorer, recency=recency), tie_break)
    assert isinstance(scorer, Vectors)
    n = made.train.n_items
    nothing = ItemItem(sp.csr_array((n, n), dtype=np.float32), recency)
    return Blend(nothing, tie_break, vectors=(VectorMember(scorer, np.ones(n, np.float32)),))
