"""Which items may be in an answer: not hidden, not seen, not already on the page."""

from __future__ import annotations

import time
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.history import History
from beholder.engine.overlay import Overlay
from beholder.engine.question import NOTHING, Repeat
from beholder.engine.slate import Known
from beholder.engine.variants import without_products_of
from beholder.errors import UsageError
from beholder.scorers.interface import Mask, Positions


def allowed(
    overlay: Overlay,
    history: History,
    exclude: Iterable[str],
    away: NDArray[np.int32] | None = None,
    *,
    one: bool = False,
    before: Positions = NOTHING,
) -> NDArray[np.bool_]:
    """Return bool (n,), True where an item may be recommended.

    Parameters
    ----------
    away
        int32. What of the history may not come again; None: all of it. What was disliked or
        hidden never does.
    one
        Whether an item stands for its product: also beside what is excluded, and by a no.
    before
        int32. What was shown or excluded on the pages before.
    """
    mask = overlay.shown.copy()
    if away is None:
        mask[history.touched] = False
    else:
        mask[away] = False
        mask[history.disliked] = False
    there = overlay.position_of_id
    had = [there[item] for item in exclude if item in there]
    if had or len(before):
        before = np.concatenate([np.array(had, np.int32), before])
        mask[before] = False
    if one:
        mask = without_products_of(overlay, np.append(before, history.disliked), mask)
    return mask


def without_refused(overlay: Overlay, history: History, among: Mask, *, one: bool = False) -> Mask:
    """Return of some items, bool (n,), those to which somebody has not said no.

    Parameters
    ----------
    one
        Whether an item stands for its product: a no is then one to all its variants.
    """
    refused = history.disliked
    if not len(refused):
        return among
    left = among.copy()
    left[refused] = False
    return without_products_of(overlay, refused, left) if one else left


def away(known: Known, repeat: Repeat | None) -> Positions | None:
    """Return what of a history may not come again; None: all of it.

    Raises
    ------
    UsageError
        If `repeat` is neither `never` nor `allow`.
    """
    if repeat is not None and repeat not in ("never", "allow"):
        raise UsageError(f"repeat is {repeat!r}", remedy="never or allow", field="repeat")
    seen = known.history.seen
    if repeat == "allow":
        return seen[:0]
    if repeat == "never" or known.until is None:
        return None
    return seen[known.until > time.time() * 1000]
