"""One score split over everything in a history."""

from __future__ import annotations

import numpy as np

from beholder.engine.answer import Explanation, Level, Share
from beholder.engine.dislikes import penalties
from beholder.engine.overlay import Overlay
from beholder.engine.slate import Known


def explanation(view: Overlay, known: Known, level: Level, position: int) -> Explanation:
    """Split one score over everything in the history, dislikes with negative shares.

    What is no longer shown is not named: its shares stand together under an empty id.
    """
    history, query = known.history, known.query
    place = np.array([position], np.int32)
    parts = view.blend.shares(query, place)
    base = float(parts.base[0])
    shares = [
        (int(item), float(share))
        for item, share in zip(query.items, parts.values[0], strict=True)
        if share != 0
    ]
    if len(history.disliked):
        own = base + parts.values[0].sum()
        taken = penalties(view, history.disliked, place, np.array([own], np.float32))
        if taken.by[0] >= 0:
            shares.append((int(taken.by[0]), -float(taken.values[0])))
    shares.sort(key=lambda pair: -abs(pair[1]))
    shown, hidden = [], 0.0
    for item, share in shares:
        if not view.shown[item]:
            hidden += share
            continue
        card = view.cards[item]
        shown.append(Share(card.id, card.title, card.picture, share, card.titles))
    if hidden:
        shown.append(Share("", "", None, hidden))
    card = view.cards[position]
    score = base + sum(share for _, share in shares)
    return Explanation(
        card.id, card.title, score, base, tuple(shown), parts.additive, level, known.unknown
    )
