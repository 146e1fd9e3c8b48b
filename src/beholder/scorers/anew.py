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
from beholder.scorers.entry import STRONGEST, contents_of
from beholder.scorers.interface import Floats, Mask, NewItems
from beholder.scorers.item_item import ItemItem

NOTHING = 1e-6  # of the largest entry: what is left of a sum of which all was taken away


def compared_anew(scorer: ItemItem, before: NewItems, after: NewItems) -> ItemItem:
    """Return a scorer in which some items with behaviour are compared by other contents.

    Parameters
    ----------
    before, after
        The same positions with behaviour, compared as they were and as they are.
    """
    _, before = scorer.entry.mapped(before)
    entry, after = scorer.entry.mapped(after)
    known = after.known
    was, now = (_added(scorer, new) for new in (before, after))
    touched = np.flatnonzero(np.diff(was.indptr) + np.diff(now.indptr))
    own = sp.csr_array(scorer.rows[touched])
    own.eliminate_zeros()
    there = own.astype(bool).astype(np.float32)
    offered, now = was[touched], now[touched]
    was = offered.multiply(there)
    if len(known) > STRONGEST:  # members were cut: not everywhere is known what they added
        was = was.minimum(own.maximum(0))
    now = now.multiply((there + (now > offered)) > 0)  # what offers less than before stays cut
    changed = sp.csr_array(own - was + now)
    changed.data[np.abs(changed.data) < NOTHING * np.abs(own.data).max(initial=0)] = 0
    changed.eliminate_zeros()
    cut = rows.cut_apart(changed, ~known, entry.kept, entry.kept_new)
    whole = rows.replaced(scorer.rows, touched, cut)
    by_content = scorer.by_content
    if by_content is not None:
        before_it, added, taken, all_of_it = (_among_known(m, known) for m in (own, now, was, cut))
        by_content = by_content.copy()
        parts = by_content[touched] * before_it - taken + added
        share = np.divide(parts, all_of_it, out=np.ones_like(parts), where=all_of_it > 0)
        by_content[touched] = np.clip(share, 0, 1)
    return replace(scorer, rows=whole, by_content=by_content, entry=entry)


def _among_known(some: sp.csr_array, known: Mask) -> Floats:
    """Return what rows say of known items altogether, whatever its sign, float32 (m,)."""
    found: Floats = abs(sp.csr_array(some)) @ known.astype(np.float32)
    return found


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
