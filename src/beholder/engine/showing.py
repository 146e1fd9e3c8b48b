"""From positions to what is shown: as objects for Python, and as JSON from cards encoded once."""

from __future__ import annotations

import msgspec
import numpy as np

from beholder.engine.answer import Answer, Because, Level, Reason, Recommendation, Unknown
from beholder.engine.cards import Card
from beholder.engine.overlay import Overlay
from beholder.engine.ranked import Ranked
from beholder.store.answers import EXPLORE

NAMED = 3
PLAIN = {kind: Reason(kind) for kind in ("new", "popular", "explore")}
OPENING = {
    kind: b',"reason":{"kind":"%b","because":[' % kind.encode() for kind in ("liked", *PLAIN)
}
Why = tuple[str, list[tuple[int, float]]]  # kind of reason; positions of the history and shares


class Answered(msgspec.Struct, frozen=True):
    """An answer that is not yet shown.

    Attributes
    ----------
    name
        Id of the answer.
    following
        Cursor of the next page, or None.
    unknown
        As in `Answer`.
    """

    view: Overlay
    ranked: Ranked
    name: str
    bundle: str
    following: str | None
    unknown: Unknown | None = None


def why(view: Overlay, ranked: Ranked) -> list[Why]:
    """Return why each item of an answer is in it, with the largest shares of its score."""
    positions, sources = ranked.positions.tolist(), ranked.sources.tolist()
    named = min(NAMED, ranked.shares.shape[1])
    if not named:
        each = zip(positions, sources, strict=True)
        return [(_kind(view, position, source), []) for position, source in each]
    top = np.argsort(-ranked.shares, axis=1)[:, :named]
    items = ranked.history[top]
    values = ranked.shares[np.arange(len(top))[:, None], top]
    liked = (values[:, 0] > 0).tolist()
    values[~view.shown[items]] = 0  # what is hidden is not named
    found: list[Why] = []
    for position, source, of_history, own, parts in zip(
        positions, sources, liked, items.tolist(), values.tolist(), strict=True
    ):
        if of_history and source != EXPLORE:
            found.append(("liked", [pair for pair in zip(own, parts, strict=True) if pair[1] > 0]))
        else:
            found.append((_kind(view, position, source), []))
    return found


def _kind(view: Overlay, position: int, source: int) -> str:
    """Return why an item is shown for which no history speaks: it is new until somebody came."""
    if source == EXPLORE:
        return "explore"
    return "popular" if view.touched(position) else "new"


def show(card: Card, score: float, reason: Reason | None) -> Recommendation:
    """Return an item as it is shown."""
    return Recommendation(card.id, card.title, score, card.picture, card.attributes, reason)


def as_objects(answered: Answered) -> Answer:
    """Return an answer for Python."""
    view, ranked = answered.view, answered.ranked
    reasons = why(view, ranked)
    items = tuple(
        show(view.cards[position], score, _reason(view, *told))
        for position, score, told in zip(
            ranked.positions.tolist(), ranked.scores.tolist(), reasons, strict=True
        )
    )
    level: Level = ranked.level
    following, unknown = answered.following, answered.unknown
    return Answer(answered.name, answered.bundle, level, items, following, ranked.place, unknown)


def _reason(view: Overlay, kind: str, parts: list[tuple[int, float]]) -> Reason:
    if kind != "liked":
        return PLAIN[kind]
    cards = view.cards
    return Reason("liked", tuple(_because(cards[item], share) for item, share in parts))


def _because(card: Card, share: float) -> Because:
    return Because(card.id, card.title, share, card.titles)


def as_json(answered: Answered) -> bytes:
    """Return the JSON of `as_objects`; several times faster."""
    view, ranked = answered.view, answered.ranked
    written, reasons = view.cards.written, why(view, ranked)
    scores = _numbers(ranked.scores.tolist())
    shares = iter(_numbers([share for _, parts in reasons for _, share in parts]))
    text = [
        b'{"answer":',
        msgspec.json.encode(answered.name),
        b',"bundle":',
        msgspec.json.encode(answered.bundle),
        b',"level":',
        msgspec.json.encode(ranked.level),
        b',"items":[',
    ]
    for position, score, (kind, parts) in zip(
        ranked.positions.tolist(), scores, reasons, strict=True
    ):
        text += [written(position)[0], b',"score":', score, OPENING[kind]]
        for item, _ in parts:
            text += [written(item)[1], b',"share":', next(shares), b"},"]
        if parts:
            text[-1] = b"}"
        text.append(b"]}},")
    if len(scores):
        text[-1] = b"]}}"
    text += [b'],"next":', msgspec.json.encode(answered.following)]
    unknown = msgspec.json.encode(answered.unknown)
    text.append(b',"place":%d,"unknown":%b}' % (ranked.place, unknown))
    return b"".join(text)


def _numbers(values: list[float]) -> list[bytes]:
    """Return each number as JSON."""
    return msgspec.json.encode(values)[1:-1].split(b",") if values else []
