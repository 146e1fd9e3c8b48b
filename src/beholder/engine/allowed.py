"""Which items may be in an answer: not hidden, not seen, not already on the page."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.history import History
from beholder.engine.overlay import Overlay


def allowed(overlay: Overlay, history: History, exclude: Iterable[str]) -> NDArray[np.bool_]:
    """Return bool (n,), True where an item may be recommended."""
    mask = overlay.shown.copy()
    mask[history.items] = False
    mask[history.seen[history.seen >= 0]] = False
    mask[history.disliked] = False
    places = [overlay.position_of_id.get(item, -1) for item in exclude]
    mask[[place for place in places if place >= 0]] = False
    return mask
