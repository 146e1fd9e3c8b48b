"""The best candidates of a history, as deep as the stages after it need."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from beholder.engine.overlay import Overlay
from beholder.engine.rerank import AMONG
from beholder.engine.slate import Request, Slate, Stage, slate_of
from beholder.index.best import in_order
from beholder.rules.lift import lifted
from beholder.scorers.interface import Floats, Positions
from beholder.store.answers import HISTORY

Source = Callable[[Request, Overlay, int], Slate]

SPARE = 60  # places more than a page: fifty dislikes lower about that many
DEEPEST = 2_000  # candidates after which a wish that is not met stays so


def run(
    request: Request,
    view: Overlay,
    stages: Sequence[Stage],
    source: Source | None = None,
    first: int = 0,
) -> Slate:
    """Retrieve, and pass through the stages.

    Stages lower scores, or raise only what retrieval names. So the page is right as soon as its
    last place, and one behind it, is not below what was left out; until then twice as many
    candidates are retrieved.

    Parameters
    ----------
    source
        What gives so many candidates; None: `retrieve`.
    first
        So many of them the first stage puts in order: all of these are retrieved.
    """
    source = source or retrieve
    lowered = len(request.known.history.disliked) or request.rules.lifts
    depth = request.k + (SPARE if lowered else 1) + (AMONG if request.dial.moves else 0)
    depth = max(depth, first + 1)
    while True:
        slate = found = source(request, view, depth)
        for stage in stages:
            slate = stage(request, view, slate)
        if slate.rest == float("-inf"):
            return slate
        if slate is found and slate.scores[-1] >= slate.rest:  # nothing moved: all of it is right
            return slate
        proved = int(np.count_nonzero(slate.scores >= slate.rest))
        if proved > request.k and (not slate.short or depth >= DEEPEST):
            return slate if proved == len(slate.scores) else slate.ordered(np.arange(proved))
        depth *= 2


def retrieve(request: Request, view: Overlay, depth: int) -> Slate:
    """Return the best `depth` of what is allowed, and what rules raise or pin."""
    best = request.reading.best(depth, request.allowed)
    rules = request.rules
    if rules.raised is None and not rules.pins:
        return slate_of(best.positions, best.scores, (), HISTORY, best.rest)
    rest = best.rest
    more: list[Positions] = [best.positions]
    if rules.raised is not None:
        raised = request.reading.best(depth, request.allowed & rules.raised)
        most = sum(lift.by for lift in rules.lifts if lift.by > 0)
        most *= top_of(request, view)
        rest = max(rest, raised.rest + most)
        more.append(raised.positions)
    pinned = np.array([pin.position for pin in rules.pins], np.int32)
    more.append(pinned[request.allowed[pinned]])
    positions = np.unique(np.concatenate(more)).astype(np.int32)
    scores = request.reading.at(positions)
    order = in_order(scores, positions, view.blend.ties)
    return slate_of(positions[order], scores[order], rules.pins, HISTORY, rest)


def top_of(request: Request, view: Overlay) -> float:
    """Return the size of a good score: of people, or of those who are nobody yet."""
    stranger = request.known.stranger
    return view.top_of_strangers if stranger else float(view.parts.choice.weights.top)


def raised_by(request: Request, view: Overlay, positions: Positions) -> list[tuple[str, Floats]]:
    """Return what boosts and buries add to some scores, float32 (k,) by name."""
    return lifted(request.rules.lifts, positions, top_of(request, view))
