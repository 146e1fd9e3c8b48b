"""How alike items are when asked: by the rows of a bundle, or where it has none, compared now."""

from __future__ import annotations

import numpy as np

from beholder.engine.overlay import Overlay
from beholder.scorers.interface import Floats, Places, Positions, Query
from beholder.scorers.item_item import split


def between(view: Overlay, some: Positions, others: Positions) -> Floats:
    """Return the similarity of some items with others, float32 (some, others), 0 to 1.

    Rows hold the most similar alone; what is in none of them counts as 0. Where a row has no place
    for all that is much alike, it is not read: its item is compared.
    """
    if not view.parts.compared:
        return np.clip(view.content.between(some, others), 0, 1)
    m = len(others)
    bounds = np.array([0, m], np.int64)
    read = view.similar.gather(Query(others, np.ones(m, np.float32), bounds))
    found: Floats = np.clip(split(read, some, view.similar.n_items, m), 0, 1)
    crowded = _crowded(view, others)
    if len(crowded):
        compared = view.content.between(some, others[crowded])
        compared[some[:, None] == others[crowded]] = 0
        found[:, crowded] = np.clip(compared, 0, 1)
    return found


def _crowded(view: Overlay, items: Positions) -> Places:
    """Return which items have rows that ended while what is in them was still much alike.

    Of the bundle, that is: a change takes entries from rows, and the rows of late items are read.
    """
    flags = view.parts.crowded
    found = flags.take(items, mode="clip")  # a late item has that of the last
    if not found.any():
        return np.empty(0, np.int64)
    return np.flatnonzero(found & (items < len(flags)))


def with_all(view: Overlay, place: int) -> Floats:
    """Return the similarity of one item with all, float32 (n,); its own is 0."""
    if not view.parts.compared:
        found = view.content.block(np.array([place]))[0]
        found[place] = 0
        alike: Floats = np.maximum(found, 0)
        return alike
    one, bounds = np.array([place], np.int32), np.array([0, 1], np.int64)
    row: Floats = view.similar.scores(Query(one, np.ones(1, np.float32), bounds))[0]
    return np.maximum(row, 0)
