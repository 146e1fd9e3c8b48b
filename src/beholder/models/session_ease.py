"""Session EASE: what comes next, regressed in closed form on what was near it.

Each event is a target; its source is the rest of the person's sequence nearby, weighted by
distance in rank and time, later events less, a basket both ways. With S the sources (one row
an event) and T the targets, B = (S'S + lambda I)^-1 (S'T - diag). EASE explains away what
popular items share, the session weights keep what order and time tell; together they beat
either (Choi et al., WWW 2021, SLIST, whose closed form this is, with targets of one event).
"""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec
import numpy as np
import scipy.sparse as sp

from beholder.dataset.dataset import Dataset
from beholder.dataset.interactions import Interactions
from beholder.models.contract import BEHAVIOUR, CONTENT, ONCE, WARM, Card, FitOptions
from beholder.models.dense import DENSE_LIMIT, invert, solvable
from beholder.models.ease import Content, add_content, content_of
from beholder.models.session import SessionSettings, nearby
from beholder.scorers import rows
from beholder.scorers.interface import Floats
from beholder.scorers.item_item import KEPT, ItemItem
from beholder.scorers.recency import Recency

FULL = 0.04  # share of entries above which a dense product is the quicker one


class SessionEaseSettings(SessionSettings, frozen=True):
    """Settings of `SessionEase`; the session's, and:

    Attributes
    ----------
    regularization
        lambda.
    source_power
        Each source is divided by its sum to this power, so that long ones do not dominate.
    pictures, words
        Weights of picture and word similarity, added to both matrices as in content EASE.
    dense_limit
        Most items that one dense solve may hold.
    """

    regularization: float = 30.0
    source_power: float = 0.5
    pictures: float = 0.0
    words: float = 0.0
    dense_limit: int = DENSE_LIMIT


class SessionEase:
    """The closed form, in float32 by Cholesky, over at most `dense_limit` items."""

    Settings: ClassVar[type[msgspec.Struct]] = SessionEaseSettings
    card: ClassVar[Card] = Card(
        "session-ease",
        "Choi et al., WWW 2021",
        BEHAVIOUR,
        WARM,
        "solve",
        (
            SessionEaseSettings(pictures=4.0, words=4.0),
            SessionEaseSettings(regularization=100.0),
            SessionEaseSettings(regularization=60.0, pictures=8.0, words=8.0, window=40),
            SessionEaseSettings(),
            SessionEaseSettings(regularization=300.0, window=40),
        ),
        also=CONTENT,
    )

    @classmethod
    def fit(cls, dataset: Dataset, settings: Any, options: FitOptions = ONCE) -> ItemItem:
        """Return B over the items with behaviour, the busiest if they are too many."""
        pairs = dataset.interactions
        kept = solvable(dataset, settings.dense_limit)
        targets = sp.csr_array(
            (np.ones(len(pairs), np.float32), (np.arange(len(pairs)), pairs.items)),
            shape=(len(pairs), pairs.n_items),
        )
        sources = source_rows(pairs, settings)[:, kept]
        content = content_of(dataset, settings, kept)
        solved = regress(sources, targets[:, kept], content, settings.regularization)
        spread = rows.spread(rows.cut(solved, KEPT), kept, dataset.n_items)
        return ItemItem(spread, Recency(settings.decay))


def source_rows(pairs: Interactions, settings: Any) -> sp.csr_array:
    """Return what stood near each event, float32 sparse (n_events, n_items)."""
    event, item, value = [], [], []
    for early, late, forward, back in nearby(pairs, settings):
        event += [late, early]
        item += [pairs.items[early], pairs.items[late]]
        value += [forward * pairs.weights[early], back * pairs.weights[late]]
    shape = (len(pairs), pairs.n_items)
    if not event:
        return sp.csr_array(shape, dtype=np.float32)
    index = (np.concatenate(event), np.concatenate(item))
    found = sp.csr_array((np.concatenate(value).astype(np.float32), index), shape=shape)
    sums = np.maximum(np.asarray(found.sum(axis=1)).ravel(), 1e-6)
    scale = (sums**-settings.source_power).astype(np.float32)
    return sp.csr_array(sp.diags_array(scale) @ found)


def regress(
    sources: sp.csr_array,
    targets: sp.csr_array,
    content: Content | None,
    regularization: float,
) -> Floats:
    """Return B with a zero diagonal, float32 (n, n).

    With G = S'S, content C, P = (G + C + lambda I)^-1 and A = S'T, what is solved for is
    P (A + C) = I + P (A - G) - lambda P. The last term only adds to each column a multiple of
    P's, which the zero diagonal takes away again, and so dense content is never multiplied.

    Parameters
    ----------
    sources, targets
        Sparse (n_events, n).
    content
        What similar content adds, C.
    """
    gram = sp.csr_array(sources.T @ sources)
    dense = np.asarray(gram.todense(), np.float32)
    add_content(dense, content)
    dense[np.diag_indices(len(dense))] += np.float32(regularization)
    inverse = invert(dense)
    apart = sp.csr_array(sp.csr_array(targets.T @ sources) - gram)  # (target, source)
    solved: Floats = product(apart, inverse).T
    solved[np.diag_indices(len(solved))] += 1
    ratio = (np.diag(solved) / np.diag(inverse)).astype(np.float32)
    for start in range(0, len(solved), 1024):
        solved[:, start : start + 1024] -= (
            inverse[:, start : start + 1024] * (ratio[None, start : start + 1024])
        )
    np.fill_diagonal(solved, 0)
    return np.ascontiguousarray(solved)


def product(some: sp.csr_array, dense: Floats) -> Floats:
    """Return some @ dense, by way of a dense product where few entries are zero."""
    if some.nnz > FULL * some.shape[0] * some.shape[1]:
        return np.asarray(some.todense(), np.float32) @ dense
    return np.asarray(some @ dense, np.float32)
