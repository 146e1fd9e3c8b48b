"""Positions of candidates: those of another model would be answered wrongly, so are refused."""

from __future__ import annotations

from beholder.errors import ShapeError
from beholder.scorers.interface import Positions


def checked(positions: Positions, n_items: int) -> Positions:
    """Return the positions.

    Raises
    ------
    ShapeError
        If one is below 0 or after the last.
    """
    if len(positions) and not (positions.min() >= 0 and positions.max() < n_items):
        raise ShapeError(
            f"candidates {positions.min()} to {positions.max()} are not all among the "
            f"{n_items} positions of this model",
            remedy="score candidates of the bundle that the model belongs to",
        )
    return positions
