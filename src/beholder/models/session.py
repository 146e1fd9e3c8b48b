"""Session item-kNN: what was liked close together in one person's sequence.

Co-occurrence inside a window, weighted by nearness in rank and in time; what came later
counts more than what came before; a basket counts both ways, since its order is unknown.
After Garg et al., SIGIR 2019 (STAN) and Ludewig and Jannach, 2018, reduced to item-item rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import msgspec
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from beholder.dataset.dataset import Dataset
from beholder.dataset.interactions import Interactions
from beholder.models.contract import BEHAVIOUR, ONCE, WARM, Card, FitOptions
from beholder.scorers import rows
from beholder.scorers.interface import Floats
from beholder.scorers.item_item import KEPT, ItemItem
from beholder.scorers.recency import Recency

DAY = 86_400_000


class SessionSettings(msgspec.Struct, frozen=True):
    """Settings of `Session`.

    Attributes
    ----------
    window
        Pairs up to this many events apart.
    half_life_days
        Pairs this far apart in time count half.
    step
        Factor for each further event between two.
    backward
        Weight of an earlier item as a candidate.
    shrink
        Added to row and column sums.
    decay
        Recency of the history.
    """

    window: int = 20
    half_life_days: float = 30.0
    step: float = 0.95
    backward: float = 0.5
    shrink: float = 10.0
    decay: float = 0.8


class Session:
    """c_ij / sqrt((r_i + shrink)(c_j + shrink)), r and c being row and column sums."""

    Settings: ClassVar[type[msgspec.Struct]] = SessionSettings
    card: ClassVar[Card] = Card(
        "session",
        "Garg et al., SIGIR 2019",
        BEHAVIOUR,
        WARM,
        "light",
        (
            SessionSettings(),
            SessionSettings(window=40),
            SessionSettings(half_life_days=3.0),
            SessionSettings(shrink=3.0),
        ),
    )

    @classmethod
    def fit(cls, dataset: Dataset, settings: Any, options: FitOptions = ONCE) -> ItemItem:
        """Return normalised co-occurrence, the largest of each row."""
        learned = together(dataset.interactions, settings)
        return ItemItem(rows.cut(learned, KEPT), Recency(settings.decay))


def together(pairs: Interactions, settings: SessionSettings) -> sp.csr_array:
    """Return normalised co-occurrence of every two items near each other."""
    shape = (pairs.n_items, pairs.n_items)
    total = sp.csr_array(shape, dtype=np.float32)
    for early, late, forward, back in nearby(pairs, settings):
        both = pairs.weights[early] * pairs.weights[late]
        index = (pairs.items[early], pairs.items[late])
        total = total + sp.csr_array((forward * both, index), shape=shape)
        total = total + sp.csr_array((back * both, index[::-1]), shape=shape)
    total = sp.csr_array(total)
    total.setdiag(0)
    total.eliminate_zeros()
    r = np.asarray(total.sum(axis=1)).ravel() + settings.shrink
    c = np.asarray(total.sum(axis=0)).ravel() + settings.shrink
    row = np.repeat(np.arange(shape[0]), np.diff(total.indptr))
    total.data = (total.data / np.sqrt(r[row] * c[total.indices])).astype(np.float32)
    return total


def nearby(
    pairs: Interactions, settings: SessionSettings
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], Floats, Floats]]:
    """Yield, gap by gap, the events of one person near each other.

    Yields
    ------
    Rows of the earlier and the later event, and the float32 weights of the earlier one for
    predicting the later, and of the later one for predicting the earlier.
    """
    for gap in range(1, settings.window + 1):
        early = np.flatnonzero(pairs.users[gap:] == pairs.users[:-gap])
        if not len(early):
            return
        late = early + gap
        apart = (pairs.times[late] - pairs.times[early]).astype(np.float64)
        near = settings.step ** (gap - 1) * 2.0 ** (-apart / (settings.half_life_days * DAY))
        back = np.where(apart == 0, near, near * settings.backward)
        yield early, late, near.astype(np.float32), back.astype(np.float32)
