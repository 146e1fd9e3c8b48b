"""What people see of whom nothing is known: popular items that do not look alike."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from beholder.engine.overlay import Overlay
from beholder.engine.ranked import Ranked


def first_look(view: Overlay, mask: NDArray[np.bool_], k: int, offset: int) -> Ranked:
    """Return a page of the one order that all strangers share, so that pages repeat nothing.

    Parameters
    ----------
    mask
        bool (n,). What may be shown.
    """
    allowed = view.order[mask[view.order]]
    page = allowed[offset : offset + k]
    shares = np.zeros((len(page), 0), np.float32)
    more = len(allowed) > offset + k
    return Ranked(page, view.blend.base[page], shares, np.empty(0, np.int32), "popular", more)
