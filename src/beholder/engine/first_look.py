"""What people see of whom nothing is known: popular items that do not look alike."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from beholder.engine.overlay import Overlay
from beholder.engine.question import Wanted
from beholder.engine.ranked import Ranked
from beholder.rules.pins import Pinned, pinned
from beholder.scorers.interface import Mask


def first_look(view: Overlay, mask: Mask, pins: Sequence[Pinned], wanted: Wanted) -> Ranked:
    """Return a page of the one order that all strangers share, pinned items at their places.

    Parameters
    ----------
    mask
        bool (n,). What may be shown.
    """
    order = view.order[mask[view.order]]
    if pins:
        order = order[pinned(pins, order)]
    page = order[: wanted.k]
    shares = np.zeros((len(page), 0), np.float32)
    following = order[wanted.k : wanted.depth]
    return Ranked(page, view.blend.base[page], shares, np.empty(0, np.int32), "popular", following)
