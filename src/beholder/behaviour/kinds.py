"""The kinds of event and their codes. A code is stored and never changes its meaning."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

KINDS = (
    "view",
    "click",
    "like",
    "dislike",
    "save",
    "hide",
    "cart",
    "purchase",
    "rating",
    "watch",
    "share",
    "satisfaction",
    "review",
)
CODES: dict[str, int] = {kind: code for code, kind in enumerate(KINDS, start=1)}
NEGATIVE = frozenset({"dislike", "hide"})


def weigh(
    kinds: NDArray[np.uint8],
    values: NDArray[np.float32],
    weights: Mapping[str, float],
    rating_threshold: float,
) -> NDArray[np.float32]:
    """Return the signed weight of each event: above 0 liked, below 0 disliked, 0 no evidence.

    Parameters
    ----------
    kinds
        Shape (n,). Codes of `CODES`.
    values
        Shape (n,). Rating, seconds or pieces; NaN where the event has none. A rating or
        satisfaction below `rating_threshold` is a dislike. A watch counts by its seconds,
        saturating at one minute. Other values do not change the weight.
    weights
        Weight per kind, from the settings.
    """
    signed = _table(tuple(weights.items()))[kinds]
    if np.isnan(values).all():  # clicks and likes, mostly
        return signed
    rated = (kinds == CODES["rating"]) | (kinds == CODES["satisfaction"])
    signed = np.where(rated & (values < rating_threshold), -signed, signed)
    watched = (kinds == CODES["watch"]) & ~np.isnan(values)
    share = np.clip(np.where(watched, values, 60.0) / 60.0, 0.0, 1.0)
    return (signed * share).astype(np.float32)


@lru_cache(maxsize=16)
def _table(weights: tuple[tuple[str, float], ...]) -> NDArray[np.float32]:
    table = np.zeros(len(KINDS) + 1, dtype=np.float32)
    for kind, weight in weights:
        table[CODES[kind]] = -weight if kind in NEGATIVE else weight
    return table
