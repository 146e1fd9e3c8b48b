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
    Decay,
    EpochSettings,
    Number,
    Share,
    Step,
    Tau,
    check_installed,
    contents,
    learn,
    only,
    pairs_of,
    touched,
)
from beholder.models.contract import BEHAVIOUR, BOTH, CONTENT, ONCE, Card, FitOptions
from beholder.models.low_rank import low_rank
from beholder.models.room import of_towers
from beholder.scorers.entry import Entry, Kernel
from beholder.scorers.interface import Floats
from beholder.scorers.item_item import ItemItem
from beholder.scorers.recency import Recency
from beholder.spaces.metric import Mapped, Metric

NAME = "two-towers"


class TowerSettings(EpochSettings, frozen=True):
    """Settings of what learns from histories what comes next, beside those of `EpochSettings`.

    Attributes
    ----------
    tau
        The smaller, the more the nearest strangers count.
    gaps
        How often what is known of an item beside its content, and items of histories, are left out
        while learning.
    """

    epochs: Number = 30
    rate: Step = 3e-3
    decay: Decay = 0.8
    tau: Tau = 0.1
    gaps: Share = 0.2


class TwoTowersSettings(TowerSettings, frozen=True):
    """Settings of `TwoTowers`, beside those of `TowerSettings`: the length of the vectors."""

    size: Number = 64


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
        memory=of_towers,
        doubted=True,
        also=CONTENT,
    )

    @classmethod
    def fit(cls, dataset: Dataset, settings: Any, options: FitOptions = ONCE) -> ItemItem:
        """Learn what comes next; at the deadline the epochs done so far count."""
        check_installed(cls.card.name)
        width = settings.size
        items, metric = learned_towers("two towers", dataset, settings, options, width)
        entry = Entry((Kernel(NAME, 1.0),), spaces={NAME: Mapped(metric, items)})
        rows = low_rank(items, items, touched(dataset))
        return ItemItem(rows, Recency(settings.decay), entry)


def learned_towers(
    name: str,
    dataset: Dataset,
    settings: Any,
    options: FitOptions,
    width: int,
    reader: Any = None,
) -> tuple[Floats, Metric]:
    """Return the items' vectors, float32 (n_items, width), and what makes those of contents.

    Parameters
    ----------
    reader
        A module that makes one vector of a history, and learns with them; None: the mean.
    """
    from beholder.networks.pairs import last_ones
    from beholder.networks.towers import Told, Towers, TowerTask

    (metric, x), pairs = contents(dataset, options.seed), pairs_of(dataset)
    likes = dataset.interactions
    module = Towers(x, width, settings.gaps, options.seed, reader)
    task = TowerTask(
        f"learning {name}",
        module,
        Told.of(pairs.users, pairs.items, likes.times, likes.weights),
        last_ones(pairs, options.seed),
        pairs.drawn,
        tau=settings.tau,
        decay=settings.decay,
        gaps=settings.gaps,
        seed=options.seed,
    )
    if len(task.which):
        learn(task, settings, options)
    items, drawn = module.learned()
    return only(items, touched(dataset)), replace(metric, matrix=drawn)
