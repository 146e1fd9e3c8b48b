"""What people see of whom nothing is known: popular items that do not look alike."""

from __future__ import annotations

import numpy as np

from beholder.engine.overlay import Overlay
from beholder.engine.slate import Adjustment, Request, Slate, slate_of
from beholder.store.answers import POPULAR

NAME = "variety"


def first_look(request: Request, view: Overlay, depth: int) -> Slate:
    """Return the head of the one order that all strangers share, and what rules raise or pin.

    Place i of that order has the i-th score, as stages leave it too, and keeps it in a filtered
    answer: what stands before a more popular item, since it looks like none of the others, gains
    the difference. Who has disliked something, and liked nothing yet, is a stranger too.
    """
    allowed = request.allowed[view.order]
    order, scores = view.order[allowed], view.falling[allowed]
    rules, rest = request.rules, float("-inf")
    depth = max(depth, view.parts.choice.first_look.among)  # behind these popularity orders
    if rules.raised is None and len(order) > depth:
        rest = float(scores[depth])
        pinned = np.isin(order[depth:], [pin.position for pin in rules.pins])
        order = np.concatenate([order[:depth], order[depth:][pinned]])
        scores = np.concatenate([scores[:depth], scores[depth:][pinned]])
    slate = slate_of(order, scores, rules.pins, POPULAR, rest)
    return slate._replace(adjustments=(Adjustment(NAME, scores - view.strangers[order]),))
