"""The rows that stand beside "for you": recently viewed, trending, new, popular."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Literal, NamedTuple, get_args

import msgspec
import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.kinds import CODES, NEGATIVE
from beholder.engine.answer import Level, Plain, Reason, Recommendation
from beholder.engine.overlay import Overlay
from beholder.engine.variants import best_of_each, firsts, with_pictures
from beholder.errors import UnknownRowError
from beholder.index.best import best
from beholder.scorers.interface import Floats, Mask, Positions
from beholder.store import Snapshot, Store
from beholder.store.trends import NOTHING, Rises

Name = Literal["recently-viewed", "trending", "new", "popular"]
NAMES: Sequence[Name] = get_args(Name)
KEPT = 60.0  # seconds that what rises is not looked up anew
REASONS: dict[Name, Reason] = {
    "trending": Reason("trending"),
    "new": Reason("new"),
    "popular": Reason("popular"),
}
AGAINST = frozenset(CODES[kind] for kind in NEGATIVE)


class Window(msgspec.Struct, frozen=True):
    """The stretch of time that a row is about.

    Attributes
    ----------
    since, until
        Milliseconds since 1970; `until` is the moment of the newest event.
    events
        How many events it has.
    """

    since: int
    until: int
    events: int


class Row(Plain, frozen=True):
    """A list beside the recommendations. It is not stored as an answer.

    Attributes
    ----------
    row
        Its name.
    title
        Key of its title, such as `row_trending`, for whoever has the words of a language.
    window
        Of `trending`: the week that is compared with the four before it. The other rows have
        none: `new` is the last that came into the catalogue, however long ago that was.
    note
        Why there is nothing in it; None: there is something.
    variants
        How many other variants the items have that stand for their product, by id; None: not
        asked for.
    """

    row: Name
    title: str
    bundle: str
    level: Level
    items: tuple[Recommendation, ...]
    window: Window | None = None
    note: str | None = None
    variants: dict[str, int] | None = None

    @property
    def ids(self) -> list[str]:
        """The ids of the items, best first."""
        return [item.id for item in self.items]


def checked(name: str) -> Name:
    """Return the name of a row.

    Raises
    ------
    UnknownRowError
        If there is none of this name.
    """
    for known in NAMES:
        if name == known:
            return known
    raise UnknownRowError(
        f"there is no row {name!r}", remedy="one of " + ", ".join(NAMES), field="name"
    )


class Ordered(NamedTuple):
    """Positions, best first, and what each is worth in this row; see `Row` for the others."""

    positions: Positions
    scores: Floats
    window: Window | None = None
    note: str | None = None


class Rows:
    """Puts the rows of one engine in order; safe to share between threads."""

    def __init__(self, store: Store | None) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._rising: Rises | None = None
        self._looked = 0.0

    def ordered(
        self, name: Name, view: Overlay, mask: Mask, k: int, seen: Snapshot | None, one: bool
    ) -> Ordered:
        """Return the first k places of a row.

        Parameters
        ----------
        mask
            bool (n,). What may be in it.
        seen
            What the store says of who asks.
        one
            Whether the first of each product stands for its variants.
        """
        window = None
        if name == "recently-viewed":
            found = _recently_viewed(view, mask, k, seen, one)
            return found._replace(note=None if len(found.positions) else _unseen(seen))
        if name == "trending":
            rises = self._rises()
            scores = _spread(view, rises)
            window = Window(rises.since, rises.until, rises.events) if rises.until else None
        elif name == "new":
            scores = view.seqs.astype(np.float64)  # in the order in which items came
            mask = with_pictures(view, mask) if one else mask
        else:
            scores = np.where(view.popularity > 0, view.popularity, -np.inf)
        if one:
            chosen = best_of_each(view, scores, k, mask)
        else:
            chosen = best(scores, k, view.ties, mask)
        note = None if len(chosen) else _nothing(name, scores, window)
        return Ordered(chosen, scores[chosen].astype(np.float32), window, note)

    def _rises(self) -> Rises:
        """Return what rises, looked up at most once a minute."""
        with self._lock:
            if self._rising is None or time.monotonic() - self._looked > KEPT:
                self._rising = NOTHING if self._store is None else self._store.rises()
                self._looked = time.monotonic()
            return self._rising


def _spread(view: Overlay, found: Rises) -> NDArray[np.float64]:
    """Return the rise of each position, float64 (n,), -inf where there is none."""
    scores = np.full(len(view.shown), -np.inf)
    places = view.positions(found.seqs)
    scores[places[places >= 0]] = found.rises[places >= 0]
    return scores


def _nothing(name: Name, scores: NDArray[np.float64], window: Window | None) -> str:
    """Return why a row that is the same for everybody is empty."""
    if np.isfinite(scores).any():
        return "what would stand here is hidden, banned, filtered out, or disliked by who asks"
    if name == "trending" and window is None:
        return "there are no events that may be learned from"
    if name == "trending":
        events = f"{window.events} events" if window and window.events != 1 else "one event"
        return f"no item rises by the {events} of the newest week: it takes two people"
    return "nobody did anything yet" if name == "popular" else "there are no items"


def _unseen(seen: Snapshot | None) -> str:
    """Return why nothing was viewed recently."""
    if seen is None:
        return "nobody is named whose views these would be"
    if not seen.profiling:
        return "this person does not allow profiling"
    return "this person did nothing yet that may be shown"


def _recently_viewed(
    view: Overlay, mask: Mask, k: int, seen: Snapshot | None, one: bool
) -> Ordered:
    """Return what somebody did anything with, the newest first; the score counts from 1 down."""
    seqs = np.empty(0, np.int64)
    if seen is not None:
        oldest_first, _, kinds, _ = seen.columns()
        seqs = oldest_first[~np.isin(kinds, list(AGAINST))]
    newest = dict.fromkeys(seqs[::-1].tolist())
    places = view.positions(np.array(list(newest), np.int64))
    chosen = places[(places >= 0) & mask[places]]
    if one:
        chosen = chosen[firsts(view.groups[chosen])]
    chosen = chosen[:k]
    return Ordered(chosen, np.linspace(1, 0, len(chosen), endpoint=False, dtype=np.float32))
