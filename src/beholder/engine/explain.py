"""Because you liked ...: shares of a score, and the words for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from beholder.behaviour.history import History
from beholder.engine.answer import Because, Explanation, Level, Reason, Share
from beholder.engine.cards import Card
from beholder.engine.dislikes import penalties
from beholder.engine.overlay import Overlay
from beholder.models.interface import Context

if TYPE_CHECKING:
    from beholder.engine.engine import Ranked

NAMED = 3
NEW, POPULAR = Reason("new"), Reason("popular")


def reasons(view: Overlay, ranked: Ranked) -> list[Reason]:
    """Return why each item of an answer is in it."""
    first_late = len(view.cards) - view.n_late
    shares = ranked.shares
    named = min(NAMED, shares.shape[1])
    top = np.argsort(-shares, axis=1, kind="stable")[:, :named]
    items = ranked.history.items[top].tolist() if named else [[]] * len(shares)
    values = np.take_along_axis(shares, top, axis=1).tolist() if named else items
    cards = view.cards
    found = []
    for position, own, parts in zip(ranked.positions.tolist(), items, values, strict=True):
        because = tuple(
            _because(cards[item], share)
            for item, share in zip(own, parts, strict=True)
            if share > 0 and view.shown[item]  # what is hidden is not named
        )
        if because or any(share > 0 for share in parts):
            found.append(Reason("liked", because))
        else:
            found.append(NEW if position >= first_late else POPULAR)
    return found


def _because(card: Card, share: float) -> Because:
    return Because(card.id, card.title, share, card.titles)


def explanation(
    view: Overlay, history: History, level: Level, position: int, top: float
) -> Explanation:
    """Split one score over everything in the history, dislikes with negative shares."""
    query = view.blend.query(history, Context())
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
    shown = []
    for item, share in shares:
        card = view.cards[item]
        shown.append(Share(card.id, card.title, card.picture, share, card.titles))
    card = view.cards[position]
    score = parts.base + sum(share for _, share in shares)
    return Explanation(card.id, card.title, score, parts.base, tuple(shown), parts.exact, level)
