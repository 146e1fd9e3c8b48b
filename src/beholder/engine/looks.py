"""Search by a picture: every encoder that saw it counts as it does in the similarity of items."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from beholder.engine.overlay import Overlay
from beholder.errors import UsageError
from beholder.index.best import best
from beholder.scorers.interface import Floats, Mask, Positions
from beholder.spaces import Similarity


def looks_of(content: Similarity, picture: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return the raw vectors of a picture that items are compared by, (1, dim) each."""
    return {
        name: np.asarray(vector, np.float32).reshape(1, -1)
        for name, vector in picture.items()
        if name in content.spaces and content.weights[name] > 0
    } or {
        name: np.asarray(vector, np.float32).reshape(1, -1)
        for name, vector in picture.items()
        if name in content.spaces
    }


def check_looks(content: Similarity, picture: Mapping[str, Floats]) -> None:
    """Refuse a picture that no item can be compared with.

    Raises
    ------
    UsageError
        If items have no vectors of any of its encoders.
    """
    if not picture.keys() & content.spaces.keys():
        raise UsageError(
            f"no item has vectors of {', '.join(picture) or 'any encoder'}, "
            "by which the picture could be compared",
            remedy="run `beholder encode` and `beholder train`",
            field="picture",
        )


def by_looks(
    view: Overlay, looks: Mapping[str, Floats], k: int, allowed: Mask
) -> tuple[Positions, Floats]:
    """Return the `k` allowed items most like a picture, and how alike they are, above 0."""
    if not looks:
        return np.empty(0, np.int32), np.empty(0, np.float32)
    scores = alike(view.content, looks)
    chosen = best(scores, k, view.blend.ties, allowed & (scores > 0))
    return chosen, scores[chosen]


def alike(content: Similarity, looks: Mapping[str, Floats]) -> Floats:
    """Return how like a picture each item is, float32 (n,): the mean over its encoders.

    An item that no encoder saw is like nothing here: a picture is what was asked for.
    """
    total = np.zeros(len(content), np.float32)
    weight = np.zeros(len(content), np.float32)
    for name, raw in looks.items():
        space = content.spaces[name]
        own = np.float32(max(content.weights[name], 1e-6))
        total += own * space.similar(raw).max(axis=0)
        weight += own * space.present
    return np.divide(total, weight, out=np.zeros_like(total), where=weight > 0)
