"""Training walked through without a blend: what each member would take, and what there is room for.

Its steps come in the order of `auto`, and the same plan decides, by a clock that is put on by what
each step is expected to take. What takes less than a second is tried whole; of the rest a part is.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np

from beholder.blending.measure import alone, ndcg
from beholder.blending.members import Member
from beholder.blending.validation import Validation
from beholder.dataset.dataset import WORDS, Dataset
from beholder.models.card import learned
from beholder.models.contract import FitOptions
from beholder.models.popularity import Popularity, PopularitySettings
from beholder.scorers.interface import Scorer
from beholder.training.ahead import Ahead, seconds_of_rows, seconds_to_place
from beholder.training.answer_time import MOST, seconds_with
from beholder.training.auto import NO_ROOM, SLOW
from beholder.training.budget import Clock
from beholder.training.costly import OVERHEAD, Costly
from beholder.training.order import expect
from beholder.training.plan import ASKED_TO_WEIGH, LARGER, MARGIN, PLACED, QUICK, RANKER, Plan
from beholder.training.tune import COMPARED

WHOLE = 1.0  # seconds: what takes less is fitted once, to its end
TINY = 1e-6
ASKED = 100  # cases that are asked to learn how long all take


class Tried(NamedTuple):
    """A member, and how many of its settings there was time for."""

    member: Member
    times: int


class Imagined(Clock):
    """A clock that is put on by hand."""

    def __init__(self, budget: float, passed: float) -> None:
        super().__init__(budget)
        self.passed = passed

    @property
    def spent(self) -> float:
        """Seconds that would have passed."""
        return self.passed

    @contextmanager
    def running(self) -> Iterator[None]:
        """Put it on by what training would spend, too: its own looking ahead."""
        began = time.monotonic()
        yield
        self.passed += time.monotonic() - began


class Rehearsal:
    """One walk through a training.

    Parameters
    ----------
    clock
        Where reading and splitting is spent already.
    live
        Members of the bundle that is served: what of them is not tried is fitted to compare.

    Attributes
    ----------
    seconds
        By member: all its trials and its last fitting, or what one trial and that would be.
    short
        Members that there is time for in part: they end before their last round.
    left_out
        Why members are, in the words of training, by name.
    unknown
        Members of which there is no time to learn what they take.
    popular, placing
        Seconds of what is in every blend.
    """

    def __init__(
        self, dataset: Dataset, held: Validation, clock: Imagined, seed: int, live: Iterable[str]
    ) -> None:
        self.dataset, self.held, self.clock, self.live = dataset, held, clock, list(live)
        self.options = FitOptions(seed)
        self.costly = Costly(dataset, held.train, seed)
        self.plan = Plan(clock, self.costly.growth["light"])
        self.tried: dict[str, Tried] = {}
        self.again: set[str] = set()  # what is not fitted on all data yet
        self.ahead = Ahead(dataset, held.train, self.plan, self.tried)
        self.trial: dict[str, float] = {}  # seconds of one
        self.seconds: dict[str, float] = {}
        self.short: set[str] = set()
        self.left_out: dict[str, str] = {}
        self.unknown: set[str] = set()
        self.popular = self.placing = 0.0

    def run(self, members: list[Member]) -> None:
        """Walk through; `clock.spent` is then what all would take."""
        with self.clock.running():
            expect(self.plan, self.held)
        self.plan.grown = {one.name: self.costly.growth[one.card.cost] for one in members}
        quick = [one for one in members if self._is_quick(one, len(members) == 1)]
        light = [one for one in quick if one.light]
        with self.clock.running():
            _ = self.held.train.content
        self.placing = PLACED * (seconds_to_place(self.held.train) + seconds_to_place(self.dataset))
        self.popular = self._popular()
        self.clock.passed += self.popular
        waiting = self._first_of(light)
        if self.tried:
            self._draft()
        for member in waiting:
            if self.clock.left > self.plan.ending([], quick=True):
                with self.clock.running():
                    self.ahead.expect(member)
            self._try(member, quick=True)
        self._costly([one for one in quick if not one.light])
        for member in light:
            while member.name in self.tried and self._more(member) and self._try(member):
                pass
        self._end()
        for member in quick:
            if member.name not in self.tried:
                self.left_out[member.name] = f"{member.name} {NO_ROOM}"
            if member.name not in self.tried and member.name not in self.unknown:
                self.seconds[member.name] = (1 + self._growth(member)) * self._expected(member)

    def _is_quick(self, member: Member, alone: bool) -> bool:
        if not member.card.factors or alone:
            return True
        if seconds_with(member, self.held.train.n_items) <= MOST:
            return True
        self.left_out[member.name] = f"{member.name} {SLOW}"
        self.seconds[member.name] = 0.0
        return False

    def _first_of(self, light: list[Member]) -> list[Member]:
        """Try each cheap member once; return those that the first bundle cannot wait for."""
        waiting = []
        for member in light:
            with self.clock.running():
                soon = self.ahead.soon(member)
            if soon:
                self._spend(member)
                with self.clock.running():
                    self.ahead.look()
            else:
                waiting.append(member)
        return waiting

    def _draft(self) -> None:
        self.clock.passed += self.plan.cost("first weighing") + self._fit_again(self.tried)
        if not self.live:
            self.clock.passed += self.plan.cost("writing")
        self.plan.expected["writing"] = self.plan.cost("folding")
        weighing = ASKED_TO_WEIGH * self.plan.cost("asking") + self.placing
        self.plan.costs["first weighing"] = max(self.plan.cost("first weighing"), weighing)

    def _costly(self, heavy: list[Member]) -> None:
        for turn in range(max((len(one.trials) for one in heavy), default=0)):
            for member in heavy:
                waits = turn > 0 and member.name not in self.tried
                if turn < len(member.trials) and not waits:
                    self._try(member, quick=not turn)

    def _try(self, member: Member, quick: bool = False) -> bool:
        """Spend the next trial of a member where there is room."""
        again = {*self.again, member.name}
        if self.tried:
            self.plan.pending = [name for name in self.live if name not in self.tried]
            if not member.light and member.name not in self.tried:
                with self.clock.running():
                    known = self.costly.expect(member, self.plan)
                if not known:
                    self.unknown.add(member.name)
                    return False
            if not self.plan.fits(member.name, again, quick):
                return False
        until = self.plan.until(member.name, again, quick) - time.monotonic()
        self._spend(member, until)
        return True

    def _spend(self, member: Member, until: float = np.inf) -> None:
        """Put the clock on by one trial, which ends then where the member learns in rounds."""
        name = member.name
        if name not in self.trial:
            self.trial[name] = self._seconds_of(member)
        spent = self.trial[name]
        if member.card.cost == "gradient" and until < spent:
            spent = min(spent, self._until(member, until))
            if spent < self.trial[name]:
                self.short.add(name)
        times = self.tried[name].times if name in self.tried else 0
        self.tried[name] = Tried(member, times + 1)
        self.plan.costs[name] = max(self.plan.costs.get(name, 0.0), spent)
        self.again.add(name)
        whole = spent + self.plan.cost("asking")
        self.clock.passed += whole
        self.seconds[name] = self.seconds.get(name, 0.0) + whole

    def _until(self, member: Member, until: float) -> float:
        """Return when a member that learns in rounds ends: with the one that a deadline is in."""
        beside, one, _ = self.costly.rounds(member)
        return beside + max(1, math.ceil((until - beside) / max(one, TINY))) * one

    def _more(self, member: Member) -> bool:
        return self.tried[member.name].times < len(member.trials)

    def _seconds_of(self, member: Member) -> float:
        """Return what one trial takes; what is quick is fitted, and asked, to know it better."""
        expected = self._expected(member)
        if expected >= WHOLE:
            return expected
        began = time.monotonic()
        scorer = learned(member.model, self.held.train, member.trials[0], self.options)
        spent = time.monotonic() - began
        self._ask(scorer)
        return spent

    def _expected(self, member: Member) -> float:
        """Return about what one trial takes, without fitting it to its end."""
        if not member.light or member.by_behaviour:
            return self.costly.seconds(member)
        modality = WORDS if "words" in member.card.learns else ""
        if member.card.modalities and "numbers" not in member.card.learns:
            modality = str(member.trials[0].modality)
        return OVERHEAD * seconds_of_rows(self.held.train, modality) if modality else 0.0

    def _popular(self) -> float:
        """Fit and ask popularity, as often as it is tuned; return what that takes."""
        began = time.monotonic()
        scorer = Popularity.fit(self.held.train, PopularitySettings())
        spent = time.monotonic() - began
        self._ask(scorer)
        return (spent + self.plan.cost("asking")) * len(Popularity.card.trials)

    def _ask(self, scorer: Scorer) -> None:
        """Ask a few cases, and note what all would take."""
        cases = self.held.fewer(ASKED).tune
        _ = cases.histories
        began = time.monotonic()
        ndcg(alone(scorer, COMPARED), cases, ~self.held.cold)
        spent = (time.monotonic() - began) * len(self.held.tune) / max(len(cases), 1)
        self.plan.costs["asking"] = max(self.plan.cost("asking"), spent)

    def _growth(self, member: Member) -> float:
        return self.plan.grown[member.name]

    def _fit_again(self, names: Iterable[str]) -> float:
        """Return what fitting on all data and folding takes, and note it of each member."""
        for name in names:
            member = self.tried[name].member
            self.seconds[name] += self._growth(member) * self.plan.cost(name)
        spent = self.plan.refitting(names) - self.plan.cost("writing")
        self.again -= set(names)
        return spent

    def _end(self) -> None:
        """Weigh, fit again and write."""
        if not self.tried:
            return
        whole = self.clock.left >= self.plan.ending(self.again)
        if whole or self.again:
            weighing = (LARGER if whole else QUICK) * self.plan.cost("first weighing")
            spent = weighing + self._fit_again(sorted(self.again)) + self.plan.cost("writing")
            self.clock.passed += spent
            ranking = self.plan.cost(RANKER)
            if MARGIN * ranking < self.clock.left:
                self.clock.passed += ranking
