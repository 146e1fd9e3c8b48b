"""AUC of each case: how often a right answer scores above another item that could have been shown.

It reads every score, not only the first places; of the model alone, before stages move anything.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from beholder.bundle.parts import Parts
from beholder.dataset.splits import Split
from beholder.engine.allowed import allowed
from beholder.engine.engine import Engine
from beholder.measures import auc

AT_ONCE = 4_000_000  # scores that are held at the same time


def areas(parts: Parts, split: Split) -> NDArray[np.float64]:
    """Return the AUC of each case, float64 (cases,), a tie counting half.

    Compared are all items that may be recommended there: of the pool, shown, and not masked by
    the history. A right answer that may not be recommended is below all of them. NaN where
    nothing but right answers could be.
    """
    view = Engine(parts).now_showing
    cases, blend = split.cases, view.blend
    found = np.full(len(cases), np.nan)
    step = max(1, AT_ONCE // max(blend.n_items, 1))
    for start in range(0, len(cases), step):
        some = cases.histories.take(np.arange(start, min(start + step, len(cases))))
        query = blend.ask(some)
        known = np.diff(query.indptr) > 0
        for place, scores in enumerate(blend.scores(query)):
            own = scores if known[place] else view.strangers.copy()
            able = allowed(view, some[place], ()) & split.pool
            right = np.zeros(len(own), bool)
            right[cases.target(start + place)] = True
            own[right & ~able] = -np.inf
            asked = able | right
            found[start + place] = auc(own[asked], right[asked])
    return found
