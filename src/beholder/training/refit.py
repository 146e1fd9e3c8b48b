"""What was chosen, fitted again on all data and folded into what is served."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from beholder.blending.chosen import Chosen
from beholder.blending.cold import PLACING
from beholder.blending.gate import Evidence, Scores, evidence
from beholder.blending.members import Tuned
from beholder.blending.newcomers import USUAL, choose_first_look, popularity_of_strangers
from beholder.bundle.choice import FirstLook, MemberRecord, Outcomes, Ranking
from beholder.dataset.dataset import Dataset
from beholder.dataset.new_items import Likeness, new_items, untouched_of
from beholder.models.card import learned
from beholder.models.contract import FitOptions
from beholder.models.placement import over
from beholder.models.popularity import PopularitySettings, counts_of
from beholder.scorers.blend import Blend
from beholder.scorers.fold import Weights, fold
from beholder.scorers.heads import Heads
from beholder.scorers.interface import Floats, Places, Scorer
from beholder.scorers.item_item import ItemItem
from beholder.scorers.ranker import Ranker
from beholder.training.ahead import seconds_to_place
from beholder.training.plan import PLACED, Plan

LATE = "could not be compared with others in time: nothing speaks for them yet"


@dataclass
class Fitted:
    """What training hands to the bundle.

    Attributes
    ----------
    popularity, first_look
        float32 (n_items,), 0 to 1: as strangers see it; and what was chosen for them.
    evidence, asked
        How the blend did on users who taught it no weights: in short, and NDCG@10 of each.
    timings
        What the clock said, in words: not for the bundle.
    refused
        Why it should not be served instead of the live bundle; None: it may be.
    unplaced
        Items without behaviour that there was no time to compare with others.
    ranker, ranking
        What puts the first candidates in order, and why, or why nothing does.
    heads, outcomes
        What foresees clicks and purchases, and why, or why nothing does.
    without
        Returns what comes of weighing all members but one, or those of one model, once more.
    stopped
        Whether Ctrl-C ended this training before its end.
    """

    blend: Blend
    weights: Weights
    popularity: Floats
    likeness: Likeness = field(default_factory=dict)
    members: list[MemberRecord] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    plan: dict[str, int] = field(default_factory=dict)
    first_look: FirstLook = USUAL
    timings: list[str] = field(default_factory=list)
    evidence: Evidence | None = None
    asked: Scores = field(default_factory=lambda: np.empty(0))
    refused: str | None = None
    unplaced: int = 0
    ranker: Ranker | None = None
    ranking: Ranking | None = None
    heads: Heads | None = None
    outcomes: Outcomes | None = None
    without: Callable[[str], Fitted | None] = lambda name: None
    stopped: bool = False


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

    def __init__(self, dataset: Dataset, plan: Plan, options: FitOptions) -> None:
        self.dataset = dataset
        self.plan = plan
        self.options = options
        self.fitted: dict[str, tuple[Any, Scorer]] = {}

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
        last: bool = True,
    ) -> Fitted:
        """Fit what has weight, and fold it with as many new items as there is time for.

        Parameters
        ----------
        last
            Else new items may only take a part of the budget; see `Plan.most`.
        """
        used, missing = used_of(tuned, chosen), set(self.missing(tuned))
        progress = self.options.progress
        progress.start("fitting models on all data", len(missing & set(used)))
        members: dict[str, Scorer] = {}
        for name in used:
            settings = tuned[name].settings
            if name in missing:
                options = self._options(name, tuned[name].rounds)
                model = tuned[name].member.model
                self.fitted[name] = (settings, learned(model, self.dataset, settings, options))
                progress.advance()
            members[name] = self.fitted[name][1]
        progress.finish()
        with self.plan.measured("folding"):
            return self._fold(members, chosen, popular, self._placed(last))

    def _placed(self, last: bool) -> Places:
        """Return the items without behaviour that there is time to compare, the newest."""
        new = np.flatnonzero(untouched_of(self.dataset))
        step = f"new items in the {'last' if last else 'first'} blend"
        measured = self.plan.script is None
        needed = PLACED * seconds_to_place(self.dataset) if measured else 0.0
        return new[len(new) - self.plan.most(step, len(new), needed, last) :]

    def _options(self, name: str, rounds: int | None) -> FitOptions:
        """Learn in as many rounds as were measured, by the end of the budget."""
        step = f"{name} on all data"
        followed = self.plan.rounds(step)
        return self.options._replace(
            deadline=None if self.plan.script is not None else self.plan.clock.deadline,
            most=rounds if followed is None else followed,
            counted=self.plan.counted(step),
        )

    def _fold(
        self,
        members: dict[str, Scorer],
        chosen: Chosen,
        popular: PopularitySettings,
        placed: Places,
    ) -> Fitted:
        placing = chosen.placing
        base = members.get(chosen.base)
        if isinstance(base, ItemItem):
            members[PLACING] = over(base, placing.power)
        counts = counts_of(self.dataset, popular)
        new = new_items(self.dataset, placing.likeness, placed)
        unplaced = int(untouched_of(self.dataset).sum()) - len(placed)
        kept = (chosen.kept, chosen.kept_cold)
        content = self.dataset.content
        content = content.weighed(placing.likeness) if placing.likeness else content
        late = [f"{unplaced} items without behaviour {LATE}"] if unplaced else []
        first_look, said = choose_first_look(self.dataset, content, popular, self.options.seed)
        return Fitted(
            fold(members, counts, new, chosen.weights, kept, placing.power),
            chosen.weights,
            popularity_of_strangers(self.dataset, first_look, popular),
            placing.likeness,
            chosen.members,
            [*chosen.notes, *late, *said],
            dict(self.plan.decided),
            first_look,
            evidence=evidence(chosen.asked, popular) if len(chosen.asked) else None,
            asked=chosen.asked,
            unplaced=unplaced,
        )
