"""One score split over everything in a history."""

from __future__ import annotations

from beholder.engine.answer import Explanation, Level, Share
from beholder.engine.dislikes import penalties
from beholder.engine.memory import Known
from beholder.engine.overlay import Overlay


def explanation(
    view: Overlay, known: Known, level: Level, position: int, top: float
) -> Explanation:
    """Split one score over everything in the history, dislikes with negative shares.

    What is no longer shown is not named: its shares stand together under an empty id.
    """
    history, query = known
    parts = view.blend.reasons(query, position)
    shares = [
        (int(item), float(share))
        for item, share in zip(query.items, parts.shares, strict=True)
        if share != 0
    ]
    if len(history.disliked):
        taken, by = penalties(view.similar, history.disliked, top)
        if by[position] >= 0:
            shares.append((int(history.disliked[by[position]]), -float(taken[position])))
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
    score = parts.base + sum(share for _, share in shares)
    return Explanation(card.id, card.title, score, parts.base, tuple(shown), parts.exact, level)
