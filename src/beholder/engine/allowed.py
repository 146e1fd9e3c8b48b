"""Which items may be in an answer: not hidden, not seen, not already on the page."""

from __future__ import annotations

import time
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.history import History
from beholder.engine.overlay import Overlay
from beholder.engine.question import Repeat
from beholder.engine.slate import Known
from beholder.errors import UsageError
from beholder.scorers.interface import Positions


def allowed(
    overlay: Overlay,
    history: History,
    exclude: Iterable[str],
    away: NDArray[np.int32] | None = None,
) -> NDArray[np.bool_]:
    """Return bool (n,), True where an item may be recommended.

    Parameters
    ----------
    away
        int32. What of the history may not come again; None: all of it. What was disliked or
        hidden never does.
    """
    mask = overlay.shown.copy()
    if away is None:
        mask[history.items] = False
        mask[history.seen] = False
    else:
        mask[away] = False
    if len(history.disliked):
        mask[history.disliked] = False
    for item in exclude:
        place = overlay.position_of_id.get(item)
        if place is not None:
            mask[place] = False
    return mask


def away(known: Known, repeat: Repeat | None) -> Positions | None:
    """Return what of a history may not come again; None: all of it.

    Raises
    ------
    UsageError
        If `repeat` is neither `never` nor `allow`.
    """
    if repeat is not None and repeat not in ("never", "allow"):
        raise UsageError(f"repeat is {repeat!r}", remedy="never or allow", field="repeat")
    seen = known.history.seen
    if repeat == "allow":
        return seen[:0]
    if repeat == "never" or known.until is None:
        return None
    return seen[known.until > time.time() * 1000]
