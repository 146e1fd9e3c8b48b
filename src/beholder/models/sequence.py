"""Sequence: a small network reads what was liked lately, in order, and says what may be next.

    score(j) = q . f_j,   f = unit(e + x M),   q = unit(reader(f of the history, weights, ages))

After Kang and McAuley, ICDM 2018 (a block of a transformer), and Hidasi et al., ICLR 2016 (a gated
unit). Items are what they are to two towers: their content x, and what is known of them besides.
Instead of a mean a network reads the newest 20, which knows what came after what; `scorers.reader`
has the formulas. Items of one moment have no order.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar, Literal

import msgspec

from beholder.dataset.dataset import Dataset
from beholder.models.by_epochs import EXTRA, check_installed, contents, learn, only, touched
from beholder.models.contract import BEHAVIOUR, BOTH, CONTENT, ONCE, Card, FitOptions
from beholder.models.two_towers import task_of
from beholder.scorers.reader import Reader
from beholder.scorers.recency import Recency
from beholder.scorers.vectors import Vectors


class SequenceSettings(msgspec.Struct, frozen=True):
    """Settings of `Sequence`.

    Attributes
    ----------
    reader
        What reads a history.
    factors
        Length of the vectors, a multiple of 4.
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

    reader: Literal["attention", "transformer", "gru"] = "transformer"
    factors: int = 64
    tau: float = 0.1
    gaps: float = 0.2
    epochs: int = 30
    rate: float = 3e-3
    decay: float = 0.8


class Sequence:
    """Nearness of items to what a network makes of a history."""

    Settings: ClassVar[type[msgspec.Struct]] = SequenceSettings
    card: ClassVar[Card] = Card(
        "sequence",
        "Kang and McAuley, ICDM 2018; Hidasi et al., ICLR 2016",
        BEHAVIOUR,
        BOTH,
        "gradient",
        (
            SequenceSettings(),
            SequenceSettings(reader="gru"),
            SequenceSettings(reader="attention"),
        ),
        factors=True,
        needs=EXTRA,
        doubted=True,
        also=CONTENT,
    )

    @classmethod
    def fit(cls, dataset: Dataset, settings: Any, options: FitOptions = ONCE) -> Vectors:
        """Learn what comes next; at the deadline the epochs done so far count."""
        check_installed(cls.card.name)
        from beholder.networks.readers import READERS
        from beholder.networks.towers import Towers

        metric, x = contents(dataset, options.seed)
        reader = READERS[settings.reader](settings.factors, options.seed)
        module = Towers(x, settings.factors, settings.gaps, options.seed, reader)
        task = task_of(dataset, module, settings, "learning sequences", options.seed)
        if len(task.which):
            learn(task, settings.epochs, settings.rate, options)
        items, drawn = module.learned()
        own = only(items, touched(dataset))
        query = Reader(settings.reader, reader.arrays())
        tower = replace(metric, matrix=drawn)
        return Vectors(own, query, Recency(settings.decay), len(own), tower=tower)
