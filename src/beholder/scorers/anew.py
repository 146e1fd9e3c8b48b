"""What a matrix says of items with behaviour that look or read otherwise than when it was made.

    rows'[i, j] = rows[i, j] - content(i, j) + content'(i, j)

Behaviour keeps what it says of them; what their old contents added is taken away and what their
new ones add is put there, as far as rows keep it: an entry that was cut away has nothing to lose.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from beholder.scorers import rows
from beholder.scorers.entry import contents_of
from beholder.scorers.interface import Mask, NewItems
from beholder.scorers.item_item import ItemItem

NOTHING = 1e-6  # of the largest entry: what is left of a sum of which all was taken away


def compared_anew(scorer: ItemItem, before: NewItems, after: NewItems) -> ItemItem:
    """Return a scorer in which some items with behaviour are compared by other contents.

    Parameters
    ----------
    before, after
        The same positions with behaviour, compared as they were and as they are.
    """
    n = scorer.rows.shape[0]
    was, now = (_added(scorer, new) for new in (before, after))
    touched = np.flatnonzero(np.diff(was.indptr) + np.diff(now.indptr))
    own = sp.csr_array(scorer.rows[touched])
    own.eliminate_zeros()
    there = own.astype(bool).astype(np.float32)
    was, now = was[touched], now[touched]
    now = now.multiply((there + (now > was)) > 0)  # what adds less stays cut away
    changed = sp.csr_array(own - was.multiply(there) + now)
    changed.data[np.abs(changed.data) < NOTHING * np.abs(own.data).max(initial=0)] = 0
    changed.eliminate_zeros()
    entry = scorer.entry
    cut = rows.cut_apart(changed, scorer.new[:n], entry.kept, entry.kept_new)
    whole = rows.replaced(scorer.rows, touched, cut)
    return replace(scorer, rows=whole)


def _added(scorer: ItemItem, new: NewItems) -> sp.csr_array:
    """Return what contents add for some items and of them, float32 sparse (n, n).

    Columns of items without behaviour have it as their entry counts it, and those of others as
    the members that were folded did.
    """
    both = contents_of((scorer.content, scorer.entry.kernels), new)
    known, untouched = (
        _among(new, *each) for each in zip(both, (new.known, ~new.known), strict=True)
    )
    own = np.zeros(len(new.known), bool)
    own[new.positions] = True
    return sp.csr_array(known + rows.without_columns(known, own).T + untouched)


def _among(new: NewItems, found: sp.csr_array, columns: Mask) -> sp.csr_array:
    """Return rows (m, n) of new items at their positions, in some columns and without diagonal."""
    row = np.repeat(new.positions, np.diff(found.indptr))
    kept = columns[found.indices] & (found.indices != row)
    shape = (len(columns), len(columns))
    return sp.csr_array((found.data[kept], (row[kept], found.indices[kept])), shape=shape)
