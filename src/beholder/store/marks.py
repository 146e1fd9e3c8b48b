"""What makes two events the same: one number for item, kind and value.

With person and moment it is the identity of an event. Several of which a file says by other
names that they are several, such as two sizes of a shirt in one order, are told `apart`. The mark
of one that came under an id of its caller's has half of that id's keyed hash mixed in; see
`events.record`. It is no cryptographic hash: a collision needs the same person at the same
millisecond, and would only let that person's own event count once.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

BITS = 2**64 - 1
_ID = re.compile(r"([0-9a-f]{1,16})\.([0-9a-f]{16})")


def marks(
    items: NDArray[np.int64], kinds: NDArray[np.uint8], values: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return int64 (n,).

    Parameters
    ----------
    items, kinds
        Row numbers of items and codes of kinds.
    values
        NaN where the event has none.
    """
    plain = np.where(np.isnan(values), np.nan, values + 0.0)  # one NaN, and no negative zero
    mixed = _mix(items.astype(np.uint64) * np.uint64(256) + kinds.astype(np.uint64))
    mixed = _mix(mixed ^ plain.astype(np.float64).view(np.uint64))
    return mixed.view(np.int64)


def apart(identity: NDArray[np.int64], nth: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the marks, int64 (n,), of events of which all else agrees and that are several.

    Parameters
    ----------
    nth
        int64 (n,). Which one of them each is; the first, 0, has the mark of one alone.
    """
    return np.where(nth > 0, identity ^ _mix(nth.astype(np.uint64)).view(np.int64), identity)


def event_id(time: int, mark: int) -> str:
    """Return the public name of an event that came without an id; unique for its person."""
    return f"{time:x}.{mark & BITS:016x}"


def parse(name: str) -> tuple[int, int] | None:
    """Return time and mark from what `event_id` made; None for any other text."""
    found = _ID.fullmatch(name)
    if found is None:
        return None
    time, mark = int(found[1], 16), int(found[2], 16)
    if time >= 2**63:
        return None
    return time, mark - 2**64 if mark >= 2**63 else mark


def _mix(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the splitmix64 finaliser of each number (Steele, Lea and Flood, OOPSLA 2014)."""
    x = x + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(x ^ (x >> np.uint64(31)), np.uint64)
