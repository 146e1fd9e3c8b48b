"""What an answer looks like, in Python and as JSON."""

from __future__ import annotations

import importlib
from typing import Any, Literal

import msgspec

from beholder.errors import MissingExtraError

Level = Literal["personal", "session", "similar", "popular"]


class Picture(msgspec.Struct, frozen=True):
    """A clean rendition of an item's picture.

    Attributes
    ----------
    src, srcset
        Addresses below the server's root.
    width, height
        Pixels of the original, so that a page can keep its place.
    colour
        Dominant colour, `#rrggbb`.
    """

    src: str
    srcset: str
    width: int
    height: int
    colour: str


class Because(msgspec.Struct, frozen=True, omit_defaults=True):
    """An item of the history and its share of a score.

    Attributes
    ----------
    did
        The kind of event that gave it its weight: `view`, `like`, `purchase`, ...
    attributes
        Its titles in other languages (`title_zh`), where it has them.
    """

    id: str
    title: str
    share: float
    did: str
    attributes: dict[str, Any] = msgspec.field(default_factory=dict)


class Reason(msgspec.Struct, frozen=True):
    """Why an item is in the answer.

    Attributes
    ----------
    kind
        `liked`: because of items of the history; `taste`: because of it, but of none that can be
        named: of the whole, as vectors have it, or of what is hidden now; `similar`: looks or
        reads alike; `new`: the bundle knows nothing that people did with it; `explore`: to find
        out who likes it; `trending`: it rises; `popular`: none of these.
    because
        The largest shares of the score, at most three.
    """

    kind: Literal["liked", "taste", "popular", "similar", "new", "explore", "trending"]
    because: tuple[Because, ...] = ()


class Unknown(msgspec.Struct, frozen=True):
    """Items of a told history that the catalogue does not know: they count for nothing.

    Attributes
    ----------
    count
        How many entries of the history.
    items
        The first ids of them, each once, at most ten.
    """

    count: int
    items: tuple[str, ...]


class Recommendation(msgspec.Struct, frozen=True):
    """One item of an answer."""

    id: str
    title: str
    score: float
    picture: Picture | None
    attributes: dict[str, Any]
    reason: Reason | None = None


class Plain(msgspec.Struct, frozen=True):
    """What has a form for other programs."""

    def to_dict(self) -> dict[str, Any]:
        """Return it as the service says it in JSON: dicts, lists, texts and numbers."""
        found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(self))
        return found


class Answer(Plain, frozen=True):
    """A list of recommendations.

    Attributes
    ----------
    answer
        Id of this answer.
    bundle
        Name of the bundle that gave it.
    level
        What it could be based on.
    next
        Cursor of the next page, or None.
    place
        Of its first item in the answer, from 0: a page after the first goes on counting. An
        event may name the answer and the place of its item.
    unknown
        What of a history that the caller told is not known; None: nothing.
    note
        Why there is no item, or no next page though there would be more, and which attributes of
        a search there are not; None: nothing of it.
    degraded
        How it is simpler than it should be, since the server had too much to do: `popular`, not
        personal; None: it is not.
    total
        How many items a search by words found, this page and all others; None: not counted.
    variants
        How many other variants the items have that stand for their product, by id; None: not
        asked for.
    """

    answer: str
    bundle: str
    level: Level
    items: tuple[Recommendation, ...]
    next: str | None = None
    place: int = 0
    unknown: Unknown | None = None
    note: str | None = None
    degraded: Literal["popular"] | None = None
    total: int | None = None
    variants: dict[str, int] | None = None

    @property
    def ids(self) -> list[str]:
        """The ids of the items, best first."""
        return [item.id for item in self.items]

    def to_pandas(self) -> Any:
        """Return a DataFrame, one row an item: rank, id, title, score, reason, attributes.

        Raises
        ------
        MissingExtraError
            If pandas is not installed.
        """
        rows = [
            {
                "rank": rank,
                "id": item.id,
                "title": item.title,
                "score": item.score,
                "reason": item.reason.kind if item.reason else None,
                **{f"attribute_{name}": value for name, value in item.attributes.items()},
            }
            for rank, item in enumerate(self.items, start=1)
        ]
        return frame(rows, ("rank", "id", "title", "score", "reason"))


