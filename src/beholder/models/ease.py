"""EASE and content EASE: a linear autoencoder in closed form.

B = I - P diag(1 / diag P), P = (G + lambda I)^-1, G = X'X (Steck, WWW 2019). Content EASE
adds the similarity of pictures and words to G, as if similar items had been liked together,
which lifts sparse catalogues (related: Jeunen et al., RecSys 2020, closed-form side
information).

Above `dense_limit` items the matrix is never formed: items with the fewest people are left
to the models that can place them, and the others are solved exactly.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.linalg import lapack

from beholder.dataset.dataset import Dataset
from beholder.errors import DataError
from beholder.models import rows
from beholder.models.itemitem import KEPT, ItemItem

DENSE_LIMIT = 20_000


class EaseSettings(msgspec.Struct, frozen=True):
    """Settings of `Ease`.

    Attributes
    ----------
    regularization
        lambda, added to the diagonal of G.
    user_power
        Each user's row is divided by its length to this power before G is formed.
    decay
        Recency of the history.
    dense_limit
        Most items that one dense solve may hold (4 bytes times its square, twice).
    """

    regularization: float = 100.0
    user_power: float = 0.0
    decay: float = 0.9
    dense_limit: int = DENSE_LIMIT


class ContentEaseSettings(EaseSettings, frozen=True):
    """Settings of `ContentEase`: weights of pictures and words beside behaviour."""

    regularization: float = 20.0
    pictures: float = 4.0
    words: float = 4.0


class Ease(ItemItem):
    """The closed form, in float32 by Cholesky."""

    name = "ease"
    Settings = EaseSettings

    @classmethod
    def learn(cls, dataset: Dataset, settings: Any) -> Any:
        """Return B, dense up to `dense_limit` items, else sparse over the busiest items."""
        counts = dataset.interactions.item_counts
        if dataset.n_items <= settings.dense_limit:
            return solve(gram(dataset, settings, None), settings.regularization)
        kept = np.sort(np.argsort(-counts, kind="stable")[: settings.dense_limit])
        inner = rows.cut(solve(gram(dataset, settings, kept), settings.regularization), KEPT)
        coo = inner.tocoo()
        shape = (dataset.n_items, dataset.n_items)
        return sp.csr_array((coo.data, (kept[coo.row], kept[coo.col])), shape=shape)


class ContentEase(Ease):
    """EASE on G + p VV' + t WW', V whitened pictures, W words."""

    name = "content-ease"
    Settings = ContentEaseSettings


def gram(dataset: Dataset, settings: Any, kept: NDArray[np.int64] | None) -> NDArray[np.float32]:
    """Return G with content added, float32 (n, n), over all items or the kept ones."""
    matrix = dataset.interactions.matrix
    if settings.user_power:
        lengths = np.maximum(np.diff(matrix.indptr), 1).astype(np.float32)
        matrix = sp.csr_array(sp.diags_array(lengths ** (-settings.user_power / 2)) @ matrix)
    columns = matrix if kept is None else matrix[:, kept]
    dense = np.asarray((columns.T @ columns).todense(), dtype=np.float32)
    terms = content_terms(dataset, settings)
    add_content(dense, [(weight, v if kept is None else v[kept]) for weight, v in terms])
    return dense


def add_content(dense: NDArray[np.float32], terms: list[tuple[float, Any]]) -> None:
    """Add p VV' + t WW' to a matrix in place, in blocks of rows."""
    for weight, vectors in terms:
        for start in range(0, len(dense), 1024):
            block = vectors[start : start + 1024] @ vectors.T
            part = np.asarray(block.todense() if sp.issparse(block) else block, np.float32)
            dense[start : start + 1024] += np.float32(weight) * part


def content_terms(dataset: Dataset, settings: Any) -> list[tuple[float, Any]]:
    """Return the weighted content matrices of content EASE; none for plain EASE."""
    terms: list[tuple[float, Any]] = []
    space = dataset.content
    if getattr(settings, "pictures", 0.0) and space.main_picture is not None:
        vectors = space.main_picture.vectors.copy()
        vectors[~dataset.fitted] = 0
        terms.append((settings.pictures, vectors))
    if getattr(settings, "words", 0.0) and space.words is not None:
        fitted = sp.diags_array(dataset.fitted.astype(np.float32))
        terms.append((settings.words, sp.csr_array(fitted @ space.words.vectors)))
    return terms


def solve(g: NDArray[np.float32], regularization: float) -> NDArray[np.float32]:
    """Return B for a Gram matrix, which is overwritten."""
    g[np.diag_indices(len(g))] += np.float32(regularization)
    full = invert(g)
    diagonal = np.diag(full).copy()
    full /= -diagonal[None, :]
    np.fill_diagonal(full, 0)
    return full


def invert(g: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the inverse of a symmetric positive definite matrix, which is overwritten.

    Cholesky in float32: several times faster than a general inverse, and one matrix of
    memory instead of three.

    Raises
    ------
    DataError
        If the matrix is not positive definite (regularization far too small).
    """
    n = len(g)
    factor, failed = lapack.spotrf(g.T, lower=1, overwrite_a=1, clean=0)
    if failed:
        raise DataError(
            "a closed-form model cannot be solved: its matrix is not positive definite",
            remedy="use a larger regularization",
        )
    inverse, _ = lapack.spotri(factor, lower=1, overwrite_c=1)
    full: NDArray[np.float32] = inverse.T
    # In C order its upper triangle is filled: mirror it, block by block.
    for start in range(0, n, 1024):
        stop = min(start + 1024, n)
        upper = np.triu(full[start:stop, start:stop])
        full[start:stop, start:stop] = upper + np.triu(upper, 1).T
        full[stop:, start:stop] = full[start:stop, stop:].T
    return full
