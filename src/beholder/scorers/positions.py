"""A filter of another bundle would be answered wrongly, so is refused."""

from __future__ import annotations

from beholder.errors import ShapeError
from beholder.scorers.interface import Mask


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
