"""One score split over everything in a history, and what rules add to it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from beholder.engine.allowed import away
from beholder.engine.answer import Added, Away, Explanation, Share
from beholder.engine.overlay import Overlay
from beholder.engine.own_scores import NOT_MOVED, Adjusted, own_scores
from beholder.engine.slate import Request


def explanation(
    request: Request, view: Overlay, position: int, moved: Adjusted = NOT_MOVED
) -> Explanation:
    """Split one score over everything in the history, dislikes with negative shares.

    What is no longer shown is not named: its shares stand together under an empty id.

    Parameters
    ----------
    moved
        What its place among the first hundred adds to it.
    """
    query = request.known.query
    place = np.array([position], np.int32)
    parts = request.reading.shares(place)
    own = own_scores(request, view, place, moved)
    base = float(own.blend[0]) if request.known.stranger else float(parts.base[0])
    shares = [
        (int(item), float(share), False)
        for item, share in zip(query.items, parts.values[0], strict=True)
        if share != 0
    ]
    if own.by[0] >= 0:
        shares.append((int(own.by[0]), -float(own.taken[0]), True))
    shares.sort(key=lambda part: -abs(part[1]))
    shown, hidden = [], 0.0
    for item, share, disliked in shares:
        if not view.shown[item]:
            hidden += share
            continue
        card = view.cards[item]
        shown.append(Share(card.id, card.title, card.picture, share, card.titles, disliked))
    if hidden:
        shown.append(Share("", "", None, hidden))
    added = tuple(Added(one.name, float(one.values[0])) for one in own.rules if one.values[0] != 0)
    card = view.cards[position]
    score = base + sum(share for _, share, _ in shares) + sum(one.value for one in added)
    score += moved.ranker + moved.value
    return Explanation(
        card.id,
        card.title,
        score,
        base,
        tuple(shown),
        parts.additive,
        request.level,
        added,
        unknown=request.known.unknown,
        away=tuple(_away(request, position)),
        ranker=moved.ranker,
        value=moved.value,
    )


def _away(request: Request, position: int) -> Iterator[Away]:
    """Yield why an item that is shown is in no answer to this person."""
    for name, mask in request.rules.bans:
        if mask[position]:
            yield Away("banned", name) if name else Away("out_of_stock")
    history = request.known.history
    if position in history.disliked:
        yield Away("disliked")
        return
    gone = away(request.known, None)
    if position in (history.seen if gone is None else gone):
        yield Away("seen")
