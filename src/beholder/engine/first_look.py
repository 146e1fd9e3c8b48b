"""What people see of whom nothing is known: popular items that do not look alike."""

from __future__ import annotations

from collections.abc import Sequence

from beholder.engine.overlay import Overlay
from beholder.engine.slate import Slate, slate_of
from beholder.rules.pins import Pinned, pinned
from beholder.scorers.interface import Mask
from beholder.store.answers import POPULAR


def first_look(view: Overlay, mask: Mask, pins: Sequence[Pinned], depth: int) -> Slate:
    """Return the first places of the one order that all strangers share, pinned items at theirs.

    Parameters
    ----------
    mask
        bool (n,). What may be shown.
    """
    order = view.order[mask[view.order]]
    if pins:
        order = order[pinned(pins, order)]
    order = order[:depth]
    return slate_of(order, view.blend.base[order], pins, POPULAR)
