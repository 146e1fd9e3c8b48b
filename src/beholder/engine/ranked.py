"""An answer as arrays, before anything is shown."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.engine.answer import Level
from beholder.scorers.blend import Reading
from beholder.scorers.interface import Floats, Mask, Positions
from beholder.scorers.layers import NOTHING_SAID, Said
from beholder.store.answers import SIMILAR


class Ranked(NamedTuple):
    """What was chosen, and why.

    Attributes
    ----------
    positions
        int32 (k,). Best first.
    scores
        float32 (k,).
    said
        What items of the history add to each score; their numbers are those of `history`.
    history, did
        int32, uint8 (h,). Positions of the history, and the kinds of event that gave them weight.
    more
        Whether there is something behind it.
    sources
        uint8 (k,). Why each was among the candidates: codes of `store.answers.SOURCES`.
    chance
        float32 (k,). With which chance the place came to show this item, given who asked, what
        was known, and the pages before.
    place
        Of the first in the answer, from 0: a page after the first goes on counting.
    by_taste
        bool (k,). Whether most of the own score is what vectors say for the whole history; None:
        there are no vectors, or no history.
    """

    positions: Positions
    scores: Floats
    said: Said
    history: NDArray[np.int32]
    did: NDArray[np.uint8]
    level: Level
    more: bool
    sources: NDArray[np.uint8]
    chance: Floats
    place: int = 0
    by_taste: Mask | None = None


def mostly_taste(reading: Reading, positions: Positions, scores: Floats) -> Mask:
    """Return whether vectors say most of some own scores, as `Ranked.by_taste`."""
    vectors = reading.by_vectors(positions)
    return (vectors > 0) & (2 * vectors > scores)


def alike(positions: Positions, scores: Floats) -> Ranked:
    """Return what is similar to an item, as an answer."""
    k = len(positions)
    sources = np.full(k, SIMILAR, np.uint8)
    nothing = positions[:0]
    return Ranked(
        positions,
        scores,
        NOTHING_SAID,
        nothing,
        np.empty(0, np.uint8),
        "similar",
        False,
        sources,
        np.ones(k, np.float32),
    )
