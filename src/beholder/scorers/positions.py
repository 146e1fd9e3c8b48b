"""Candidates and filters of another bundle would be answered wrongly, so are refused."""

from __future__ import annotations

from beholder.errors import ShapeError
from beholder.scorers.interface import Mask, Positions


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


def checked_mask(allowed: Mask | None, n_items: int) -> None:
    """Refuse a filter that is not over these positions.

    Raises
    ------
    ShapeError
        If it has another length.
    """
    if allowed is not None and allowed.shape != (n_items,):
        raise ShapeError(
            f"a filter of shape {allowed.shape} is not over {n_items} positions",
            remedy="filter the positions of the bundle that is asked",
        )
