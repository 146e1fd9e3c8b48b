"""Exploration: now and then one place of an answer goes to an item drawn from a pool.

Off by default. Every place of the answer then has a known chance, without which what people did
with it could not be told from what they were shown.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.errors import UsageError

Positions = NDArray[np.int32]


class Exploration(NamedTuple):
    """How much is explored.

    Attributes
    ----------
    pool
        Name of the pool that items are drawn from; it goes into the answer's record.
    share
        Chance that an answer has an explored place, 0 to 1; 0: never.
    first
        The best places, so many of them, are never explored.
    """

    pool: str = "fresh"
    share: float = 0.0
    first: int = 1


class Explored(NamedTuple):
    """A page, and how likely each of its places was.

    Attributes
    ----------
    positions
        int32 (k,).
    chance
        float32 (k,). The chance that this item stood at this place, given who asked and what
        was known.
    place
        Of the explored item, from 0; -1 where nothing was explored.
    displaced
        The item that would have stood there; -1 where nothing was explored.
    """

    positions: Positions
    chance: NDArray[np.float32]
    place: int = -1
    displaced: int = -1


def explore(
    positions: Positions,
    pool: Positions,
    exploration: Exploration,
    generator: np.random.Generator,
) -> Explored:
    """Return the page with at most one place explored.

    With chance `share` one of the places behind the first is drawn uniformly, and goes to an
    item drawn uniformly from the pool. So an explored item has the chance
    share / places / pool size, an item at a place that might have been explored
    1 - share / places, and one at any other place 1.

    Parameters
    ----------
    positions
        Shape (k,), the page as it stands, each item once.
    pool
        Shape (p,), items that may be shown to this person, each once; those on the page are
        left out of it here.

    Raises
    ------
    UsageError
        If the share is not within 0 and 1.
    """
    if not 0.0 <= exploration.share <= 1.0:
        raise UsageError(
            f"the share of explored answers is {exploration.share}", remedy="0 to 1", field="share"
        )
    k, first = len(positions), max(exploration.first, 0)
    chance = np.ones(k, np.float32)
    drawn_from = pool[~np.isin(pool, positions)] if exploration.share > 0 else pool[:0]
    places = k - first
    if places <= 0 or not len(drawn_from):
        return Explored(positions, chance)
    chance[first:] = 1.0 - exploration.share / places
    if generator.random() >= exploration.share:
        return Explored(positions, chance)
    place = first + int(generator.integers(places))
    item = drawn_from[int(generator.integers(len(drawn_from)))]
    page = positions.copy()
    page[place] = item
    chance[place] = exploration.share / places / len(drawn_from)
    return Explored(page, chance, place, int(positions[place]))


def fresh(arrived: NDArray[np.int64], now: int, days: float) -> NDArray[np.bool_]:
    """Return which items arrived within so many days.

    Parameters
    ----------
    arrived
        Shape (n,), milliseconds since 1970.
    now
        Milliseconds since 1970.
    """
    young: NDArray[np.bool_] = arrived > now - days * 86_400_000
    return young


def rarely_shown(
    shown: NDArray[np.integer], allowed: NDArray[np.bool_], share: float
) -> NDArray[np.bool_]:
    """Return the allowed items that were shown least: this share of them, and all that tie.

    A share and not a number, since what is often in a small catalogue is seldom in a large one.

    Parameters
    ----------
    shown
        Shape (n,), how often each item stood in an answer.
    allowed
        Shape (n,).
    """
    counts = shown[allowed]
    if not len(counts):
        return np.zeros(len(shown), bool)
    last = int(np.clip(np.ceil(share * len(counts)), 1, len(counts))) - 1
    rare: NDArray[np.bool_] = allowed & (shown <= np.partition(counts, last)[last])
    return rare
