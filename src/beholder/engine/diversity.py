"""Less of the same beside each other: the dial, near-duplicates, variants of one product."""

from __future__ import annotations

import numpy as np

from beholder.engine.alike import between
from beholder.engine.overlay import Overlay
from beholder.engine.rerank import AMONG, rerank
from beholder.engine.slate import Request, Slate
from beholder.engine.variants import firsts

# Places that a deeper slate fills where they are short, however few are asked for.
FIRST = 40


def diversity(request: Request, view: Overlay, slate: Slate) -> Slate:
    """Put less of the same beside each other, no picture twice, and one variant of a product."""
    dial = request.dial
    if not dial.moves:
        return slate
    if dial.alone and not dial.compares:
        first = firsts(view.groups[slate.positions])
        if len(first) == len(slate.positions):
            return slate
        short = max(0, max(request.k, FIRST) - len(first))
        return slate.ordered(first)._replace(short=slate.short + short)
    k = max(request.k, FIRST)
    head = AMONG + k
    while True:  # with more of them, where those are too few that may stand beside each other
        head = min(head, len(slate.positions))
        among = slate.positions[:head]
        groups = view.groups[among] if dial.one_variant else None
        one_way = between(view, among, among)
        alike = np.maximum(one_way, one_way.T)
        found = rerank(slate.scores[:head], alike, k, dial, groups)
        if not found.short or head == len(slate.positions):
            break
        head *= 2
    if (found.order == np.arange(head)).all():
        return slate._replace(short=slate.short + found.short)
    behind = np.arange(head, len(slate.positions), dtype=np.int32)
    return slate.permuted("diversity", np.concatenate([found.order, behind]), found.short)
