"""Search by a picture: every encoder that saw it counts as it does in the similarity of items."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from beholder.errors import UsageError
from beholder.scorers.interface import Floats
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


def alike(content: Similarity, looks: Mapping[str, Floats]) -> Floats:
    """Return how like a picture each item is, float32 (n,): the similarity by its encoders alone.

    So the same picture is 1, whatever else items are compared by, and what no encoder of it saw is
    0. Where none of them has a weight, all count the same.
    """
    if not looks:
        return np.zeros(len(content), np.float32)
    own = {name: content.weights[name] for name in looks}
    if not any(own.values()):
        own = dict.fromkeys(looks, 1.0)
    weights = {name: own.get(name, 0.0) for name in content.spaces}
    return content.weighed(weights).similar(looks)
