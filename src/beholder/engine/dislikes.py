"""Dislikes act by similarity to the nearest disliked item: a named adjustment outside the blend.

What is like it loses a part of its own score, since items that nobody has touched score on a
smaller scale than others, and would all fall behind them by one dislike of a size for all.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.engine.alike import between
from beholder.engine.overlay import Overlay
from beholder.engine.slate import Request, Slate
from beholder.scorers.interface import Floats, Positions

NAME = "dislike"
MOST = 50  # newest dislikes that act


class Taken(NamedTuple):
    """What dislikes take from some scores.

    Attributes
    ----------
    values
        float32 (k,), at least 0.
    nearest
        int32 (k,). The disliked position that each is most like.
    """

    values: Floats
    nearest: NDArray[np.int32]

    @property
    def by(self) -> NDArray[np.int32]:
        """int32 (k,). The disliked position that takes it, -1 where nothing is taken."""
        return np.where(self.values > 0, self.nearest, -1).astype(np.int32)


def dislikes(request: Request, view: Overlay, slate: Slate) -> Slate:
    """Lower what is like something that the person disliked."""
    disliked = request.known.history.disliked
    if not len(disliked) or not len(slate.positions):
        return slate
    taken = penalties(view, disliked, slate.positions, slate.scores)
    return slate.adjusted(NAME, -taken.values, view.ties)


def penalties(
    view: Overlay, disliked: NDArray[np.int32], positions: Positions, scores: Floats
) -> Taken:
    """Return what dislikes take from the scores of some positions.

    Of an exact likeness it is the share `weights.dislike` of its score, above 0; it falls with
    the square of the similarity.

    Parameters
    ----------
    disliked
        int32 (d,). Newest last.
    """
    share = np.float32(view.parts.choice.weights.dislike)
    recent = disliked[-MOST:]
    alike = between(view, positions, recent)
    nearest = alike.argmax(axis=1)
    values = alike[np.arange(len(positions)), nearest]
    taken = share * np.maximum(scores, 0) * values**2
    return Taken(taken, recent.take(nearest))
