"""Exploration: now and then one place of an answer goes to an item drawn from a pool.

Off by default, and never for those who allow no profiling. Every place of the answer then has a
known chance, without which what people did with it could not be told from what they were shown.
"""

from __future__ import annotations

import threading
import time
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.bundle.parts import Parts
from beholder.engine.overlay import Overlay
from beholder.engine.slate import Slate
from beholder.errors import UsageError
from beholder.rules.caps import room_for
from beholder.rules.fit import Fitted
from beholder.rules.pins import pinned
from beholder.scorers.interface import Mask, Positions
from beholder.store.answers import EXPLORE

RARE = 0.1  # of the shown items
NO_RULES = Fitted()
KEPT = 60.0  # seconds that a pool stays as it is


class Exploration(NamedTuple):
    """How much is explored.

    Attributes
    ----------
    pool
        What items are drawn from. `fresh`: those that nobody had done anything with when the
        bundle was made, and those that came after it. `rare`: the tenth of the shown items that
        stood least often in answers of this engine, and all that tie with them.
    share
        Chance that an answer has an explored place, 0 to 1; 0: never.
    first
        The best places, so many of them, are never explored.
    """

    pool: Literal["fresh", "rare"] = "fresh"
    share: float = 0.0
    first: int = 1


class Explored(NamedTuple):
    """A page, and how likely each of its places was.

    Attributes
    ----------
    positions
        int32 (k,).
    chance
        float32 (k,). The chance that this item stood at this place, given who asked and what
        was known.
    place
        Of the explored item, from 0; -1 where nothing was explored.
    displaced
        The item that would have stood there; -1 where nothing was explored.
    """

    positions: Positions
    chance: NDArray[np.float32]
    place: int = -1
    displaced: int = -1


def explore(
    positions: Positions,
    pool: Positions,
    exploration: Exploration,
    generator: np.random.Generator,
    held: Mask | None = None,
) -> Explored:
    """Return the page with at most one place explored.

    With chance `share` one of the places behind the first is drawn uniformly, and goes to an
    item drawn uniformly from the pool. So an explored item has the chance
    share / places / pool size, an item at a place that might have been explored
    1 - share / places, and one at any other place 1.

    Parameters
    ----------
    positions
        Shape (k,), the page as it stands, each item once.
    pool
        Shape (p,), items that may be shown to this person, each once; those on the page are
        left out of it here.
    held
        bool (k,). Places that are never explored, besides the first ones; None: no others.

    Raises
    ------
    UsageError
        If the share is not within 0 and 1.
    """
    if not 0.0 <= exploration.share <= 1.0:
        raise UsageError(
            f"the share of explored answers is {exploration.share}", remedy="0 to 1", field="share"
        )
    k, first = len(positions), max(exploration.first, 0)
    chance = np.ones(k, np.float32)
    drawn_from = pool[~np.isin(pool, positions)] if exploration.share > 0 else pool[:0]
    free = np.arange(k) >= first
    if held is not None:
        free &= ~held
    open_places = np.flatnonzero(free)
    places = len(open_places)
    if not places or not len(drawn_from):
        return Explored(positions, chance)
    chance[free] = 1.0 - exploration.share / places
    if generator.random() >= exploration.share:
        return Explored(positions, chance)
    place = int(open_places[generator.integers(places)])
    item = drawn_from[int(generator.integers(len(drawn_from)))]
    page = positions.copy()
    page[place] = item
    chance[place] = exploration.share / places / len(drawn_from)
    return Explored(page, chance, place, int(positions[place]))


def rarely_shown(
    shown: NDArray[np.integer], allowed: NDArray[np.bool_], share: float
) -> NDArray[np.bool_]:
    """Return the allowed items that were shown least: this share of them, and all that tie.

    A share and not a number, since what is often in a small catalogue is seldom in a large one.

    Parameters
    ----------
    shown
        Shape (n,), how often each item stood in an answer.
    allowed
        Shape (n,).
    """
    counts = shown[allowed]
    if not len(counts):
        return np.zeros(len(shown), bool)
    last = int(np.clip(np.ceil(share * len(counts)), 1, len(counts))) - 1
    rare: NDArray[np.bool_] = allowed & (shown <= np.partition(counts, last)[last])
    return rare


class Explorer:
    """The last stage of an engine's answers; safe to share between threads.

    Parameters
    ----------
    generator
        Of the draws; None: one that nobody can foresee.
    """

    def __init__(
        self, exploration: Exploration, generator: np.random.Generator | None = None
    ) -> None:
        self.exploration = exploration
        self._generator = generator or np.random.default_rng()
        self._shown = np.zeros(0, np.int64)  # how often each position stood in an answer
        self._parts: Parts | None = None  # of the bundle whose positions those are
        self._pool: tuple[Overlay, float, Positions] | None = None
        self._lock = threading.Lock()

    def __call__(
        self, view: Overlay, slate: Slate, k: int, allowed: Mask, rules: Fitted = NO_RULES
    ) -> Slate:
        """Explore one of the first k places, now and then.

        What stood there is the first behind the page. The place keeps its score, as it does
        where a stage puts candidates in another order. What is pinned stays, and nothing is drawn
        that a cap of the page has no room for.

        Parameters
        ----------
        allowed
            bool (n,). What may be shown.
        """
        with self._lock:
            pool = self._drawn_from(view)
        page, following = slate.positions[:k], slate.positions[k:]
        held = np.array([pin.position for pin in rules.pins], np.int32)
        pool = pool[allowed[pool] & ~np.isin(pool, held)]
        if rules.limits:
            pool = pool[room_for(rules.limits, view.masks.facets, slate.positions, pool)]
        found = explore(page, pool, self.exploration, self._generator, np.isin(page, held))
        if self.exploration.pool == "rare":
            with self._lock:
                if self._parts is view.parts:  # else another bundle was promoted meanwhile
                    self._shown[found.positions] += 1
        chance = slate.chance.copy()
        chance[:k] = found.chance
        if found.place < 0:
            return slate._replace(chance=chance)
        others = following[following != found.positions[found.place]]
        sources = slate.sources.copy()
        sources[found.place] = EXPLORE
        more = 1 + len(others) - len(following)
        positions = np.concatenate([found.positions, [found.displaced], others]).astype(np.int32)
        if rules.pins:  # those of later pages stand one place too far back
            positions = positions[pinned(rules.pins, positions)]
        return Slate(
            positions,
            np.pad(slate.scores, (0, more), mode="edge"),
            np.pad(sources, (0, more), mode="edge"),
            np.pad(chance, (0, more), mode="edge"),
            rest=slate.rest,
        )

    def _drawn_from(self, view: Overlay) -> Positions:
        """Return the pool, made anew for another view and after a minute."""
        kept, now = self._pool, time.monotonic()
        if kept is not None and kept[0] is view and now - kept[1] < KEPT:
            return kept[2]
        if self._parts is not view.parts:  # positions are those of another bundle
            self._parts, self._shown = view.parts, np.zeros(0, np.int64)
        n = len(view.shown)  # a request may still have an older view, with fewer items
        self._shown = np.pad(self._shown, (0, max(n - len(self._shown), 0)))
        if self.exploration.pool == "rare":
            mask = rarely_shown(self._shown[:n], view.shown, RARE)
        else:
            mask = view.shown & np.pad(~view.parts.known, (0, view.n_late), constant_values=True)
        pool: Positions = np.flatnonzero(mask).astype(np.int32)
        self._pool = (view, now, pool)
        return pool
