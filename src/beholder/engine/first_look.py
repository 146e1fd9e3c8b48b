"""What people see of whom nothing is known: popular items that do not look alike."""

from __future__ import annotations

import numpy as np

from beholder.engine.overlay import Overlay
from beholder.engine.slate import Adjustment, Request, Slate, slate_of
from beholder.engine.variety import AMONG
from beholder.store.answers import POPULAR

NAME = "variety"


def first_look(request: Request, view: Overlay, depth: int) -> Slate:
    """Return the head of the one order that all strangers share, and what rules raise or pin.

    Place i has the i-th score, as stages leave it too: what stands before a more popular item,
    since it looks like none of the others, gains the difference.
    """
    order = view.order[request.allowed[view.order]]
    rules, base, rest = request.rules, view.blend.base, float("-inf")
    depth = max(depth, AMONG)  # behind these the order is that of popularity
    if rules.raised is None and len(order) > depth:
        rest = float(base[order[depth]])
        pinned = np.isin(order[depth:], [pin.position for pin in rules.pins])
        order = np.concatenate([order[:depth], order[depth:][pinned]])
    scores = base[order]
    scores[:AMONG] = np.sort(scores[:AMONG])[::-1]
    slate = slate_of(order, scores, rules.pins, POPULAR, rest)
    return slate._replace(adjustments=(Adjustment(NAME, scores - base[order]),))
