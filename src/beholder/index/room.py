"""Room for more rows behind an array, so that one more row does not copy all that came before."""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray

SPARE = 0.125  # of an array is kept free behind it, and
LEAST = 256  # rows at least


class Room:
    """An array that grows at its end; what was handed out of it never changes.

    Whoever appends to the newest state writes behind it; to an older one, into another array.
    """

    def __init__(self, rows: NDArray[np.float32], more: int) -> None:
        free = more + max(LEAST, int(SPARE * len(rows)))
        self._array = np.empty((len(rows) + free, *rows.shape[1:]), rows.dtype)
        self._array[: len(rows)] = rows
        self._used = len(rows)
        self._lock = threading.Lock()

    def append(self, n: int, more: NDArray[np.float32]) -> NDArray[np.float32] | None:
        """Return the first `n` rows and others behind them; None where there is no room."""
        with self._lock:
            if self._used != n or n + len(more) > len(self._array):
                return None
            self._array[n : n + len(more)] = more
            self._used = n + len(more)
            return self._array[: self._used]


def appended(
    rows: NDArray[np.float32], more: NDArray[np.float32], room: Room | None
) -> tuple[NDArray[np.float32], Room]:
    """Return rows with others behind them, and the room that they stand in."""
    if room is not None:
        both = room.append(len(rows), more)
        if both is not None:
            return both, room
    room = Room(rows, len(more))
    both = room.append(len(rows), more)
    assert both is not None
    return both, room
