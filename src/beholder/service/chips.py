"""Choices of one tap: the most frequent values of what the catalogue can be narrowed by."""

from __future__ import annotations

from collections.abc import Sequence

from beholder.engine.engine import Engine
from beholder.engine.variants import Variants
from beholder.pages.look import Chip

MOST = (10, 6)  # of the first attribute, and of the second


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
