"""Why an answer is empty, for whoever asked."""

from __future__ import annotations

from collections.abc import Container, Iterable

from beholder.engine.overlay import Overlay
from beholder.scorers.interface import Mask

NAMED = 3  # attributes


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
        f"{_all(wanted)} that could stand here {'is' if wanted.sum() == 1 else 'are'} known to who "
        "asks: seen, disliked or left out; with repeat=allow what was only seen comes again"
    )


def why_not_found(view: Overlay, able: Mask, wanted: Mask, asked: str = "the filter") -> str:
    """Say why nothing was found that is like something; the masks as in `why_nothing`.

    Parameters
    ----------
    asked
        What made `wanted` of `able`: a filter, choices, or both.
    """
    return _closed(view, able, wanted, asked) or "no item that may be shown is like it"


def no_attribute(names: Iterable[str], fields: Container[str]) -> str | None:
    """Say which of some names are no attributes of the catalogue; None: all are."""
    lost = [repr(name) for name in dict.fromkeys(names) if name not in fields]
    if not lost:
        return None
    more = f" and {len(lost) - NAMED} more" if len(lost) > NAMED else ""
    return f"there is no attribute {', '.join(lost[:NAMED])}{more}"


def _closed(view: Overlay, able: Mask, wanted: Mask, asked: str = "the filter") -> str:
    if not view.shown.any():
        return "no item is shown"
    if not able.any():
        return "all items that are shown are banned or out of stock"
    if not wanted.any():
        none = (
            "the only item that is"
            if able.sum() == 1
            else f"none of the {able.sum()} items that are"
        )
        return f"{none} shown {'does not hold' if able.sum() == 1 else 'holds'} for {asked}"
    return ""


def _all(items: Mask) -> str:
    return "the only item" if items.sum() == 1 else f"all {int(items.sum())} items"
