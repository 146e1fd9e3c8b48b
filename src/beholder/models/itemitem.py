"""Models whose score is a sum over the history: s(j) = sum over h of w_h rows[h, j]."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Self

import msgspec
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from beholder.behaviour.history import History
from beholder.dataset.dataset import Dataset
from beholder.index.best import best, tie_order
from beholder.models import recency, rows
from beholder.models.interface import Candidates, Content, Context, Floats, Positions, Query
from beholder.models.interface import Reasons as ReasonsTuple
from beholder.models.positions import checked
from beholder.progress import SILENT, Progress

KEPT = 500  # entries a row: ranks like the full matrix on the data this was developed on


@dataclass(frozen=True)
class ItemItem:
    """A sparse matrix from history items (rows) to candidates (columns).

    Attributes
    ----------
    rows
        float32 (n_items, n_items), sparse, without diagonal.
    decay
        Recency of the history, see `recency.by_rank`.
    """

    rows: sp.csr_array
    decay: float

    name: ClassVar[str] = ""
    Settings: ClassVar[type[msgspec.Struct]] = msgspec.Struct

    @property
    def n_items(self) -> int:
        """Number of positions."""
        return int(self.rows.shape[0])

    @cached_property
    def _ties(self) -> NDArray[np.uint32]:
        return tie_order(self.n_items)

    @classmethod
    def fit(
        cls,
        dataset: Dataset,
        settings: Any,
        seed: int = 0,
        progress: Progress = SILENT,
        deadline: float | None = None,
    ) -> Self:
        """Learn the rows; each model has its own `learn`."""
        learned = cls.learn(dataset, settings)
        return cls(rows.cut(learned, KEPT), settings.decay)

    @classmethod
    def learn(cls, dataset: Dataset, settings: Any) -> Any:
        """Return the matrix (n_items, n_items), dense or sparse, diagonal zero."""
        raise TypeError(f"{cls.__name__} has no rule to learn by")

    def query(self, history: History, context: Context) -> Query:
        """Keep the known items with their weights and recency."""
        known = history.within(self.n_items)
        return Query(known.items, recency.by_rank(known, self.decay))

    def all_scores(self, query: Query) -> Floats:
        """Return the score of every position, float32 (n_items,)."""
        columns, values, lengths = rows.gather(self.rows, query.items)
        weighted = values * np.repeat(query.weights, lengths)
        return np.bincount(columns, weighted, minlength=self.n_items).astype(np.float32)

    def retrieve(self, query: Query, k: int, allowed: NDArray[np.bool_] | None) -> Candidates:
        """Return the best `k` among the allowed that have a positive score."""
        scores = self.all_scores(query)
        masked = np.where(scores > 0, scores, -np.inf)
        masked[query.items] = -np.inf
        if allowed is not None:
            masked[~allowed] = -np.inf
        positions = best(masked, k, self._ties)
        return Candidates(positions, scores[positions])

    def score(self, query: Query, positions: Positions) -> Floats:
        """Score candidates."""
        return self.all_scores(query)[checked(positions, self.n_items)]

    def reasons(self, query: Query, position: int) -> ReasonsTuple:
        """Split a score; exact, since it is a sum."""
        checked(np.array([position]), self.n_items)
        columns, values, lengths = rows.gather(self.rows, query.items)
        hit = np.where(columns == position, values, np.float32(0))
        owner = np.repeat(np.arange(len(query.items)), lengths)
        shares = np.bincount(owner, hit, minlength=len(query.items)).astype(np.float32)
        return ReasonsTuple(0.0, shares * query.weights, True)

    def place(self, content: Content) -> ItemItem:
        """Add items that score like the mean of their neighbours, and count like it too."""
        mix = neighbour_mix(content, self.n_items)
        columns = sp.csr_array(self.rows @ mix.T)
        below = sp.csr_array(mix @ self.rows)
        corner = sp.csr_array(mix @ columns).tolil()
        corner.setdiag(0)
        grown = sp.block_array([[self.rows, columns], [below, corner.tocsr()]], format="csr")
        return type(self)(rows.cut(grown, KEPT), self.decay)

    def save(self, folder: Path) -> None:
        """Write `rows.safetensors` with the settings in its header."""
        rows.save(self.rows, folder / "rows.safetensors", _Facts(self.decay))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open what `save` wrote."""
        path = folder / "rows.safetensors"
        facts = msgspec.json.decode(rows.read_facts(path), type=_Facts)
        return cls(rows.load(path), facts.decay)


class _Facts(msgspec.Struct):
    decay: float


def neighbour_mix(content: Content, n_items: int) -> sp.csr_array:
    """Return content neighbours as a sparse matrix, float32 (n, n_items)."""
    known = content.neighbours >= 0
    row = np.repeat(np.arange(len(content.neighbours)), known.sum(axis=1))
    values = content.shares[known].astype(np.float32)
    shape = (len(content.neighbours), n_items)
    return sp.csr_array((values, (row, content.neighbours[known])), shape=shape)
