"""iALS: implicit matrix factorisation by alternating least squares, users by fold-in.

Hu et al., ICDM 2008; Rendle et al., RecSys 2022 for the scaling of the regularisation.
Users have no stored factors: one small solve turns a history into a vector.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from beholder import tensors
from beholder.behaviour.history import History
from beholder.dataset.dataset import Dataset
from beholder.index.best import best, tie_order
from beholder.models import recency
from beholder.models.interface import (
    Candidates,
    Content,
    Context,
    Floats,
    Positions,
    Query,
    Reasons,
)
from beholder.models.itemitem import neighbour_mix
from beholder.models.positions import checked
from beholder.progress import SILENT, Progress


class IALSSettings(msgspec.Struct, frozen=True):
    """Settings of `IALS`.

    Attributes
    ----------
    factors
        Length of the vectors.
    unobserved
        Weight of pairs that did not happen.
    regularization
        Multiplied by (count + unobserved * other side).
    iterations
        Rounds over both sides.
    decay
        Recency of the history at fold-in.
    """

    factors: int = 64
    unobserved: float = 0.1
    regularization: float = 0.003
    iterations: int = 12
    decay: float = 0.9


class IALS:
    """score(j) = u . v_j, u = (a V'V + sum w v v' + r I)^-1 sum w v."""

    name = "ials"
    Settings = IALSSettings

    def __init__(self, items: Floats, settings: IALSSettings, n_fitted: int | None = None) -> None:
        self.items = items
        self.settings = settings
        self.n_items = len(items)
        # Placed items taught nothing: users are folded in against the fitted ones alone.
        self.n_fitted = len(items) if n_fitted is None else n_fitted
        fitted = items[: self.n_fitted]
        self.shared = settings.unobserved * (fitted.T @ fitted)

    @classmethod
    def fit(
        cls,
        dataset: Dataset,
        settings: Any,
        seed: int = 0,
        progress: Progress = SILENT,
        deadline: float | None = None,
    ) -> IALS:
        """Alternate; at the deadline the rounds done so far count."""
        matrix = dataset.interactions.matrix
        flipped = sp.csr_array(matrix.T.tocsr())
        rng = np.random.default_rng(seed)
        scale = 0.1 / np.sqrt(settings.factors)
        items = rng.normal(0, scale, (matrix.shape[1], settings.factors)).astype(np.float32)
        progress.start("iALS", settings.iterations)
        for _ in range(settings.iterations):
            users = half_step(matrix, items, settings)
            items = half_step(flipped, users, settings)
            progress.advance()
            if deadline is not None and time.monotonic() > deadline:
                break
        progress.finish()
        return cls(items, settings)

    def query(self, history: History, context: Context) -> Query:
        """Fold the history in."""
        known = history.within(self.n_items)
        weights = recency.by_rank(known, self.settings.decay)
        return Query(known.items, weights, self._fold(known.items, weights))

    def _fold(self, items: Positions, weights: Floats) -> Floats:
        vectors = self.items[items]
        ridge = self.settings.regularization * (
            len(items) + self.settings.unobserved * self.n_fitted
        )
        left = self.shared + (vectors * weights[:, None]).T @ vectors
        left[np.diag_indices(len(left))] += ridge
        right = weights @ vectors
        return np.linalg.solve(left, right).astype(np.float32)

    def all_scores(self, query: Query) -> Floats:
        """Return the score of every position."""
        assert query.vector is not None
        return np.asarray(self.items @ query.vector, np.float32)

    def retrieve(self, query: Query, k: int, allowed: NDArray[np.bool_] | None) -> Candidates:
        """Return the best `k` by inner product."""
        scores = self.all_scores(query)
        masked = np.where(scores > 0, scores, -np.inf)
        masked[query.items] = -np.inf
        if allowed is not None:
            masked[~allowed] = -np.inf
        positions = best(masked, k, tie_order(self.n_items))
        return Candidates(positions, scores[positions])

    def score(self, query: Query, positions: Positions) -> Floats:
        """Score candidates."""
        assert query.vector is not None
        # Row by row, so that the score of an item does not depend on its companions.
        vectors = self.items[checked(positions, self.n_items)]
        scores: Floats = np.einsum("nf,f->n", vectors, query.vector)
        return scores

    def reasons(self, query: Query, position: int) -> Reasons:
        """Share of an item: the score minus the score without it, for the 20 newest."""
        whole = float(self.score(query, np.array([position], np.int32))[0])
        shares = np.zeros(len(query.items), np.float32)
        for index in range(max(0, len(query.items) - 20), len(query.items)):
            keep = np.arange(len(query.items)) != index
            less = self._fold(query.items[keep], query.weights[keep])
            shares[index] = whole - float(self.items[position] @ less)
        return Reasons(whole - float(shares.sum()), shares, False)

    def place(self, content: Content) -> IALS:
        """Give new items the mean of their neighbours' factors."""
        placed = neighbour_mix(content, self.n_items) @ self.items
        both = np.concatenate([self.items, placed.astype(np.float32)])
        return IALS(both, self.settings, self.n_fitted)

    def save(self, folder: Path) -> None:
        """Write the item factors, and the settings in the header."""
        header = {"settings": msgspec.json.encode(self.settings).decode()}
        tensors.save(folder / "factors.safetensors", {"items": self.items}, header)

    @classmethod
    def load(cls, folder: Path) -> IALS:
        """Open what `save` wrote."""
        arrays, header = tensors.load(folder / "factors.safetensors")
        settings = msgspec.json.decode(header["settings"], type=IALSSettings)
        return cls(arrays["items"], settings)


def half_step(matrix: sp.csr_array, other: Floats, settings: IALSSettings) -> Floats:
    """Solve one side for the other, rows of equal length together.

    Parameters
    ----------
    matrix
        (rows, columns) weights.
    other
        (columns, factors).

    Returns
    -------
    float32 (rows, factors); rows without entries are zero.
    """
    factors = other.shape[1]
    shared = settings.unobserved * (other.T @ other)
    solved = np.zeros((matrix.shape[0], factors), np.float32)
    lengths = np.diff(matrix.indptr)
    order = np.argsort(lengths, kind="stable")
    order = order[lengths[order] > 0]
    start = 0
    while start < len(order):
        longest = lengths[order[start]]
        room = max(1, 400_000 // int(max(longest, factors) * factors))
        block = order[start : start + room]
        while lengths[block[-1]] > 2 * lengths[block[0]] + 8:  # keep padding small
            block = block[: len(block) // 2]
        start += len(block)
        width = int(lengths[block].max())
        slots = np.arange(width)[None, :]
        real = slots < lengths[block][:, None]
        where = np.where(real, matrix.indptr[block][:, None] + slots, 0)
        weights = np.where(real, matrix.data[where], 0).astype(np.float32)
        vectors = other[matrix.indices[where]]
        left = shared + np.matmul((vectors * weights[:, :, None]).transpose(0, 2, 1), vectors)
        ridge = settings.regularization * (lengths[block] + settings.unobserved * matrix.shape[1])
        left[:, np.arange(factors), np.arange(factors)] += ridge[:, None].astype(np.float32)
        right = np.einsum("blf,bl->bf", vectors, weights)
        solved[block] = np.linalg.solve(left, right[:, :, None])[:, :, 0]
    return solved
