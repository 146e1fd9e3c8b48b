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

from beholder.dataset.dataset import Dataset
from beholder.dataset.interactions import Interactions
from beholder.models.contract import BEHAVIOUR, ONCE, WARM, Card, FitOptions
from beholder.models.spans import ENTRIES, spans
from beholder.scorers import rows
from beholder.scorers.interface import Floats, Places
from beholder.scorers.item_item import ItemItem, kept_of
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
        largest, found = kept_of(dataset.n_items), together(dataset.interactions, settings)
        blocks = [rows.cut(block, largest) for block in found]
        return ItemItem(rows.stacked(blocks), Recency(settings.decay))


def together(
    pairs: Interactions, settings: SessionSettings, most: int = ENTRIES
) -> Iterator[sp.csr_array]:
    """Yield normalised co-occurrence of every two items near each other, in blocks of rows.

    Parameters
    ----------
    most
        Entries of a block.
    """
    c = _column_sums(pairs, settings) + np.float32(settings.shrink)
    order = np.argsort(pairs.items, kind="stable")
    bounds = np.concatenate([[0], np.cumsum(pairs.item_counts)])
    for span in spans(2 * settings.window * pairs.item_counts, most):
        total = _near(pairs, np.sort(order[bounds[span.start] : bounds[span.stop]]), span, settings)
        r = np.asarray(total.sum(axis=1)).ravel() + np.float32(settings.shrink)
        total.data /= np.sqrt(r.repeat(np.diff(total.indptr)) * c[total.indices])
        yield total


def _column_sums(pairs: Interactions, settings: SessionSettings) -> Floats:
    """Return how much others say of each item, float32 (n_items,)."""
    found = np.zeros(pairs.n_items)
    for early, late, forward, back in nearby(pairs, settings):
        both = pairs.weights[early] * pairs.weights[late]
        found += np.bincount(pairs.items[late], forward * both, pairs.n_items)
        found += np.bincount(pairs.items[early], back * both, pairs.n_items)
    return found.astype(np.float32)


def _near(
    pairs: Interactions, events: Places, span: slice, settings: SessionSettings
) -> sp.csr_array:
    """Return co-occurrence of the items of a span with all, float32 sparse (span, n_items).

    Parameters
    ----------
    events
        Those of the span's items, rising.
    """
    shape = (span.stop - span.start, pairs.n_items)
    total = sp.csr_array(shape, dtype=np.float32)
    for gap in range(1, settings.window + 1):
        early, late = _followed(pairs, events, gap), _followed(pairs, events, -gap)
        forward, _ = _nearness(pairs, early, gap, settings)
        _, back = _nearness(pairs, late - gap, gap, settings)
        for own, others, near in ((early, early + gap, forward), (late, late - gap, back)):
            both = pairs.weights[own] * pairs.weights[others]
            index = (pairs.items[own] - span.start, pairs.items[others])
            total = total + sp.csr_array((near * both, index), shape=shape)
    return sp.csr_array(total)


def _followed(pairs: Interactions, events: Places, gap: int) -> Places:
    """Return those events after which, or before which, the same person had one, so far apart."""
    events = events[(events + gap >= 0) & (events + gap < len(pairs))]
    found: Places = events[pairs.users[events] == pairs.users[events + gap]]
    return found


def nearby(
    pairs: Interactions, settings: SessionSettings
) -> Iterator[tuple[Places, Places, Floats, Floats]]:
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
        yield early, early + gap, *_nearness(pairs, early, gap, settings)


def _nearness(
    pairs: Interactions, early: Places, gap: int, settings: SessionSettings
) -> tuple[Floats, Floats]:
    """Return what earlier events count for those so far after them, and these for the earlier."""
    late = early + gap
    apart = (pairs.times[late] - pairs.times[early]).astype(np.float64)
    near = settings.step ** (gap - 1) * 2.0 ** (-apart / (settings.half_life_days * DAY))
    back = np.where(apart == 0, near, near * settings.backward)
    return near.astype(np.float32), back.astype(np.float32)
