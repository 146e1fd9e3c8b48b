"""The stages of an answer after retrieval, in order; each can be left out and measured.

dislikes and lifts lower and raise scores by a name; rank is the place of a learned order; the
others put the slate in another order, and say what each item gained or lost by it.
"""

from __future__ import annotations

import numpy as np

from beholder.engine.alike import between
from beholder.engine.dislikes import dislikes
from beholder.engine.overlay import Overlay
from beholder.engine.rerank import AMONG, rerank
from beholder.engine.retrieve import raised_by
from beholder.engine.slate import Adjustment, Request, Slate, Stage
from beholder.rules.caps import capped
from beholder.rules.pins import pinned

FIRST = (
    40  # places that are filled by a deeper slate where they are short, however few are asked for
)


def lifts(request: Request, view: Overlay, slate: Slate) -> Slate:
    """Add what boosts and buries say."""
    raised = raised_by(request, view, slate.positions)
    if not raised:
        return slate
    added = [Adjustment(name, values) for name, values in raised]
    return slate.adjusted_by(added, view.blend.ties)


def diversity(request: Request, view: Overlay, slate: Slate) -> Slate:
    """Put less of the same beside each other, no picture twice, and one variant of a product."""
    dial = request.dial
    if not dial.moves:
        return slate
    k = max(request.k, FIRST)
    head = AMONG + max(request.depth, k)
    while True:  # with more of them, where those are too few that may stand beside each other
        head = min(head, len(slate.positions))
        among = slate.positions[:head]
        groups = view.groups[among] if dial.one_variant else None
        one_way = between(view, among, among)
        alike = np.maximum(one_way, one_way.T)
        found = rerank(slate.scores[:head], alike, k, dial, groups, request.depth)
        if not found.short or head == len(slate.positions):
            break
        head *= 2
    if (found.order == np.arange(head)).all():
        return slate._replace(short=slate.short + found.short)
    behind = np.arange(head, len(slate.positions), dtype=np.int32)
    return slate.permuted("diversity", np.concatenate([found.order, behind]), found.short)


def caps(request: Request, view: Overlay, slate: Slate) -> Slate:
    """Keep at most so many of each value of a facet in the first places."""
    if not request.rules.limits:
        return slate
    found = capped(request.rules.limits, view.masks.facets, slate.positions)
    return slate.permuted("caps", found.order, found.short)


def pins(request: Request, view: Overlay, slate: Slate) -> Slate:
    """Put pinned items at their places."""
    if not request.rules.pins:
        return slate
    return slate.permuted("pins", pinned(request.rules.pins, slate.positions))


STAGES: tuple[Stage, ...] = (dislikes, lifts, diversity, caps, pins)
