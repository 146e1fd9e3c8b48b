"""Pins: items that stand at places of their own, whatever they score."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Pinned(NamedTuple):
    """An item and the place it stands at, from 0."""

    name: str
    position: int
    place: int


def pinned(pins: Sequence[Pinned], positions: NDArray[np.integer]) -> NDArray[np.int32]:
    """Return the order in which pins have their places.

    Parameters
    ----------
    pins
        In the order of places. One whose item is not in the slate, since it is banned, hidden
        or filtered out, leaves its place to the others.
    positions
        Shape (m,), of the slate, best first.

    Returns
    -------
    int32 (m,): place i takes candidate `order[i]`. All others keep the order that they had; a
    pin behind the end of the slate stands last.
    """
    where = {position: candidate for candidate, position in enumerate(positions.tolist())}
    present = [(pin.place, where[pin.position]) for pin in pins if pin.position in where]
    held = {candidate for _, candidate in present}
    order = [candidate for candidate in range(len(positions)) if candidate not in held]
    for place, candidate in present:
        order.insert(place, candidate)
    return np.array(order, np.int32)
