"""The best candidates of a history, as deep as the stages after it need."""

from __future__ import annotations

from collections.abc import Sequence

from beholder.engine.overlay import Overlay
from beholder.engine.slate import Request, Slate, Stage

WIDER = 4  # times as deep where dislikes will lower some


def run(request: Request, view: Overlay, stages: Sequence[Stage]) -> Slate:
    """Retrieve, and pass through the stages.

    Stages lower scores. So the list is right as soon as its last place is not below what was left
    out; until then twice as many candidates are retrieved.
    """
    depth = request.needed * (WIDER if len(request.known.history.disliked) else 1)
    while True:
        slate = retrieve(request, depth)
        for stage in stages:
            slate = stage(request, view, slate)
        last = min(request.needed, len(slate.scores)) - 1
        if slate.rest == float("-inf") or (
            last == request.needed - 1 and slate.scores[last] >= slate.rest
        ):
            return slate
        depth *= 2


def retrieve(request: Request, depth: int) -> Slate:
    """Return the best `depth` of what is allowed."""
    best = request.reading.best(depth, request.allowed)
    assert best.rest is not None, "what is served proves its lists"
    return Slate(best.positions, best.scores, (), best.rest)
