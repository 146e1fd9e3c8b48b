"""Trying the settings of one member after the other on the tuning half."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import msgspec

from beholder.blending.cold import USUAL_AMONG_NEW
from beholder.blending.gate import Live
from beholder.blending.measure import Values, alone, ndcg
from beholder.blending.members import Member, Tuned
from beholder.blending.validation import FEWEST, Validation
from beholder.dataset.new_items import new_items
from beholder.models.card import learned
from beholder.models.contract import ONCE, FitOptions
from beholder.models.popularity import Popularity, PopularitySettings
from beholder.scorers.interface import NewItems, Scorer
from beholder.scorers.recency import Recency
from beholder.training.plan import Plan

COMPARED = Recency(0.8)  # while settings are compared


class Tuner:
    """Fits settings on the validation split; what each cost is told to the plan."""

    def __init__(
        self,
        held: Validation,
        plan: Plan,
        options: FitOptions = ONCE,
        live: Live | None = None,
    ) -> None:
        self.held = held
        self.plan = plan
        self.live = live
        self.options = options
        self.rounds: dict[str, int] = {}  # done in each step

    def fit(self, member: Member, settings: msgspec.Struct, step: str) -> Scorer:
        """Fit one setting on the validation split, until the plan's deadline at the latest."""
        told = self.plan.counted(step)

        def counted(rounds: int) -> None:
            self.rounds[step] = rounds
            told(rounds)

        options = self.options._replace(
            deadline=None if self.plan.script is not None else self.plan.deadline,
            most=self.plan.rounds(step),
            counted=counted,
        )
        with self.plan.measured(member.name):
            return learned(member.model, self.held.train, settings, options)

    def next(
        self,
        member: Member,
        already: Tuned | None = None,
        recencies: Sequence[Recency] = (COMPARED,),
    ) -> Tuned:
        """Try the next setting of a member, with each recency, and return the best so far."""
        tried = already.tried if already else 0
        settings = member.trials[tried]
        step = f"trial {tried} of {member.name}"
        scorer = self.fit(member, settings, step)
        if self.live is not None:
            self.live.offer(member.name, settings, scorer)
        rounds = self.rounds.get(step)
        among_new = self._among_new(member, scorer)
        best = already
        for recency in recencies:
            with self.plan.measured("asking"):
                scores = ndcg(alone(scorer, recency), self.held.tune, ~self.held.cold)
            decides = scores if among_new is None else among_new
            reached = float(decides.mean()) if len(decides) else 0.0
            if best is None or reached > best.reached:
                best = Tuned(
                    member,
                    settings,
                    scorer,
                    scores,
                    rounds=rounds,
                    recency=recency,
                    reached=reached,
                )
        assert best is not None, "a setting is tried with one recency at least"
        return replace(best, tried=tried + 1)

    def _among_new(self, member: Member, scorer: Scorer) -> Values | None:
        """Return how a member for new items alone does among them; None: that decides nothing."""
        held = self.held
        asked = member.card.new_alone and len(member.trials) > 1 and held.compared
        if not asked or len(held.fresh) < FEWEST:
            return None
        with self.plan.measured("asking of new items"):
            return ndcg(alone(scorer.grown(self._new), USUAL_AMONG_NEW), held.fresh, held.cold)

    @cached_property
    def _new(self) -> NewItems:
        """The items without behaviour of the validation split, each compared once."""
        return new_items(self.held.train, dict.fromkeys(self.held.train.content.spaces, 1.0))


def tune_popularity(held: Validation) -> PopularitySettings:
    """Return the half-life that answers the tuning half best; few cases choose none."""
    if len(held.tune) < FEWEST:
        return PopularitySettings()
    best, reached = PopularitySettings(), -1.0
    for settings in Popularity.card.trials:
        scores = ndcg(alone(Popularity.fit(held.train, settings)), held.tune, ~held.cold)
        if len(scores) and scores.mean() > reached:
            best, reached = settings, float(scores.mean())
    return best
