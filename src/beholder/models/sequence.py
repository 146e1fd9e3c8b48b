"""Sequence: a small network reads what was liked lately, in order, and says what may be next.

    score(j) = q . f_j,   f = unit(e + x M),   q = unit(reader(f of the history, weights, ages))

After Kang and McAuley, ICDM 2018 (a block of a transformer), and Hidasi et al., ICLR 2016 (a gated
unit). Items are what they are to two towers: their content x, and what is known of them besides.
Instead of a mean a network reads the newest 20, which knows what came after what; `scorers.reader`
has the formulas. Items of one moment have no order.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import Meta

from beholder.dataset.dataset import Dataset
from beholder.models.by_epochs import EXTRA, check_installed
from beholder.models.contract import BEHAVIOUR, BOTH, CONTENT, ONCE, Card, FitOptions
from beholder.models.room import of_sequence
from beholder.models.two_towers import TowerSettings, learned_towers
from beholder.scorers.reader import HEADS, Reader
from beholder.scorers.recency import Recency
from beholder.scorers.vectors import Vectors


class SequenceSettings(TowerSettings, frozen=True):
    """Settings of `Sequence`, beside those of `TowerSettings`.

    Attributes
    ----------
    reader
        What reads a history.
    factors
        Length of the vectors: each of four heads reads as many of them.
    """

    reader: Literal["attention", "transformer", "gru"] = "transformer"
    factors: Annotated[int, Meta(ge=HEADS, multiple_of=HEADS)] = 64


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
        memory=of_sequence,
        doubted=True,
        also=CONTENT,
    )

    @classmethod
    def fit(cls, dataset: Dataset, settings: Any, options: FitOptions = ONCE) -> Vectors:
        """Learn what comes next; at the deadline the epochs done so far count."""
        check_installed(cls.card.name)
        from beholder.networks.readers import READERS

        width = settings.factors
        reader = READERS[settings.reader](width, options.seed)
        own, tower = learned_towers("sequences", dataset, settings, options, width, reader)
        query = Reader(settings.reader, reader.arrays())
        return Vectors(own, query, Recency(settings.decay), len(own), tower=tower)
