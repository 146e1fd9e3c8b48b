"""What still fits into the budget, by what each step has cost; and the record of what was decided.

The clock decides, and a clock never decides twice alike. So every decision is written down, in
order, and can be followed again without a clock: the same data, version and plan give the same
bundle.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from beholder.training.budget import Clock

FIRST = 0.25  # of the budget: then what the first bundle could do without must wait
MARGIN = 1.1  # a step may take this much longer than it did before
SLACK = 0.02  # of the budget is left unplanned
RANKED = 0.2  # of the budget at most is kept for learning an order
COMPARED = 0.3  # of the budget at most is kept for fitting the live bundle's members
QUICK = 1.4  # weighing costly members too, by the cases of the first blend
LARGER = 5.5  # weighing all cases, with all choices, against weighing a first blend

# How much of what follows is about as much work as asking one member, by trainings of 8,500 to
# 200,000 items; comparing new items is apart.
ASKED_TO_WEIGH, ASKED_TO_FOLD, ASKED_TO_WRITE = 20.0, 5.0, 5.0
PLACED = 1.5  # taking new items in, against comparing them

RANKER = "learn an order"
SEED = "seed"  # of all that is drawn: no decision of the clock, and a plan is none without it

Decisions = dict[str, int]


class Plan:
    """Seconds that steps have taken, what the rest would take, and what was decided.

    Attributes
    ----------
    costs
        The longest time that each step has taken so far, by the name of the step.
    pending
        Members of the live bundle that the gate still has to fit on the validation split.
    expected
        What a step that was never taken is thought to cost.
    growth, grown
        How much longer a member takes on all data than on the validation split; and where that is
        known of some, by name.
    deadline
        By when the trial under way has to end, by `time.monotonic`.
    decided
        By step: 1 or 0 for what was done or left out, or the number of rounds or of new items.
    timings
        In words, for who trains: no bundle holds what differs with every run.
    """

    def __init__(
        self, clock: Clock, growth: float = 1.0, script: Mapping[str, int] | None = None
    ) -> None:
        self.clock = clock
        self.growth = growth
        self.grown: dict[str, float] = {}
        self.deadline = clock.deadline
        self.costs: dict[str, float] = {}
        self.expected: dict[str, float] = {}
        self.pending: list[str] = []
        self.decided: Decisions = {}
        self.timings: list[str] = []
        self.script = script

    def decide(self, step: str, ask: Callable[[], bool]) -> bool:
        """Return whether a step is taken, by the clock or as a recorded plan says."""
        taken = bool(ask()) if self.script is None else bool(self.script.get(step, 0))
        self.decided[step] = int(taken)
        return taken

    def rounds(self, step: str) -> int | None:
        """Return the number of rounds that a recorded plan gives a step; None: no bound."""
        return None if self.script is None else self.script.get(f"rounds of {step}")

    def counted(self, step: str) -> Callable[[int], None]:
        """Return what remembers how many rounds a step did."""

        def note(rounds: int) -> None:
            self.decided[f"rounds of {step}"] = rounds

        return note

    def most(self, step: str, n: int, seconds: float, last: bool) -> int:
        """Return how many of `n` pieces of work fit, which take so many seconds together.

        Parameters
        ----------
        last
            All that is left may be taken, but for writing; else a part, since the first bundle
            is wanted soon.
        """
        left = self.clock.left - self.cost("writing") - SLACK * self.clock.budget
        allowed = left if last else min(left, FIRST * self.clock.budget)
        found = n if seconds <= max(allowed, 0.0) else max(0, int(n * allowed / seconds))
        if self.script is not None:
            found = min(self.script.get(step, n), n)
        if found < n:
            self.decided[step] = found
        return found

    @contextmanager
    def measured(self, step: str) -> Iterator[None]:
        """Remember how long a step takes."""
        began = time.monotonic()
        yield
        self.costs[step] = max(self.costs.get(step, 0.0), time.monotonic() - began)

    def cost(self, step: str) -> float:
        """Seconds that a step took or is expected to take, 0 where nothing is known."""
        return self.costs.get(step, self.expected.get(step, 0.0))

    def expect_first(self, to_place: float, to_place_all: float) -> None:
        """Expect what the first blend takes, by what asking the first member has taken.

        Parameters
        ----------
        to_place, to_place_all
            Seconds to compare the new items of the validation split, and those of all data.
        """
        asking = self.cost("asking")
        self.expected["first weighing"] = ASKED_TO_WEIGH * asking + PLACED * to_place
        self.expected["folding"] = ASKED_TO_FOLD * asking + PLACED * to_place_all
        self.expected["writing"] = ASKED_TO_WRITE * asking
        self.expected["placing"] = PLACED * to_place_all

    def first(self, again: Iterable[str]) -> float:
        """Seconds from the last cheap member to the first bundle."""
        return MARGIN * (self.cost("first weighing") + self.refitting(again))

    def ending(self, again: Iterable[str], quick: bool = False) -> float:
        """Seconds from the last trial to the end.

        Parameters
        ----------
        again
            Members that are still to be fitted on all data.
        quick
            Weights are learned from few cases, as those of the first blend were.
        """
        weighing = (QUICK if quick else LARGER) * self.cost("first weighing")
        compared = sum(self.cost(name) for name in self.pending)
        if compared > COMPARED * self.clock.budget:
            compared = 0.0  # then figures are compared instead
        ranking = self.cost(RANKER)
        ranking = ranking if ranking <= RANKED * self.clock.budget else 0.0
        whole = weighing + self.refitting(again) + compared + ranking
        return MARGIN * whole + SLACK * self.clock.budget

    def refitting(self, again: Iterable[str]) -> float:
        """Seconds to fit members on all data, fold them and write the bundle."""
        fits = sum(self._growth(name) * self.cost(name) for name in again)
        return fits + self.cost("folding") + self.cost("writing")

    def _growth(self, name: str) -> float:
        return self.grown.get(name, self.growth)

    def until(self, name: str, again: Iterable[str], quick: bool = False) -> float:
        """Return by when a trial has to end, so that what must follow still fits; see `fits`.

        A member learns for as long once more on all data, and longer as there is more.
        """
        after = self.ending([one for one in again if one != name], quick)
        allowed = max(self.clock.left - after, 0.0) / (MARGIN * (1 + self._growth(name)))
        return time.monotonic() + allowed

    def fits(self, name: str, again: Iterable[str], quick: bool = False) -> bool:
        """Whether one more trial of a member fits, and everything that must come after it.

        Parameters
        ----------
        again
            Members that are still to be fitted on all data, this one included.
        """
        trial = MARGIN * (self.cost(name) + self.cost("asking"))
        return self.clock.left > trial + self.ending(again, quick)
