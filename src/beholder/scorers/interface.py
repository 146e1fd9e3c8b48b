"""What every scorer can do. `beholder.testing.scorer_checks` holds them to it, inside of a blend.

What learns and what answers are two things: a model is fitted and gives a scorer, and bundle and
engine know scorers alone. A scorer never changes. It knows no users: it is asked with histories,
so that a new visitor and a click of one second ago are answered by the same code as anybody else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from beholder.behaviour.histories import Histories
from beholder.behaviour.history import History
from beholder.scorers.recency import Recency
from beholder.spaces import Space

Floats = NDArray[np.float32]
Positions = NDArray[np.int32]
Places = NDArray[np.int64]
Mask = NDArray[np.bool_]
Cosines = Callable[[Places], Floats]


class Query(NamedTuple):
    """What one history, or m of them, mean to a scorer.

    Attributes
    ----------
    items, weights
        int32, float32 (h,). Known positions with their recency, one history after the other.
    indptr
        int64 (m + 1,). Where each history begins.
    vectors
        float32 (m, d) for each factor model: people in its space.
    among_new
        float32 (h,). The weights where items without behaviour are scored; None: the same.
    age
        int32 (h,). Moments since, 0 for the newest; None: no scorer reads it.
    """

    items: Positions
    weights: Floats
    indptr: Places
    vectors: tuple[Floats, ...] = ()
    among_new: Floats | None = None
    age: Positions | None = None

    @property
    def m(self) -> int:
        """Number of histories."""
        return len(self.indptr) - 1

    def matrix(self, n_items: int) -> sp.csr_array:
        """Return the histories as float32 sparse (m, n_items)."""
        return self._matrix(self.weights, n_items)

    def matrix_among_new(self, n_items: int) -> sp.csr_array | None:
        """Return them as they count where items without behaviour are scored; None: the same."""
        return None if self.among_new is None else self._matrix(self.among_new, n_items)

    def _matrix(self, weights: Floats, n_items: int) -> sp.csr_array:
        # With another type of number than theirs, a product would copy the model's rows each time.
        indptr = self.indptr.astype(np.int32)
        return sp.csr_array((weights, self.items, indptr), shape=(self.m, n_items))


class Best(NamedTuple):
    """The best of some positions.

    Attributes
    ----------
    positions, scores
        int32, float32 (k,). Best first, ties in a seeded order.
    rest
        Nothing that was allowed and left out scores more.
    """

    positions: Positions
    scores: Floats
    rest: float


class Shares(NamedTuple):
    """Scores split over a history: base + sum of shares = score.

    Attributes
    ----------
    base
        float32 (k,). What the history does not account for.
    values
        float32 (k, h).
    additive
        Whether taking an item out of the history takes exactly its share away, the weights of
        the others and the base held fixed.
    """

    base: Floats
    values: Floats
    additive: bool


@dataclass(frozen=True)
class NewItems:
    """Items without behaviour, as scorers take them in: one way in training and at run time.

    Attributes
    ----------
    positions
        int64 (m,), rising. Those below `n_items` are there already and are filled, as held-out
        items are in training; from `n_items` on they are appended.
    cosines
        By modality: float32 (b, n_items) of b of the new items with those there are, at least 0.
    similar
        The same for all modalities together, as the similarity of the catalogue weighs them.
    groups
        int32 (m,) of the new items and int32 (n_items,) of those there are: variants of one
        product share a number; -1: none is known.
    known
        bool (n_items,). Items with behaviour, which new ones are placed among.
    spaces
        What is known of all items, new ones among them, by modality: what learned metrics map.
    near
        The known items that were found nearest to new ones so far, and how near the first is beside
        the nearest of all, by the first of a block and its height: most of the work, and the same
        for every scorer.
    """

    positions: Places
    cosines: Mapping[str, Cosines]
    similar: Cosines
    groups: tuple[Positions, Positions]
    known: Mask
    spaces: Mapping[str, Space] = field(default_factory=dict)
    near: dict[tuple[int, int], tuple[sp.csr_array, Floats]] = field(default_factory=dict)

    def filled(self, n_items: int) -> bool:
        """Whether these items are there already."""
        return bool(len(self.positions) and self.positions[0] < n_items)


class Scorer(Protocol):
    """Scores of `n_items` positions for any history."""

    @property
    def n_items(self) -> int:
        """Number of positions."""

    def ask(self, history: History | Histories, recency: Recency | None = None) -> Query:
        """Say what one history, or thousands, mean to this scorer.

        Parameters
        ----------
        recency
            None: the scorer's own.
        """

    def scores(self, query: Query) -> Floats:
        """Score every position for every history, float32 (m, n_items)."""

    def grown(self, new: NewItems) -> Self:
        """Return a scorer that knows new items by their content, as candidates and as history."""
