"""A blend of one scorer alone: what is served of it."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from beholder.scorers.blend import Blend, VectorMember
from beholder.scorers.interface import Scorer
from beholder.scorers.item_item import ItemItem
from beholder.scorers.vectors import Vectors


def blend_of(scorer: Scorer) -> Blend:
    """Return a blend that scores as the scorer does; a blend as it is."""
    if isinstance(scorer, Blend):
        return scorer
    n = scorer.n_items
    nothing = np.zeros(n, np.float32)
    if isinstance(scorer, ItemItem):
        return Blend(scorer, nothing)
    assert isinstance(scorer, Vectors), "a blend serves rows and vectors alone"
    rows = ItemItem(sp.csr_array((n, n), dtype=np.float32), scorer.recency)
    return Blend(rows, nothing, vectors=(VectorMember(scorer, np.ones(n, np.float32), 1.0),))
