"""Caps and pins of standing rules: what may stand at which places of an answer."""

from __future__ import annotations

from beholder.engine.overlay import Overlay
from beholder.engine.slate import Request, Slate
from beholder.rules.caps import capped
from beholder.rules.pins import pinned


def caps(request: Request, view: Overlay, slate: Slate) -> Slate:
    """Keep at most so many of each value of a facet in the first places."""
    if not request.rules.limits:
        return slate
    found = capped(request.rules.limits, view.masks.facets, slate.positions)
    return slate.permuted("caps", found.order, found.short)


def pins(request: Request, view: Overlay, slate: Slate) -> Slate:
    """Put pinned items at their places."""
    if not request.rules.pins:
        return slate
    return slate.permuted("pins", pinned(request.rules.pins, slate.positions))
