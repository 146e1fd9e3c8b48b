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
    if not view.shown.any():
        return "no item is shown"
    if not able.any():
        return "all items that are shown are banned or out of stock"
    n = int(wanted.sum())
    if not n:
        return f"none of the {int(able.sum())} items that are shown holds for the filter"
    return (
        f"all {n} items that could stand here are known to who asks: seen, disliked or left out; "
        "with repeat=allow what was only seen comes again"
    )
