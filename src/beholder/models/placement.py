"""Placement: an item without behaviour scores like the items that look and read like it.

Its 20 nearest known items by pictures and words, cubed and normalised, lend it the mean of
their *scores* under a model of behaviour. On film posters this gave four times the NDCG of
comparing contents with the history directly: content says which items it belongs to, and
behaviour says who likes those.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from beholder.dataset.content import ContentSpace
from beholder.dataset.dataset import Dataset
from beholder.models.interface import Content, Floats
from beholder.models.itemitem import ItemItem, neighbour_mix

NEIGHBOURS = 20


class PlacementSettings(msgspec.Struct, frozen=True):
    """Settings of `Placement`.

    Attributes
    ----------
    pictures, words
        Weights of the two cosines when neighbours are looked for.
    power
        Similarities are raised to this power before they are normalised.
    decay
        Recency of the history.
    """

    pictures: float = 1.0
    words: float = 1.0
    power: float = 3.0
    decay: float = 0.9


class Placement(ItemItem):
    """rows = base rows mixed over the content neighbours of each item without behaviour."""

    name = "placement"
    Settings = PlacementSettings

    @classmethod
    def learn(cls, dataset: Dataset, settings: Any) -> sp.csr_array:
        """Place over item-kNN rows; `over` takes any other base."""
        from beholder.models.itemknn import ItemKNN

        return placed_columns(ItemKNN.fit(dataset, ItemKNN.Settings()).rows, dataset, settings)

    @classmethod
    def over(cls, base: ItemItem, dataset: Dataset, settings: Any) -> Placement:
        """Place over the rows of a fitted model."""
        return cls(placed_columns(base.rows, dataset, settings), base.decay)


def placed_columns(base: sp.csr_array, dataset: Dataset, settings: Any) -> sp.csr_array:
    """Return rows in which only the items without behaviour have columns."""
    n = dataset.n_items
    known = (dataset.interactions.item_counts > 0) & dataset.fitted
    cold = np.flatnonzero(~known)
    content = neighbours_of_items(dataset.content, cold, known, settings)
    mix = neighbour_mix(content, n)
    spread = sp.csr_array(
        (np.ones(len(cold), np.float32), (np.arange(len(cold)), cold)), (len(cold), n)
    )
    return sp.csr_array(base @ mix.T @ spread)


def neighbours_of_items(
    space: ContentSpace, items: NDArray[np.int64], known: NDArray[np.bool_], settings: Any
) -> Content:
    """Find the content neighbours of some items among the known ones."""
    found = []
    for start in range(0, len(items), 512):
        block = items[start : start + 512]
        similar = np.zeros((len(block), len(known)), np.float32)
        if space.main_picture is not None and settings.pictures:
            vectors = space.main_picture.vectors
            similar += np.float32(settings.pictures) * np.maximum(vectors[block] @ vectors.T, 0)
        if space.words is not None and settings.words:
            similar += np.float32(settings.words) * space.words.cosines(block)
        found.append(neighbours(similar, known, settings.power))
    if not found:
        return Content(np.empty((0, NEIGHBOURS), np.int32), np.empty((0, NEIGHBOURS), np.float32))
    return Content(
        np.concatenate([part.neighbours for part in found]),
        np.concatenate([part.shares for part in found]),
    )


def neighbours(similar: Floats, known: NDArray[np.bool_], power: float = 3.0) -> Content:
    """Reduce similarities (m, n_items) to the 20 nearest known items and their shares."""
    similar = np.where(known[None, :], similar, 0)
    k = min(NEIGHBOURS, similar.shape[1])
    nearest = np.argpartition(similar, similar.shape[1] - k, axis=1)[:, similar.shape[1] - k :]
    values = np.take_along_axis(similar, nearest, axis=1) ** power
    total = values.sum(axis=1, keepdims=True)
    shares = np.divide(values, total, out=np.zeros_like(values), where=total > 0)
    near = np.where(values > 0, nearest, -1).astype(np.int32)
    missing = NEIGHBOURS - k
    if missing:
        near = np.pad(near, ((0, 0), (0, missing)), constant_values=-1)
        shares = np.pad(shares, ((0, 0), (0, missing)))
    return Content(near, shares.astype(np.float32))
