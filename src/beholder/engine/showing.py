"""From positions to what is shown: as objects for Python, and as JSON from cards encoded once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import msgspec

from beholder.behaviour.kinds import CODES
from beholder.engine.answer import Answer, Because, Level, Reason, Recommendation, Unknown
from beholder.engine.cards import Card
from beholder.engine.overlay import Overlay
from beholder.engine.ranked import Ranked
from beholder.store.answers import EXPLORE

NAMED = 3
EACH = 3  # pieces of text for one that is named
# What stands after a share: what was done, and the end of one that others follow, or of the last.
DID = {code: b',"did":"%b"},' % kind.encode() for kind, code in CODES.items()}
LAST = {piece: piece[:-1] + b"]}}," for piece in DID.values()}
KINDS = {code: kind for kind, code in CODES.items()}
PLAIN = {kind: Reason(kind) for kind in ("new", "popular", "explore", "taste")}
OPENING = {
    kind: b',"reason":{"kind":"%b","because":[' % kind.encode() for kind in ("liked", *PLAIN)
}
HEAD = b'{"answer":%b,"bundle":%b,"level":%b,"items":['
TAIL = b'],"next":%b,"place":%d,"unknown":%b,"note":%b,"degraded":null,"total":null,"variants":%b}'
SILENT = (b"null", b"null", b"null")


class Answered(msgspec.Struct, frozen=True):
    """An answer that is not yet shown.

    Attributes
    ----------
    name
        Id of the answer.
    following
        Cursor of the next page, or None.
    unknown, note, variants
        As in `Answer`.
    """

    view: Overlay
    ranked: Ranked
    name: str
    bundle: str
    following: str | None
    unknown: Unknown | None = None
    note: str | None = None
    variants: dict[str, int] | None = None


class Why(NamedTuple):
    """Why the items of an answer are in it.

    Attributes
    ----------
    kinds
        Kind of reason of each.
    named
        How many of the history each reason names: the largest shares of its score.
    items, shares, did
        Their positions and shares, and codes of what was done, one reason after the other.
    """

    kinds: list[str]
    named: list[int]
    items: list[int]
    shares: list[float]
    did: list[int]


def why(view: Overlay, ranked: Ranked) -> Why:
    """Return why each item of an answer is in it."""
    named, speaks = _largest(view, ranked)
    positions, sources = ranked.positions.tolist(), ranked.sources.tolist()
    history, did, by_taste = ranked.history.tolist(), ranked.did.tolist(), ranked.by_taste
    kinds = ["liked"] * len(positions)
    for place, told in enumerate(named):
        if not told or sources[place] == EXPLORE:
            position, source = positions[place], sources[place]
            named[place] = []
            if source != EXPLORE and position in history:  # shown again: it speaks for itself
                named[place] = [(history.index(position), 0.0)]
                continue
            taste = speaks[place] or (by_taste is not None and bool(by_taste[place]))
            kinds[place] = _kind(view, position, source, taste)
    owners = [owner for told in named for owner, _ in told]
    return Why(
        kinds,
        [len(told) for told in named],
        [history[owner] for owner in owners],
        [share for told in named for _, share in told],
        [did[owner] for owner in owners],
    )


def _largest(view: Overlay, ranked: Ranked) -> tuple[list[list[tuple[int, float]]], list[bool]]:
    """Return the largest shares of each score, and whether history speaks for it at all.

    They are items of the history by number, without those that are hidden, and what they add.
    """
    n, said = len(ranked.positions), ranked.said
    named: list[list[tuple[int, float]]] = [[] for _ in range(n)]
    speaks = [False] * n
    if not len(said.values):
        return named, speaks
    shown = view.shown.take(ranked.history).tolist()
    falling = (-said.values).argsort(kind="stable")
    places, owners, values = (each.take(falling).tolist() for each in said)
    left, full = [NAMED] * n, 0
    for place, owner, value in zip(places, owners, values, strict=True):
        if value <= 0 or full == n:
            break
        speaks[place] = True
        if left[place] and shown[owner]:
            named[place].append((owner, value))
            left[place] -= 1
            full += not left[place]
    return named, speaks


def _kind(view: Overlay, position: int, source: int, by_taste: bool = False) -> str:
    """Return why an item is shown for which no item of a history speaks by itself.

    It is new until a bundle knows what people did with it.
    """
    if source == EXPLORE:
        return "explore"
    if not view.touched(position):
        return "new"
    return "taste" if by_taste else "popular"


def show(card: Card, score: float, reason: Reason | None) -> Recommendation:
    """Return an item as it is shown."""
    return Recommendation(card.id, card.title, score, card.picture, card.attributes, reason)


def as_objects(answered: Answered) -> Answer:
    """Return an answer for Python."""
    view, ranked = answered.view, answered.ranked
    items = tuple(
        show(view.cards[position], score, reason)
        for position, score, reason in zip(
            ranked.positions.tolist(), ranked.scores.tolist(), _reasons(view, ranked), strict=True
        )
    )
    level: Level = ranked.level
    return Answer(
        answered.name,
        answered.bundle,
        level,
        items,
        answered.following,
        ranked.place,
        answered.unknown,
        answered.note,
        variants=answered.variants,
    )


def _reasons(view: Overlay, ranked: Ranked) -> Iterator[Reason]:
    told = why(view, ranked)
    parts = zip(told.items, told.shares, told.did, strict=True)
    for kind, named in zip(told.kinds, told.named, strict=True):
        if kind == "liked":
            yield Reason("liked", tuple(_because(view, *one) for one in islice(parts, named)))
        else:
            yield PLAIN[kind]


def _because(view: Overlay, item: int, share: float, did: int) -> Because:
    card = view.cards[item]
    return Because(card.id, card.title, share, KINDS[did], card.titles)


def as_json(answered: Answered) -> bytes:
    """Return the JSON of `as_objects`; several times faster."""
    view, ranked = answered.view, answered.ranked
    told = why(view, ranked)
    head = answered.name, answered.bundle, ranked.level
    text = [HEAD % tuple(map(msgspec.json.encode, head))]
    parts, start = _parts(view, told), 0
    cards, scores = view.cards.shown(ranked.positions.tolist()), _numbers(ranked.scores.tolist())
    for card, score, kind, named in zip(cards, scores, told.kinds, told.named, strict=True):
        end = start + EACH * named
        text += (card, score, OPENING[kind], *parts[start:end])
        if named:
            text[-1] = LAST[text[-1]]
        else:
            text.append(b"]}},")
        start = end
    if cards:
        text[-1] = text[-1][:-1]
    ends = answered.unknown, answered.note, answered.variants
    told_last = SILENT if ends == (None, None, None) else tuple(map(msgspec.json.encode, ends))
    text.append(TAIL % (msgspec.json.encode(answered.following), ranked.place, *told_last))
    return b"".join(text)


def _parts(view: Overlay, told: Why) -> list[bytes]:
    """Return the JSON of everything that reasons name, three pieces each."""
    pieces = [b""] * (EACH * len(told.items))
    pieces[0::EACH] = view.cards.named(told.items)
    pieces[1::EACH] = _numbers(told.shares)
    pieces[2::EACH] = [DID[code] for code in told.did]
    return pieces


def _numbers(values: list[float]) -> list[bytes]:
    """Return each number as JSON."""
    return msgspec.json.encode(values)[1:-1].split(b",") if values else []
