"""What every model promises: it learns from a dataset, and gives a scorer.

`beholder.testing.model_checks` holds models to it, through the blend and the engine.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple, Protocol

import msgspec

from beholder.dataset.dataset import Dataset
from beholder.progress import SILENT, Progress
from beholder.scorers.interface import Scorer

Source = Literal["behaviour", "pictures", "words", "products", "numbers"]


class Card(NamedTuple):
    """What is known of a model without fitting it.

    Attributes
    ----------
    name
        As commands and settings spell it.
    paper
        Where its formula stands.
    learns
        What it needs of a dataset, all of it; see `also`.
    speaks_of
        Whether it scores items with behaviour (warm) and without (cold).
    cost
        light: seconds. solve: a dense system over the items, by the cube of their number.
        gradient: rounds over what people did (epochs, alternations), in proportion to it; they
        end at the deadline.
    trials
        Settings that `auto` tries, the most promising first, since the budget may end early.
    factors
        It gives vectors, so that every answer takes one solve and one product with all items:
        of as many numbers as the setting `factors` says, or fewer.
    modalities
        One member is fitted for each picture modality, or number if it learns from them, told by
        the setting `modality`.
    new_alone
        It weighs among items without behaviour alone, unless there is nothing else.
    part
        member: it is tuned and weighed. popularity and placing are in every blend: what is the
        same for everybody, and how items without behaviour are placed over a member.
    baseline
        Settings among which every evaluation tunes it, to compare with; empty: it does not.
    needs
        The extra that it takes, or None.
    also
        What it learns from besides, in some of its settings, where it is there.
    doubted
        It weighs among items without behaviour only where it was measured that it helps, unless
        there is nothing else.
    couples
        So many pairs of items that one person liked within ten likes it needs, or more; and it
        draws about as many, however many people there are.
    memory
        Returns about how many bytes learning from a data set with some settings takes, beside the
        data; None: by its cost.
    """

    name: str
    paper: str
    learns: frozenset[Source]
    speaks_of: frozenset[Literal["warm", "cold"]]
    cost: Literal["light", "solve", "gradient"]
    trials: tuple[Any, ...]
    factors: bool = False
    modalities: bool = False
    new_alone: bool = False
    part: Literal["member", "popularity", "placing"] = "member"
    baseline: tuple[Any, ...] = ()
    needs: str | None = None
    also: frozenset[Source] = frozenset()
    doubted: bool = False
    couples: int = 0
    memory: Callable[[Dataset, Any], int] | None = None


CHECKPOINT = "member-"  # how the files begin that say where models stand


class FitOptions(NamedTuple):
    """How to learn, besides what.

    Attributes
    ----------
    seed
        Draws whatever is random: the same data, settings and seed give the same scorer.
    deadline
        Of `time.monotonic`: a model that learns in rounds stops early and gives what it has.
    most, counted
        Rounds at most, as a recorded plan says, and whom to tell how many were done.
    keep
        Asked where Ctrl-C ended the rounds: whether what was learned by then is made use of.
    checkpoints, resume
        Folder in which a model that PyTorch trains says where it stands, None: nowhere; and whether
        it goes on with what stands there of the same data, settings and seed.
    """

    seed: int = 0
    deadline: float | None = None
    progress: Progress = SILENT
    most: int | None = None
    counted: Callable[[int], None] = lambda rounds: None
    keep: Callable[[], bool] = lambda: False
    checkpoints: Path | None = None
    resume: bool = False

    def rounds(self, what: str, total: int) -> Iterator[int]:
        """Yield the numbers of rounds, as many as there is time for, and show how far it is."""
        total = total if self.most is None else min(total, self.most)
        self.progress.start(what, total)
        done = 0
        try:
            for number in range(total):
                yield number
                done += 1
                self.progress.advance()
                if self.deadline is not None and time.monotonic() > self.deadline:
                    break
        finally:  # also where Ctrl-C ends the training in the midst of a round
            self.progress.finish()
        self.counted(done)


ONCE = FitOptions()


class Model(Protocol):
    """Something that learns."""

    card: ClassVar[Card]
    Settings: ClassVar[type[msgspec.Struct]]

    @classmethod
    def fit(cls, dataset: Dataset, settings: Any, options: FitOptions = ONCE) -> Scorer:
        """Learn from a dataset."""


BEHAVIOUR: frozenset[Source] = frozenset({"behaviour"})
CONTENT: frozenset[Source] = frozenset({"pictures", "words"})
WARM: frozenset[Literal["warm", "cold"]] = frozenset({"warm"})
COLD: frozenset[Literal["warm", "cold"]] = frozenset({"cold"})
BOTH: frozenset[Literal["warm", "cold"]] = frozenset({"warm", "cold"})
