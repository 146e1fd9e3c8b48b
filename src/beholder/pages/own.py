"""What the page "You" is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Own:
    """What the page "You" says to a visitor.

    Attributes
    ----------
    purposes
        Whether each purpose is allowed.
    refused
        Whether the browser refuses all of them by itself.
    kept_days
        How long events are kept.
    asking
        Whether the question stands open if all is to be erased.
    """

    purposes: Mapping[str, bool]
    refused: bool
    kept_days: int
    asking: bool = False
