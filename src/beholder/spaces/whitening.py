"""Raw vectors made comparable: centred, and strong directions damped as far as data allow.

Raw cosine of a network's features is ruled by a few directions that all pictures share. Full
whitening divides each direction by its deviation s_i, so that all count alike; but directions
that were learned from few items, or hold nothing but noise, then count as much as those that mean
something, and with no more items than directions every item is at right angles to every other.

So a direction of variance v is divided by sqrt(v + r) instead, a ridge as in regularised
discriminant analysis (Friedman, JASA 1989), where

    r = 10 / n  +  20 median(v)

is what cannot be told from chance: unit rows have total variance 1, which n items spread over at
most n directions even if there is nothing to see, and the median direction of a long tail is
noise. With 60 items nearly nothing is damped and the cosine is that of centred vectors; with
thousands nearly all that stands out is whitened. Five items are spent before anything is learned:
n counts from the sixth, and (n - 5) / n of the mean is taken away, so that up to five items the
cosine is the plain one.

Of the mean, too, only what stands out is taken away: next to n vectors of few numbers that all
count alike, as colours do, it is a direction like the others, and centred rows near it would point
anywhere. Where m is its squared length beside the variance about it, and v the median variance of
all directions, sqrt(2.5 v / (m + 2.5 v)) of it remains; a network's features, most of whose
directions hold next to nothing, lose it whole.

Vectors that somebody gives were made to be compared as they are: none of their directions is
damped, and what is near is what is near by plain cosine. Only its scale is made that of the others:
with c the mean cosine of two items, a cosine counts for what it is above that, (cosine - c) / (1 -
c), of which c is (n - 5) / n.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from beholder.errors import VectorsError
from beholder.spaces.modality import Modality

Vectors = NDArray[np.float32]
SAMPLE = 20_000  # vectors that statistics are learned from
SPENT = 5  # items that teach nothing
CHANCE = 10.0  # times 1 / n: how much variance a direction may owe to chance
TAIL = 20.0  # times the median variance
LIKE = 2.5  # times the median of all directions: how much of the mean may be one of them
KEPT = 256  # directions at least, and as many as hold this share of the variance
SHARE = 0.75
MOST_COMMON = 0.95  # that the mean cosine counts for, however much alike all are
SMALLEST = 1e-12  # length of a vector whose numbers still have squares
FEW = 3_000  # items up to which all are kept: what their vectors hold may lie in any direction


def unit(vectors: NDArray[np.floating[Any]]) -> Vectors:
    """Scale rows to length 1, however small or large their numbers are; zero rows stay zero."""
    rows = np.asarray(vectors, np.float32)
    with np.errstate(over="ignore", under="ignore"):
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    extreme = ((lengths < SMALLEST) | ~np.isfinite(lengths))[:, 0]
    if extreme.any():  # squares that float32 does not hold
        largest = np.abs(rows[extreme]).max(axis=1, initial=0, keepdims=True)
        rows = rows.copy()
        rows[extreme] /= np.where(largest > 0, largest, 1)
        lengths[extreme] = np.linalg.norm(rows[extreme], axis=1, keepdims=True)
    scaled: Vectors = (rows / np.maximum(lengths, SMALLEST)).astype(np.float32)
    return scaled


@dataclass(frozen=True)
class Whitening:
    """A map from raw vectors to comparable unit vectors.

    Attributes
    ----------
    mean
        float32 (dim,). What is taken away from unit rows.
    directions
        float32 (dim, k), orthonormal columns, the strongest first.
    gains
        float32 (k,), 0 to 1. What remains of each direction.
    whole
        Whether all other directions are kept as they are, in dim numbers, which is so up to `FEW`
        items; else the map has k numbers.
    common
        What any two items have in common, 0 to 1: a cosine counts for what it is above that.
    """

    mean: Vectors
    directions: Vectors
    gains: Vectors
    whole: bool
    common: float = 0.0

    @property
    def dim(self) -> int:
        """Length of a mapped vector."""
        return int(self.directions.shape[0 if self.whole else 1])

    @classmethod
    def fit(cls, modality: Modality, fitted: NDArray[np.bool_], seed: int = 0) -> Self:
        """Learn the map.

        Parameters
        ----------
        fitted
            bool (n_items,). The items that count, each once, however many vectors it owns; at
            most 20,000 vectors, drawn by seed, are read.

        Raises
        ------
        VectorsError
            If a vector is not finite.
        """
        rows, share = _sampled(modality, fitted, seed)
        n = float(share.sum())
        learned = max(0.0, n - SPENT)
        mean = np.zeros(modality.dim, np.float32)
        if not learned or modality.given:
            none = np.empty((modality.dim, 0), np.float32)
            common = _common(share @ rows / n, n) * learned / n if learned else 0.0
            return cls(mean, none, np.empty(0, np.float32), True, common)
        mean += (share @ rows / n * (learned / n)).astype(np.float32)
        rows -= mean
        rows = unit(rows) * np.sqrt(share / n)[:, None].astype(np.float32)
        spread = _spread(rows, int(n))
        mean *= 1 - _kept(mean, LIKE * spread.middle)
        whole = n <= FEW or modality.dim <= KEPT
        chance = CHANCE / learned + TAIL * spread.median
        gains = np.sqrt(chance / (spread.variances + chance)).astype(np.float32)
        return cls(mean, spread.directions, gains, whole)

    def __call__(self, raw: NDArray[np.floating[Any]]) -> Vectors:
        """Map raw vectors (m, dim) to unit vectors (m, self.dim); zero rows stay zero.

        Raises
        ------
        VectorsError
            If they have another length, or one is not finite.
        """
        if raw.ndim != 2 or raw.shape[1] != len(self.mean):
            raise VectorsError(f"vectors of {len(self.mean)} numbers are needed, not {raw.shape}")
        checked(raw)
        rows = unit(raw)
        empty = ~rows.any(axis=1)
        rows -= self.mean
        inside = rows @ self.directions
        if self.whole:  # as they are, but for what is damped
            rows += (inside * (self.gains - 1)) @ self.directions.T
        else:
            rows = inside * self.gains
        rows[empty] = 0
        return unit(rows)


def _common(mean: NDArray[np.floating[Any]], n: float) -> float:
    """Return the mean cosine of two of n unit rows with this mean, 0 to `MOST_COMMON`."""
    cosine = (n * float(mean @ mean) - 1) / (n - 1)
    return min(max(cosine, 0.0), MOST_COMMON)


def _kept(mean: Vectors, noise: float) -> np.float32:
    """Return what remains of the mean, 0 to 1, where a direction holds so much by chance."""
    square = float(mean @ mean)
    ratio = square / max(1 - square, SMALLEST)  # to what the items differ by
    return np.float32(np.sqrt(noise / max(ratio + noise, SMALLEST)))


class Spread(NamedTuple):
    """The strongest directions of rows, their variances, and two medians.

    `median` is of the variances that n items can have, at most n; `middle` is of all dim, and 0
    where the items span less than half of them.
    """

    directions: Vectors
    variances: NDArray[np.float64]
    median: float
    middle: float


def _sampled(
    modality: Modality, fitted: NDArray[np.bool_], seed: int
) -> tuple[Vectors, NDArray[np.float64]]:
    """Return unit rows of a sample of items, all rows of each, and what share each row has."""
    counts = np.where(fitted, modality.counts, 0)
    items = np.flatnonzero(counts)
    if counts.sum() > SAMPLE:
        items = np.random.default_rng(seed).permutation(items)
        enough = int(np.searchsorted(np.cumsum(counts[items]), SAMPLE, side="right"))
        items = items[: max(1, enough)]
    chosen = np.zeros(len(counts), bool)
    chosen[items] = True
    taken = np.flatnonzero(chosen[modality.owner])
    rows = unit(checked(np.asarray(modality.vectors[taken], np.float32)))
    there = rows.any(axis=1)
    owner = modality.owner[taken][there]
    return rows[there], 1.0 / np.bincount(owner, minlength=len(counts))[owner]


def _spread(rows: Vectors, n_items: int) -> Spread:
    """Decompose rows (n, dim), whose squared lengths sum to 1, of so many items."""
    from scipy.linalg import eigh, eigvalsh  # only fitting needs it, and a server starts sooner

    exact = rows.astype(np.float64)
    few = len(exact) < exact.shape[1]  # then the matrix of rows is the smaller one
    square = exact @ exact.T if few else exact.T @ exact
    every = np.maximum(eigvalsh(square), 0)
    held = np.searchsorted(every[::-1].cumsum(), SHARE * every.sum()) + 1
    kept = len(square) if n_items <= FEW else max(KEPT, int(held))
    top = (max(0, len(square) - kept), len(square) - 1)
    values, directions = eigh(square, subset_by_index=top)
    strong = values > max(values.max(), 1e-12) * 1e-7
    values, directions = values[strong][::-1], directions[:, strong][:, ::-1]
    if few:
        directions = exact.T @ directions / np.sqrt(values)
    largest = np.abs(directions).argmax(axis=0)  # fixes the signs, which are arbitrary
    directions = directions * np.sign(directions[largest, np.arange(len(values))])
    middle = np.median(np.append(every, np.zeros(exact.shape[1] - len(every))))
    directions = np.ascontiguousarray(directions, np.float32)
    return Spread(directions, values, float(np.median(every)), float(middle))


def checked(rows: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    """Return the rows, if all of their numbers are finite."""
    wrong = np.flatnonzero(~np.isfinite(rows).all(axis=1))
    if len(wrong):
        raise VectorsError(
            f"{len(wrong)} of {len(rows)} vectors are not finite, the first is number {wrong[0]}",
            remedy="encode or import them again",
        )
    return rows
