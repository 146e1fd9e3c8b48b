"""The ranker as a stage: the first hundred candidates in the order that it has learned."""

from __future__ import annotations

import numpy as np

from beholder.engine.overlay import Overlay
from beholder.engine.slate import Request, Slate
from beholder.scorers.ranker import AMONG

NAME = "ranker"


def rank(request: Request, view: Overlay, slate: Slate) -> Slate:
    """Put the first hundred in another order; who has no history has none to read.

    What an item gains or loses by it is an adjustment of its own name.
    """
    ranker, n = view.parts.ranker, min(AMONG, len(slate.positions))
    if ranker is None or view.sight is None or request.known.stranger or n < 2:
        return slate
    told = request.known.history.within(view.blend.n_items)
    order = ranker.order(view.sight, told, slate.positions[:n], slate.scores[:n])
    if (order[1:] > order[:-1]).all():
        return slate
    behind = np.arange(n, len(slate.positions))
    return slate.permuted(NAME, np.concatenate([order, behind]).astype(np.int32))
