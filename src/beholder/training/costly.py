"""What costly members would take, by the kind of work that their cards say they are.

A dense solve is measured by a smaller one. Of a member that learns in rounds, one round is tried on
a few of the people, and scaled; what it does before and after its rounds hangs on the items, and is
not. Whether it may begin hangs on that, and by then it ends at its deadline. So
the budget holds for models that nobody has seen before.
"""

from __future__ import annotations

import time
from typing import NamedTuple

import numpy as np

from beholder.blending.members import Member
from beholder.dataset.dataset import Dataset
from beholder.models.card import learned
from beholder.models.contract import FitOptions
from beholder.models.dense import DENSE_LIMIT, invert, solvable
from beholder.progress import Silent
from beholder.training.budget import told
from beholder.training.plan import Plan

OVERHEAD = 1.3  # a member takes this much longer than its system, or its comparing, alone
TRIED = 2000  # unknowns of the system that is solved to learn how fast this machine is
PART, PEOPLE = 16, 10  # one of so many people is tried, if so many are left
LOOK = 0.1  # of what is left of the budget may be spent on learning what one member takes


class Rounds(NamedTuple):
    """Seconds of a member that learns in rounds: beside them, and of one; and how many it does."""

    beside: float
    one: float
    times: int

    @property
    def first(self) -> float:
        """What its first round takes, with all that is beside it."""
        return self.beside + self.one


class Costly:
    """What is expected of costly members.

    Parameters
    ----------
    dataset, train
        All data, and the validation split's.

    Attributes
    ----------
    growth
        How much longer a member takes on all data than on the validation split, by `Card.cost`.
    """

    def __init__(self, dataset: Dataset, train: Dataset, seed: int) -> None:
        self.train, self.options = train, FitOptions(seed, deadline=-np.inf)
        self.n_solved = len(solvable(train, DENSE_LIMIT))
        whole = len(solvable(dataset, DENSE_LIMIT))
        cubed = (whole / max(self.n_solved, 1)) ** 3
        linear = len(dataset.interactions) / max(len(train.interactions), 1)
        # Of cheap members it is not said what they do: the worse of the two.
        self.growth = {"solve": cubed, "gradient": linear, "light": max(cubed, linear)}
        self._to_solve: float | None = None
        self._rounds: dict[str, Rounds] = {}

    def expect(self, member: Member, plan: Plan) -> bool:
        """Tell the plan what a trial takes: all of it, or its first round.

        Returns
        -------
        Whether that could be learned in a small part of what is left.
        """
        if member.card.cost == "solve":
            plan.expected[member.name] = self.seconds(member)
        elif (left := plan.clock.left) > plan.ending([], quick=True):
            try:
                plan.expected[member.name] = self.rounds(member, LOOK * left).first
            except TooLongError:
                plan.timings.append(
                    f"what {member.name} takes could not be learned in {told(LOOK * left)}, a "
                    f"tenth of what was left of the budget"
                )
                return False
        return True

    def seconds(self, member: Member) -> float:
        """Return about what one trial takes, to its end."""
        if member.card.cost == "solve":
            if self._to_solve is None:
                self._to_solve = seconds_to_solve(self.n_solved)
            return OVERHEAD * self._to_solve
        found = self.rounds(member)
        return found.beside + found.times * found.one

    def rounds(self, member: Member, allowed: float = np.inf) -> Rounds:
        """Fit one round on some of the people, and return what all of them would take.

        A few are tried first: that loads what the member needs, and says whether more can be.
        Couples are drawn, as many of a part as of all: who learns from them is tried on all.

        Parameters
        ----------
        allowed
            Seconds that this may take.

        Raises
        ------
        TooLongError
            If it would take longer.
        """
        if member.name in self._rounds:
            return self._rounds[member.name]
        until = time.monotonic() + allowed
        if member.card.couples:
            found = self._tried(member, 1, until)
        else:
            few = self._tried(member, PART * PART, until)
            if time.monotonic() + few.beside + few.one / PART > until:
                raise TooLongError
            found = self._tried(member, PART, until)
        self._rounds[member.name] = found
        return found

    def _tried(self, member: Member, part: int, until: float) -> Rounds:
        """Fit one round on one of so many people."""
        log = self.train.log
        step = min(part, max(log.n_users // PEOPLE, 1))
        some = self.train.with_log(log.keep(log.users % step == 0))
        more = len(self.train.interactions) / max(len(some.interactions), 1)
        watch, began = Watch(until), time.monotonic()
        options = self.options._replace(progress=watch)
        learned(member.model, some, member.trials[0], options)
        spent = time.monotonic() - began
        in_round = spent if watch.spent is None else watch.spent
        return Rounds(spent - in_round, in_round * more, watch.total)


class TooLongError(BaseException):
    """Looking takes too long; no error, so that no model takes it for one of its own."""


class Watch(Silent):
    """Progress that notes how long the first round took, as the first step that is shown.

    Parameters
    ----------
    until
        By `time.monotonic`: what is still shown then is ended by `TooLongError`.

    Attributes
    ----------
    total
        How many rounds there would be.
    """

    began = 0.0
    total = 1
    spent: float | None = None

    def __init__(self, until: float = np.inf) -> None:
        self.until = until

    def start(self, what: str, total: int | None = None, unit: str = "") -> None:
        """Note when, and of the first step how many rounds it has."""
        self._end_in_time()
        self.began = time.monotonic()
        if self.spent is None:
            self.total = total or 1

    def advance(self, n: int = 1) -> None:
        """Note how long it took, the first time."""
        if self.spent is None:
            self.spent = time.monotonic() - self.began
        self._end_in_time()

    def _end_in_time(self) -> None:
        if time.monotonic() > self.until:
            raise TooLongError


def seconds_to_solve(n: int) -> float:
    """Return about how long a dense system of `n` unknowns takes on this machine now."""
    tried = max(1, min(n, TRIED))
    matrix = np.eye(tried, dtype=np.float32) * 2
    began = time.monotonic()
    invert(matrix)
    spent = time.monotonic() - began
    return spent * (n / tried) ** 3
