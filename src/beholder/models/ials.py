"""iALS: implicit matrix factorisation by alternating least squares, users by fold-in.

Hu et al., ICDM 2008; Rendle et al., RecSys 2022 for the scaling of the regularisation.
Users have no stored factors: one small solve turns a history into a vector.
"""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec
import numpy as np
import scipy.sparse as sp

from beholder.dataset.dataset import Dataset
from beholder.models.contract import BEHAVIOUR, BOTH, ONCE, Card, FitOptions
from beholder.scorers.interface import Floats
from beholder.scorers.recency import Recency
from beholder.scorers.vectors import FoldIn, Vectors


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

    Settings: ClassVar[type[msgspec.Struct]] = IALSSettings
    card: ClassVar[Card] = Card(
        "ials",
        "Hu et al., ICDM 2008; Rendle et al., RecSys 2022",
        BEHAVIOUR,
        BOTH,
        "gradient",
        (IALSSettings(),),
        factors=True,
    )

    @classmethod
    def fit(cls, dataset: Dataset, settings: Any, options: FitOptions = ONCE) -> Vectors:
        """Alternate; at the deadline the rounds done so far count."""
        matrix = dataset.interactions.matrix
        flipped = sp.csr_array(matrix.T.tocsr())
        rng = np.random.default_rng(options.seed)
        scale = 0.1 / np.sqrt(settings.factors)
        items = rng.normal(0, scale, (matrix.shape[1], settings.factors)).astype(np.float32)
        for _ in options.rounds("fitting iALS", settings.iterations):
            users = half_step(matrix, items, settings)
            items = half_step(flipped, users, settings)
        query = FoldIn(settings.unobserved, settings.regularization)
        return Vectors(items, query, Recency(settings.decay), len(items))


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
