"""Shares as people read them."""

from __future__ import annotations


def percent(share: float) -> str:
    """Return a share of 0 to 1 in whole percents; not all is never 100%, and some never 0%."""
    if 0 < share < 0.005:
        return "under 1%"
    if 0.995 <= share < 1:
        return "over 99%"
    return f"{share:.0%}"
