"""Session EASE: what comes next, regressed in closed form on what was near it.

Each event is a target; its source is the rest of the person's sequence nearby, weighted by
distance in rank and time, later events less, a basket both ways. With S the sources (one row
an event) and T the targets, B = (S'S + lambda I)^-1 (S'T - diag). EASE explains away what
popular items share, the session weights keep what order and time tell; together they beat
either (Choi et al., WWW 2021, SLIST, whose closed form this is, with targets of one event).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp

from beholder.dataset.dataset import Dataset
from beholder.dataset.interactions import Interactions
from beholder.models import rows
from beholder.models.ease import DENSE_LIMIT, add_content, content_terms, invert
from beholder.models.interface import Floats
from beholder.models.itemitem import KEPT, ItemItem
from beholder.models.session import SessionSettings, nearby


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


class SessionEase(ItemItem):
    """The closed form, in float32 by Cholesky, over at most `dense_limit` items."""

    name = "session-ease"
    Settings = SessionEaseSettings

    @classmethod
    def learn(cls, dataset: Dataset, settings: Any) -> Any:
        """Return B, dense up to `dense_limit` items, else sparse over the busiest items."""
        pairs = dataset.interactions
        n = pairs.n_items
        kept = np.arange(n)
        if n > settings.dense_limit:
            order = np.argsort(-pairs.item_counts, kind="stable")
            kept = np.sort(order[: settings.dense_limit])
        sources = source_rows(pairs, settings)[:, kept]
        targets = sp.csr_array(
            (np.ones(len(pairs), np.float32), (np.arange(len(pairs)), pairs.items)),
            shape=(len(pairs), n),
        )[:, kept]
        terms = [
            (weight, similar if len(kept) == n else similar[kept])
            for weight, similar in content_terms(dataset, settings)
        ]
        solved = regress(sources, targets, terms, settings.regularization)
        if len(kept) == n:
            return solved
        coo = rows.cut(solved, KEPT).tocoo()
        return sp.csr_array((coo.data, (kept[coo.row], kept[coo.col])), shape=(n, n))


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
    terms: list[tuple[float, Any]],
    regularization: float,
) -> Floats:
    """Return B with a zero diagonal, float32 (n, n).

    Parameters
    ----------
    sources, targets
        Sparse (n_events, n).
    terms
        Weights and vectors (n, dim) of content similarity; their products with the inverse
        are taken factor by factor, which is cheaper than one dense product.
    """
    gram = np.asarray((sources.T @ sources).todense(), np.float32)
    add_content(gram, terms)
    gram[np.diag_indices(len(gram))] += np.float32(regularization)
    inverse = invert(gram)
    together = sp.csr_array(targets.T @ sources)  # (target, source)
    solved: Floats = np.asarray(together @ inverse, np.float32).T
    for weight, vectors in terms:
        half = np.asarray(vectors.T @ inverse, np.float32)  # (dim, n)
        for start in range(0, len(solved), 1024):
            part = np.float32(weight) * (vectors[start : start + 1024] @ half)
            solved[:, start : start + 1024] += np.asarray(part, np.float32).T
    ratio = (np.diag(solved) / np.diag(inverse)).astype(np.float32)
    solved -= inverse * ratio[None, :]
    np.fill_diagonal(solved, 0)
    return np.ascontiguousarray(solved)
