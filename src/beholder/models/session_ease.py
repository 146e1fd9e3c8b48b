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
from beholder.models.spans import spans
from beholder.scorers import rows
from beholder.scorers.interface import Floats, Places
from beholder.scorers.item_item import ItemItem, kept_of
from beholder.scorers.recency import Recency

FULL = 0.04  # share of entries above which a dense product is the quicker one
ENTRIES = 6_000_000  # sources that are read at a time: their products are many times as many
STEP = 1024  # rows that are worked on at a time
WHOLE = 10_000  # rows that are multiplied at once, if there are no more


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
        kept = solvable(dataset, settings.dense_limit)
        gram, apart = grams(dataset.interactions, settings, kept)
        content = content_of(dataset, settings, kept)
        solved = regress(gram, apart, content, settings.regularization)
        spread = rows.spread(rows.cut(solved, kept_of(dataset.n_items)), kept, dataset.n_items)
        return ItemItem(spread, Recency(settings.decay))


def grams(
    pairs: Interactions, settings: Any, kept: Places, most: int = ENTRIES
) -> tuple[Floats, Floats]:
    """Return S'S and, by target and source, T'S - S'S of some items, both float32 (kept, kept).

    Parameters
    ----------
    most
        Sources of the people that are read at a time.
    """
    gram, apart = (np.zeros((len(kept), len(kept)), np.float32) for _ in range(2))
    for people in spans(2 * settings.window * np.diff(pairs.indptr), most):
        some = pairs.of(people)
        sources = source_rows(some, settings)[:, kept]
        targets = sp.csr_array(
            (np.ones(len(some), np.float32), (np.arange(len(some)), some.items)),
            shape=(len(some), some.n_items),
        )[:, kept]
        own = sp.csr_array(sources.T @ sources)
        _add(gram, own)
        _add(apart, sp.csr_array(sp.csr_array(targets.T @ sources) - own))
    return gram, apart


def _add(dense: Floats, some: sp.csr_array) -> None:
    """Add a sparse matrix to a dense one in place, in blocks of rows."""
    for start in range(0, len(dense), STEP):
        span = slice(start, start + STEP)
        dense[span] += some[span].toarray()


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


def regress(gram: Floats, apart: Floats, content: Content | None, regularization: float) -> Floats:
    """Return B with a zero diagonal, float32 (n, n); what is given is overwritten.

    With G = S'S, content C, P = (G + C + lambda I)^-1 and A = S'T, what is solved for is
    P (A + C) = I + P (A - G) - lambda P. The last term only adds to each column a multiple of
    P's, which the zero diagonal takes away again, and so dense content is never multiplied.

    Parameters
    ----------
    gram, apart
        float32 (n, n). G and (A - G)'.
    content
        What similar content adds, C.
    """
    add_content(gram, content)
    gram[np.diag_indices(len(gram))] += np.float32(regularization)
    inverse = invert(gram)
    flipped = product(apart, inverse)  # (target, source), as P is its own transpose
    flipped[np.diag_indices(len(flipped))] += 1
    ratio = (np.diag(flipped) / np.diag(inverse)).astype(np.float32)
    for start in range(0, len(flipped), STEP):
        span = slice(start, start + STEP)
        flipped[span] -= inverse[span] * ratio[span, None]
    np.fill_diagonal(flipped, 0)
    return flipped.T


def product(some: Floats, dense: Floats) -> Floats:
    """Return some @ dense, which stands in `some`; by sparse rows where most entries are 0."""
    sparse = np.count_nonzero(some) <= FULL * some.size
    left = sp.csr_array(some) if sparse else some
    step = WHOLE if len(some) <= WHOLE and not sparse else STEP
    for start in range(0, len(some), step):
        span = slice(start, start + step)
        some[span] = left[span] @ dense
    return some
