"""Why an answer is empty, for whoever asked."""

from __future__ import annotations

from beholder.engine.overlay import Overlay
from beholder.scorers.interface import Mask


def why_nothing(view: Overlay, able: Mask, wanted: Mask) -> str:
    """Say why nothing could stand in an answer.

    Parameters
    ----------
    able
        bool (n,). What standing rules leave.
    wanted
        bool (n,). What a filter leaves of it.
    """
    return _closed(view, able, wanted) or (
        f"all {int(wanted.sum())} items that could stand here are known to who asks: seen, "
        "disliked or left out; with repeat=allow what was only seen comes again"
    )


def why_not_found(view: Overlay, able: Mask, wanted: Mask) -> str:
    """Say why nothing was found that is like something; the masks as in `why_nothing`."""
    return _closed(view, able, wanted) or "no item that may be shown is like it"


def _closed(view: Overlay, able: Mask, wanted: Mask) -> str:
    if not view.shown.any():
        return "no item is shown"
    if not able.any():
        return "all items that are shown are banned or out of stock"
    if not wanted.any():
        return f"none of the {int(able.sum())} items that are shown holds for the filter"
    return ""
