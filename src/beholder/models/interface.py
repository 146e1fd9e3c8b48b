"""What every recommender promises. `beholder.testing.model_checks` holds them to it.

A model is fitted once and never changes. It knows no users: it is asked with a history, so a
new visitor and a click of one second ago are answered by the same code as anybody else.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Protocol, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.history import History
from beholder.dataset.dataset import Dataset
from beholder.progress import Progress

Floats = NDArray[np.float32]
Positions = NDArray[np.int32]


class Context(NamedTuple):
    """What is known about a question besides the history.

    Attributes
    ----------
    now
        Milliseconds since 1970: the moment of the question.
    """

    now: int = 0


class Query(NamedTuple):
    """What a history means to one model.

    Attributes
    ----------
    items
        int32 (h,). Positions of the history.
    weights
        float32 (h,). Their weights with recency.
    vector
        float32 (factors,), or None: the user in the space of a factor model.
    """

    items: Positions
    weights: Floats
    vector: Floats | None = None


class Candidates(NamedTuple):
    """Positions and their scores, best first, ties broken by a seeded hash."""

    positions: Positions
    scores: Floats


class Reasons(NamedTuple):
    """Why an item has its score: base + sum of shares = score.

    Attributes
    ----------
    shares
        float32 (h,). One for each item of the history.
    exact
        Whether taking an item out of the history takes exactly its share away, the weights of
        the others held fixed; the base may change on its own.
    """

    base: float
    shares: Floats
    exact: bool


class Content(NamedTuple):
    """What is known of items that nobody has touched, from their content alone.

    Attributes
    ----------
    neighbours
        int32 (n, 20). The nearest known items; -1 where there are fewer.
    shares
        float32 (n, 20). How much each counts; rows sum to 1, or 0 where nothing is known.
    """

    neighbours: Positions
    shares: Floats


class Model(Protocol):
    """A recommender over `n_items` positions."""

    name: ClassVar[str]
    Settings: ClassVar[type[msgspec.Struct]]
    n_items: int

    @classmethod
    def fit(
        cls,
        dataset: Dataset,
        settings: Any,
        seed: int,
        progress: Progress,
        deadline: float | None,
    ) -> Self:
        """Learn from a dataset; stop early at `deadline` (of `time.monotonic`)."""

    def query(self, history: History, context: Context) -> Query:
        """Say what the history means to this model."""

    def retrieve(self, query: Query, k: int, allowed: NDArray[np.bool_] | None) -> Candidates:
        """Return the model's own best `k` among the allowed, without the history itself."""

    def score(self, query: Query, positions: Positions) -> Floats:
        """Score candidates in any order; 0: no evidence."""

    def reasons(self, query: Query, position: int) -> Reasons:
        """Split the score of one item over the history."""

    def place(self, content: Content) -> Model:
        """Return a view in which items after the last are known by their content."""

    def save(self, folder: Path) -> None:
        """Write safetensors and JSON into an existing empty folder."""

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open what `save` wrote, arrays memory-mapped."""
