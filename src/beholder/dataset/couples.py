"""Couples: two items that one person liked, at most so many likes apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from beholder.dataset.interactions import Interactions
from beholder.scorers.interface import Mask, Places

APART = 10  # likes of one person


def count_couples(pairs: Interactions) -> int:
    """Return how many couples there are."""
    return sum(int(_together(pairs, gap).sum()) for gap in range(1, APART + 1))


def couples(
    pairs: Interactions, able: Mask, most: int, rng: np.random.Generator
) -> tuple[Places, Places]:
    """Return couples of items that are `able`, bool (n_items,), drawn where there are more.

    Returns
    -------
    The earlier and the later item of each, int64 (p,), in no order.
    """
    told = able[pairs.items]

    def of(gap: int) -> Mask:
        return _together(pairs, gap) & told[gap:] & told[: max(len(told) - gap, 0)]

    counts = [int(of(gap).sum()) for gap in range(1, APART + 1)]
    total = sum(counts)
    chosen = np.arange(total) if total <= most else np.sort(rng.choice(total, most, replace=False))
    first, second, before = [], [], 0
    for gap, count in enumerate(counts, 1):
        own = chosen[(chosen >= before) & (chosen < before + count)] - before
        at = np.flatnonzero(of(gap))[own]
        first.append(pairs.items[at])
        second.append(pairs.items[at + gap])
        before += count
    order = rng.permutation(len(chosen))
    both = (np.concatenate(some).astype(np.int64)[order] for some in (first, second))
    return next(both), next(both)


def _together(pairs: Interactions, gap: int) -> NDArray[np.bool_]:
    """Return of each like whether the one so many later is of the same person."""
    return np.asarray(pairs.users[gap:] == pairs.users[: max(len(pairs) - gap, 0)])
