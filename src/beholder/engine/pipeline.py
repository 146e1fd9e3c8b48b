"""From a question to ranked places: retrieve, the stages, and now and then exploration."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from beholder.engine.answer import Level
from beholder.engine.explore import Explorer
from beholder.engine.first_look import first_look
from beholder.engine.overlay import Overlay
from beholder.engine.own_scores import Adjusted, own_scores
from beholder.engine.question import Wanted
from beholder.engine.rank import NAME as RANKER
from beholder.engine.rank import rank
from beholder.engine.ranked import Ranked, mostly_taste
from beholder.engine.readings import Readings
from beholder.engine.rerank import Dial
from beholder.engine.retrieve import retrieve, run
from beholder.engine.slate import Known, Request, Slate, Stage
from beholder.engine.stages import STAGES
from beholder.engine.standing import StandingRules
from beholder.engine.value import NAME as VALUE
from beholder.engine.value import ByValue, missing
from beholder.engine.variants import firsts, without_products_of
from beholder.rules.pins import Pinned, pinned
from beholder.scorers.interface import Mask
from beholder.scorers.layers import NOTHING_SAID
from beholder.scorers.ranker import AMONG

USUAL_DIAL = Dial()


class Pipeline:
    """What an answer passes through.

    Attributes
    ----------
    stages
        In their order, after retrieval.
    dial
        How much a page may not be alike, where a question does not say.
    rules
        What the settings ask for.
    explorer
        None: nothing is explored.
    readings
        Of those who asked last.
    """

    def __init__(
        self,
        stages: Sequence[Stage] = STAGES,
        dial: Dial = USUAL_DIAL,
        rules: StandingRules | None = None,
        explorer: Explorer | None = None,
    ) -> None:
        self.stages, self.dial = tuple(stages), dial
        self.rules = rules or StandingRules()
        self.explorer = explorer
        self.readings = Readings()

    @property
    def plain(self) -> bool:
        """Whether it is as without any settings."""
        unset = self.dial == USUAL_DIAL and self.explorer is None and not self.rules.any
        return unset and self.stages == STAGES

    def without_rules(self) -> Pipeline:
        """Return the same without what standing rules do."""
        return Pipeline(self.stages, self.dial, explorer=self.explorer)

    def without_value(self) -> Pipeline:
        """Return the same with the ranker, where there is one, instead of what may follow."""
        stages = [
            each
            for one in self.stages
            for each in ([rank] * one.ranker if isinstance(one, ByValue) else [one])
        ]
        return Pipeline(stages, self.dial, self.rules, self.explorer)

    def without_exploration(self) -> Pipeline:
        """Return the same without anything explored."""
        return Pipeline(self.stages, self.dial, self.rules)

    def __call__(self, view: Overlay, known: Known, level: Level, wanted: Wanted) -> Ranked:
        """Return `k` places of an answer.

        Those of a later page are the best that the pages before did not show: all places from the
        first on are ranked, so that pages are one answer as long as nothing happens between them.
        """
        request = self._request(view, known, level, wanted)
        source = first_look if known.stranger else None
        slate = run(request, view, self.stages, source, self._ranked(view, known))
        alone, able = wanted.dial.alone, request.allowed
        if alone:
            slate = _one_each(view, slate)
        if wanted.place:
            slate = _behind(slate, wanted, request.rules.pins)
        elif wanted.explore and self.explorer is not None:
            if alone:  # a variant beside its product would be left out, and its chance stay
                able = without_products_of(view, slate.positions[: wanted.k], able)
            slate = self.explorer(view, slate, wanted.k, able, request.rules)
            slate = _one_each(view, slate) if alone else slate
        page = slice(0, wanted.k)
        chosen = slate.positions[page]
        if known.stranger:
            scores = own_scores(request, view, chosen).scores
            said = NOTHING_SAID
        else:
            scores, said = slate.scores[page], request.reading.said(chosen)
        taste = None
        if view.blend.vectors and not known.stranger:  # a place keeps a score, whoever stands there
            own = own_scores(request, view, chosen).scores
            taste = mostly_taste(request.reading, chosen, own)
        return Ranked(
            chosen,
            scores,
            said,
            known.query.items,
            known.did,
            level,
            len(slate.positions) > wanted.k,
            slate.sources[page],
            slate.chance[page],
            wanted.place,
            taste,
        )

    def about(self, view: Overlay, known: Known, level: Level) -> Request:
        """Return a request for nothing but what is said of given items."""
        return self._request(view, known, level, Wanted(0, view.shown, self.dial))

    @property
    def ordering(self) -> Stage | None:
        """The stage that puts the first hundred in order: the ranker, or what they are worth."""
        for one in self.stages:
            if one is rank or isinstance(one, ByValue):
                return one
        return None

    def foresees(self, view: Overlay) -> bool:
        """Whether that stage is what may follow, and the bundle foresees all that counts."""
        stage = self.ordering
        return isinstance(stage, ByValue) and not missing(stage.worth, view.parts.heads)

    def by_order(
        self, view: Overlay, known: Known, level: Level, mask: Mask, position: int
    ) -> Adjusted:
        """Return what that stage adds to the score of an item, as this person's list is now.

        Parameters
        ----------
        mask
            bool (n_items,). What may be in the list.
        """
        first = self._ranked(view, known)
        if not first or self.ordering is None:
            return Adjusted()
        request = self._request(view, known, level, Wanted(1, mask, USUAL_DIAL))
        slate = self.ordering(request, view, retrieve(request, view, first + 1))
        there = slate.positions == position
        gains = {one.name: float(one.values[there].sum()) for one in slate.adjustments}
        return Adjusted(gains.get(RANKER, 0.0), gains.get(VALUE, 0.0))

    def _ranked(self, view: Overlay, known: Known) -> int:
        """Return how many candidates a stage puts in order."""
        if view.parts.ranker is None and view.parts.heads is None:
            return 0
        stage = self.ordering
        reads = stage is not None and view.parts.ranker is not None
        reads |= isinstance(stage, ByValue) and view.parts.heads is not None
        return AMONG if reads and not known.stranger else 0

    def _request(self, view: Overlay, known: Known, level: Level, wanted: Wanted) -> Request:
        rules = self.rules.fitted(view)
        mask = wanted.mask if rules.banned is None else wanted.mask & ~rules.banned
        if len(wanted.shown):  # what comes has its place beside these
            mask = mask.copy()
            mask[wanted.shown] = True
        reading = self.readings.of(view, known)
        return Request(known, level, wanted.place + wanted.k, mask, reading, rules, wanted.dial)


def _behind(slate: Slate, wanted: Wanted, pins: Sequence[Pinned]) -> Slate:
    """Return what the pages before did not show; what is pinned behind them has its place."""
    slate = slate.ordered(np.flatnonzero(~np.isin(slate.positions, wanted.shown)))
    later = [pin._replace(place=pin.place - wanted.place) for pin in pins]
    later = [pin for pin in later if pin.place >= 0]
    return slate.ordered(pinned(later, slate.positions)) if later else slate


def _one_each(view: Overlay, slate: Slate) -> Slate:
    """Return the first of each product alone."""
    return slate.ordered(firsts(view.groups[slate.positions]))