class Share(msgspec.Struct, frozen=True, omit_defaults=True):
    """One part of a score; `attributes` as in `Because`.

    An empty id stands for everything that is no longer shown.

    Attributes
    ----------
    disliked
        Whether it is a dislike that takes this much.
    """

    id: str
    title: str
    picture: Picture | None
    share: float
    attributes: dict[str, Any] = msgspec.field(default_factory=dict)
    disliked: bool = False


class Added(msgspec.Struct, frozen=True):
    """What a standing rule adds to a score, by its name; negative where it buries."""

    name: str
    value: float


class Away(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why an item is in no answer, whatever it scores.

    Attributes
    ----------
    rule
        Name of the standing rule that bans it.
    """

    kind: Literal["out_of_stock", "banned", "disliked", "seen"]
    rule: str = ""


class Placed(msgspec.Struct, frozen=True):
    """How an item stood in an answer that was given.

    Attributes
    ----------
    place
        From 0, over all pages of the answer.
    score
        Of the place: where variety, caps or pins put another item there, it kept its score.
    chance
        With which the place came to show this item.
    source
        Why it was among the candidates: `history`, `popular`, `pinned`, `explore` ...
    """

    answer: str
    bundle: str
    place: int
    score: float
    chance: float
    source: str


class Explanation(Plain, frozen=True):
    """Why an item has its score for somebody: base + shares + what rules and places add.

    Attributes
    ----------
    base
        Popularity: the same for everybody, but that it counts less for a light history.
    exact
        Whether taking an item out of the history takes exactly its share away, the weights
        of the others held fixed. The base falls on its own where little is left to go by.
    rules
        Boosts and buries that hold for the item. Bans, caps and pins act on whole answers.
    ranker
        What the item gains or loses by the place that the ranker gives it among the first hundred
        of this person, as their list is now; 0 where it is not among them.
    value
        The same, where they are in the order of what they are worth (`serve.value`).
    placed
        Where it stood in the answer that was asked about; None where none was.
    unknown
        As in `Answer`.
    away
        Why the item is in no answer to this person now; empty: it may be.
    """

    item: str
    title: str
    score: float
    base: float
    shares: tuple[Share, ...]
    exact: bool
    level: Level
    rules: tuple[Added, ...] = ()
    placed: Placed | None = None
    unknown: Unknown | None = None
    away: tuple[Away, ...] = ()
    ranker: float = 0.0
    value: float = 0.0

    def to_pandas(self) -> Any:
        """Return a DataFrame of id, title, share: the base, each share, and what is added to them.

        Raises
        ------
        MissingExtraError
            If pandas is not installed.
        """
        base = {"id": None, "title": "base", "share": self.base}
        rows = [{"id": one.id, "title": one.title, "share": one.share} for one in self.shares]
        rows += [{"id": None, "title": one.name, "share": one.value} for one in self.rules]
        if self.ranker:
            rows.append({"id": None, "title": "ranker", "share": self.ranker})
        if self.value:
            rows.append({"id": None, "title": "value", "share": self.value})
        return frame([base, *rows], ("id", "title", "share"))


def frame(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> Any:
    """Return a DataFrame with these columns, and after them whatever else the rows have."""
    try:
        pandas = importlib.import_module("pandas")
    except ImportError as error:
        raise MissingExtraError(
            "to_pandas needs pandas, which is not installed",
            remedy="pip install pandas, or use to_dict()",
        ) from error
    more = sorted({name for row in rows for name in row} - set(columns))
    return pandas.DataFrame(rows, columns=[*columns, *more])
