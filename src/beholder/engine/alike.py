"""How alike items are when asked: by the rows of a bundle, or where it has none, compared now."""

from __future__ import annotations

import numpy as np

from beholder.engine.overlay import Overlay
from beholder.scorers.interface import Floats, Places, Positions, Query
from beholder.scorers.item_item import split
from beholder.scorers.layers import Gathered
from beholder.spaces.neighbours import CROWDED, KEPT


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
    crowded = _crowded(view, others, read)
    if len(crowded):
        compared = view.content.between(some, others[crowded])
        compared[some[:, None] == others[crowded]] = 0
        found[:, crowded] = np.clip(compared, 0, 1)
    return found


def _crowded(view: Overlay, items: Positions, read: Gathered) -> Places:
    """Return which of the rows that were read end while what is in them is still much alike."""
    there = read.lengths > 0
    owner, lengths = read.owner[there], read.lengths[there]
    full = lengths >= KEPT
    bundled = items[owner] < len(view.full)  # a change may have taken an entry from a full row
    full[bundled] |= view.full[items[owner[bundled]]]
    if not full.any():
        return np.empty(0, np.int64)
    least = np.minimum.reduceat(read.values, lengths.cumsum() - lengths)
    return np.unique(owner[full & (least >= CROWDED)])


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
