"""What cheap members would take, and whether the first bundle can wait for them.

No number of seconds holds on every machine and for every content: a few items are compared here
and now, and the rest is scaled.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Protocol

import numpy as np

from beholder.blending.members import Member
from beholder.dataset.dataset import WORDS, Dataset
from beholder.dataset.new_items import untouched_of
from beholder.scorers.item_item import kept_of
from beholder.spaces import OneModality, seconds_to_compare
from beholder.training.costly import OVERHEAD
from beholder.training.plan import MARGIN, Plan

SAMPLED = 64  # new items that are compared
# With content the first bundle must come by then: it is wanted within a minute, and some of a
# short budget is for what comes after it.
SOON, EARLY = 50.0, 0.8
LATEST = 240.0  # with behaviour: of very many items it is wanted within five minutes


class Tried(Protocol):
    """What was made of a member."""

    @property
    def member(self) -> Member:
        """Of which."""


class Ahead:
    """What is expected of cheap members, by those that were fitted already.

    Parameters
    ----------
    dataset, train
        All data, and the validation split's.
    tuned
        The members so far; more are put into it while this is asked.
    """

    def __init__(
        self, dataset: Dataset, train: Dataset, plan: Plan, tuned: Mapping[str, Tried]
    ) -> None:
        self.dataset, self.train, self.plan, self.tuned = dataset, train, plan, tuned

    def look(self) -> None:
        """After the first member, expect of the first blend what it will take."""
        if len(self.tuned) == 1 and self.plan.script is None:
            self.plan.expect_first(*map(seconds_to_place, (self.train, self.dataset)))

    def soon(self, member: Member) -> bool:
        """Whether the first bundle still comes early enough with one more member."""
        if not self.tuned:
            return True  # something must be fitted, however long it takes
        clock, again = self.plan.clock, [*self.tuned, member.name]
        latest, share = (LATEST, 1.0) if member.by_behaviour else (SOON, EARLY)
        until = min(latest, share * clock.budget)
        if clock.spent + self.plan.first(self.tuned) > until:
            return False  # without measuring, which takes seconds in a large catalogue
        needed = self.expect(member)
        return clock.spent + MARGIN * needed + self.plan.first(again) < until

    def expect(self, member: Member) -> float:
        """Return about how many seconds one trial of a member takes, and tell the plan."""
        alike = [name for name, one in self.tuned.items() if one.member.by_behaviour]
        if member.by_behaviour:
            found = max((self.plan.cost(name) for name in alike), default=0.0)
        elif (modality := _modality(member)) and modality not in self.train.content.numbers:
            found = OVERHEAD * seconds_of_rows(self.train, modality)
        else:
            found = self.plan.cost("asking")
        self.plan.expected[member.name] = found
        return found


def _modality(member: Member) -> str:
    """Return what a member compares items by; empty: by nothing that takes long."""
    if member.card.modalities:
        return str(member.trials[0].modality)
    return WORDS if "words" in member.card.learns else ""


def seconds_of_rows(dataset: Dataset, modality: str) -> float:
    """Return about how long it takes to find what each item is like by one modality."""
    space = dataset.content.spaces.get(modality)
    if space is None:
        return 0.0
    return seconds_to_compare(OneModality(modality, space), kept_of(dataset.n_items))


def seconds_to_place(dataset: Dataset) -> float:
    """Return about how long it takes to compare the items without behaviour with all others."""
    new = np.flatnonzero(untouched_of(dataset))
    if not len(new) or not dataset.content.counted:
        return 0.0
    dataset.content.block(new[:1])  # what is prepared once
    some = new[:SAMPLED]
    began = time.monotonic()
    dataset.content.block(some)
    return (time.monotonic() - began) * len(new) / len(some)
