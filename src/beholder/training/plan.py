"""What still fits into the budget, by what each step has cost so far."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import numpy as np

from beholder.models.ease import invert
from beholder.training.budget import Clock

MARGIN = 1.1  # a step may take this much longer than it did before
SLACK = 0.02  # of the budget is left unplanned
TRIED = 2000  # unknowns of the system that is solved to learn how fast this machine is
COMPARED = 0.3  # of the budget at most is kept for fitting the live bundle's members
QUICK = 1.4  # weighing costly members too, by the cases of the first blend
LARGER = 4.0  # weighing all cases, with all choices, against weighing a first blend


class Plan:
    """Seconds that steps have taken, and what the rest would take.

    Attributes
    ----------
    costs
        The longest time that each step has taken so far, by the name of the step.
    pending
        Members of the live bundle that the gate still has to fit on the validation split.
    expected
        What a step that was never taken is thought to cost.
    growth
        How much longer a costly member takes on all data than on the validation split.
    """

    def __init__(self, clock: Clock, growth: float = 1.0) -> None:
        self.clock = clock
        self.growth = growth
        self.costs: dict[str, float] = {}
        self.expected: dict[str, float] = {}
        self.pending: list[str] = []

    @contextmanager
    def measured(self, step: str) -> Iterator[None]:
        """Remember how long a step takes."""
        began = time.monotonic()
        yield
        self.costs[step] = max(self.costs.get(step, 0.0), time.monotonic() - began)

    def cost(self, step: str) -> float:
        """Seconds that a step took or is expected to take, 0 where nothing is known."""
        return self.costs.get(step, self.expected.get(step, 0.0))

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
        whole = weighing + self.refitting(again) + compared
        return MARGIN * whole + SLACK * self.clock.budget

    def refitting(self, again: Iterable[str]) -> float:
        """Seconds to fit members on all data, fold them and write the bundle."""
        fits = sum(self.growth * self.cost(name) for name in again)
        return fits + self.cost("folding") + self.cost("writing")

    def fits(self, name: str, again: Iterable[str], quick: bool = False) -> bool:
        """Whether one more trial of a member fits, and everything that must come after it.

        Parameters
        ----------
        again
            Members that are still to be fitted on all data, this one included.
        """
        trial = MARGIN * (self.cost(name) + self.cost("asking"))
        return self.clock.left > trial + self.ending(again, quick)


def seconds_to_solve(n: int) -> float:
    """Return about how long a dense system of `n` unknowns takes on this machine now."""
    tried = max(1, min(n, TRIED))
    matrix = np.eye(tried, dtype=np.float32) * 2
    began = time.monotonic()
    invert(matrix)
    spent = time.monotonic() - began
    return spent * (n / tried) ** 3
