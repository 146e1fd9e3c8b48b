"""What all pages take from the catalogue: choices of one tap, and how its prices are written.

The choices are the most frequent values of what the catalogue can be narrowed by.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from beholder.engine.engine import Engine
from beholder.engine.variants import Variants
from beholder.pages.look import Chip
from beholder.service.log import note_trouble
from beholder.settings import PagesSettings

MOST = (10, 6)  # of the first attribute, and of the second
SELDOM = 10.0  # seconds between two counts, however often the catalogue changes


class Chips:
    """Choices of one tap for all pages, counted now and then; pages stand without them, too.

    Attributes
    ----------
    now
        As they were counted last.
    cents
        Whether some price is no whole number, as was seen then.
    """

    def __init__(self, pages: PagesSettings) -> None:
        self.now: tuple[Chip, ...] = ()
        self.cents = False
        self._pages = pages
        self._view: object = None
        self._counted = 0.0

    def of(self, engine: Engine) -> tuple[Chip, ...]:
        """Return them, counted before the first page."""
        if self._view is None:
            self.follow(engine)
        return self.now

    def follow(self, engine: Engine) -> None:
        """Count anew where the catalogue is another one, and some time has passed."""
        view, now = engine.now_showing, time.monotonic()
        if self._view is view or (self._view is not None and now - self._counted < SELDOM):
            return
        try:
            self.now = frequent(engine, self._pages.facets, self._pages.variants)
            self.cents = view.masks.facets.has_fractions("price")
        except Exception as error:
            self.now = ()
            note_trouble("counting choices of one tap", error)
        self._view, self._counted = view, now


def frequent(
    engine: Engine, names: Sequence[str] = (), variants: Variants | None = None
) -> tuple[Chip, ...]:
    """Return the most frequent values of the first attributes that are words.

    Parameters
    ----------
    names
        Attributes; none: those that the catalogue suggests.
    """
    facets = engine.facets(names, variants)
    worded = [facet for facet in facets if facet.type in ("string", "list")]
    return tuple(
        Chip(facet.name, each.value, each.count, each.labels)
        for facet, most in zip(worded, MOST, strict=False)
        for each in facet.values[:most]
    )
