"""Two towers: histories and items in one space, so that what comes next is near.

    score(j) = sum over the history of w_h f_h . f_j,   f = unit(e + x M)

Yi et al., RecSys 2019. x is what is seen and read of an item, e what is known of it besides; a new
item has x alone. As a score is a sum over the history, it folds into rows from items to items.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import msgspec

from beholder.dataset.dataset import Dataset
from beholder.models.by_epochs import (
    EXTRA,
    check_installed,
    contents,
    learn,
    only,
    pairs_of,
    touched,
)
from beholder.models.contract import BEHAVIOUR, BOTH, CONTENT, ONCE, Card, FitOptions
from beholder.models.low_rank import low_rank
from beholder.scorers.entry import Entry, Kernel
from beholder.scorers.item_item import ItemItem
from beholder.scorers.recency import Recency
from beholder.spaces.metric import Mapped

NAME = "two-towers"


class TwoTowersSettings(msgspec.Struct, frozen=True):
    """Settings of `TwoTowers`.

    Attributes
    ----------
    size
        Length of the vectors.
    tau
        The smaller, the more the nearest strangers count.
    gaps
        How often what is known of an item beside its content, and items of histories, are left out
        while learning.
    epochs
        Times that all likes are read, at most.
    rate
        Of each step.
    decay
        Recency of the history.
    """

    size: int = 64
    tau: float = 0.1
    gaps: float = 0.2
    epochs: int = 30
    rate: float = 3e-3
    decay: float = 0.8


class TwoTowers:
    """Nearness of unit vectors of what was liked to those of what may be next."""

    Settings: ClassVar[type[msgspec.Struct]] = TwoTowersSettings
    card: ClassVar[Card] = Card(
        NAME,
        "Yi et al., RecSys 2019",
        BEHAVIOUR,
        BOTH,
        "gradient",
        (TwoTowersSettings(),),
        needs=EXTRA,
        doubted=True,
        also=CONTENT,
    )

    @classmethod
    def fit(cls, dataset: Dataset, settings: Any, options: FitOptions = ONCE) -> ItemItem:
        """Learn what comes next; at the deadline the epochs done so far count."""
        check_installed(cls.card.name)
        from beholder.networks.towers import Towers

        metric, x = contents(dataset, options.seed)
        module = Towers(x, settings.size, settings.gaps, options.seed)
        task = task_of(dataset, module, settings, "learning two towers", options.seed)
        if len(task.which):
            learn(task, settings.epochs, settings.rate, options)
        items, drawn = module.learned()
        there = touched(dataset)
        items = only(items, there)
        space = Mapped(replace(metric, matrix=drawn), items)
        entry = Entry((Kernel(NAME, 1.0),), spaces={NAME: space})
        return ItemItem(low_rank(items, items, there), Recency(settings.decay), entry)


def task_of(dataset: Dataset, module: Any, settings: Any, name: str, seed: int) -> Any:
    """Return what people liked next, as the training loop reads it."""
    from beholder.networks.pairs import last_ones
    from beholder.networks.towers import Told, TowerTask

    pairs, likes = pairs_of(dataset), dataset.interactions
    told = Told.of(pairs.users, pairs.items, likes.times, likes.weights)
    return TowerTask(
        name,
        module,
        told,
        last_ones(pairs, seed),
        pairs.drawn,
        tau=settings.tau,
        decay=settings.decay,
        gaps=settings.gaps,
        seed=seed,
    )
