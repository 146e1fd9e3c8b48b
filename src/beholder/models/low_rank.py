"""Item-to-item rows of which only two tables of vectors are known."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from beholder.scorers import rows
from beholder.scorers.interface import Floats, Mask
from beholder.scorers.item_item import kept_of


def low_rank(told: Floats, asked: Floats, there: Mask) -> sp.csr_array:
    """Return told asked', the largest of each row above 0, without diagonal, float32 (n, n).

    Parameters
    ----------
    told, asked
        float32 (n, d). What items say in a history, and what they are asked by.
    there
        bool (n,). Others say nothing, and nothing is said of them.
    """
    n, known = len(told), np.flatnonzero(there)
    columns, blocks = np.ascontiguousarray(asked[known].T), [sp.csr_array((0, n), dtype=np.float32)]
    step = rows.block_height(n)
    for start in range(0, n, step):
        span = np.arange(start, min(start + step, n))
        found = np.zeros((len(span), n), np.float32)
        found[:, known] = told[span] @ columns
        found[~there[span]] = 0
        found[np.arange(len(span)), span] = 0
        blocks.append(rows.most(found, kept_of(n)))
    return rows.stacked(blocks)
