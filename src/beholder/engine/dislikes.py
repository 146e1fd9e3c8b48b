"""Dislikes act by similarity to the nearest disliked item: a named adjustment outside the blend."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.engine.overlay import Overlay
from beholder.engine.slate import Request, Slate
from beholder.scorers.interface import Floats, Positions, Query
from beholder.scorers.item_item import ItemItem, split

NAME = "dislike"
MOST = 50  # newest dislikes that act


class Taken(NamedTuple):
    """What dislikes take from some scores.

    Attributes
    ----------
    values
        float32 (k,), at least 0.
    by
        int32 (k,). The disliked position that takes it, -1 where nothing is taken.
    """

    values: Floats
    by: NDArray[np.int32]


def dislikes(request: Request, view: Overlay, slate: Slate) -> Slate:
    """Lower what is like something that the person disliked."""
    disliked = request.known.history.disliked
    if not len(disliked) or not len(slate.positions):
        return slate
    taken = penalties(view.similar, disliked, slate.positions, strength(view))
    ties = view.blend.ties[slate.positions].astype(np.float32)
    return slate.adjusted(NAME, -taken.values, ties)


def strength(view: Overlay) -> float:
    """Return what an exact likeness takes: a part of the size of a good score."""
    weights = view.parts.choice.weights
    return weights.dislike * weights.top


def penalties(
    similar: ItemItem, disliked: NDArray[np.int32], positions: Positions, most: float
) -> Taken:
    """Return what dislikes take from the scores of some positions.

    Parameters
    ----------
    similar
        0 to 1.
    disliked
        int32 (d,). Newest last.
    most
        What an exact likeness takes; it falls with the square of the similarity.
    """
    recent = disliked[-MOST:]
    bounds = np.array([0, len(recent)], np.int64)
    read = similar.gather(Query(recent, np.ones(len(recent), np.float32), bounds))
    alike = split(read, positions, similar.n_items, len(recent))
    nearest = alike.argmax(axis=1)
    values = alike[np.arange(len(positions)), nearest]
    by = np.where(values > 0, recent[nearest], -1).astype(np.int32)
    return Taken(np.float32(most) * values**2, by)
