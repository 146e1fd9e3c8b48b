"""What an item scores wherever it stands: the blend, what dislikes take, what rules add.

What its place in an answer adds (variety, caps, pins) is of that answer alone.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.engine.dislikes import penalties
from beholder.engine.overlay import Overlay
from beholder.engine.retrieve import raised_by
from beholder.engine.slate import Adjustment, Request
from beholder.scorers.interface import Floats, Positions


class Adjusted(NamedTuple):
    """What an item gains or loses by its place among the first hundred: by one of the two."""

    ranker: float = 0.0
    value: float = 0.0

    @property
    def whole(self) -> np.float32:
        """Both together."""
        return np.float32(self.ranker + self.value)


NOT_MOVED = Adjusted()


class Own(NamedTuple):
    """Scores of some positions, and what is in them.

    Attributes
    ----------
    scores
        float32 (k,). `blend` and what its place adds, less `taken` and with what `rules` added.
    blend, taken
        float32 (k,). What the blend says, of strangers their popularity; what dislikes take of it.
    by
        int32 (k,). The disliked position that takes it, -1: none.
    rules
        Those that touch one of the positions, by name.
    """

    scores: Floats
    blend: Floats
    taken: Floats
    by: NDArray[np.int32]
    rules: tuple[Adjustment, ...]


def own_scores(
    request: Request, view: Overlay, positions: Positions, moved: Adjusted = NOT_MOVED
) -> Own:
    """Return what some items score, wherever they stand.

    Parameters
    ----------
    moved
        What its place adds to each, before dislikes take a part of it.
    """
    stranger = request.known.stranger
    blend = view.strangers[positions] if stranger else request.reading.at(positions)
    taken, by = np.zeros(len(positions), np.float32), np.full(len(positions), -1, np.int32)
    disliked = request.known.history.disliked
    if len(disliked):
        found = penalties(view, disliked, positions, blend + moved.whole)
        taken, by = found.values, found.by
    raised = raised_by(request, view, positions)
    rules = tuple(Adjustment(name, added) for name, added in raised)
    scores = blend + moved.whole - taken
    for one in rules:
        scores = scores + one.values
    return Own(scores, blend, taken, by, rules)
