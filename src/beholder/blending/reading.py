"""What a ranker can read of the items of a data set."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from beholder.dataset.dataset import WORDS, Dataset
from beholder.scorers.features import Reads
from beholder.scorers.interface import Floats
from beholder.spaces.metric import strongest

DIRECTIONS = 48  # of words
SPACES, CODES, NUMBERS = 3, 8, 4  # that are read at most, so that an answer stays quick
EACH = 4  # items of one value, on the mean, from which an attribute says what an item is
FILLED = 0.5  # of the items have it


def reads_of(dataset: Dataset) -> Reads:
    """Return what can be read: of attributes those that tell most."""
    content = dataset.content
    pictures = [name for name in content.spaces if name != WORDS]
    told = {name: entropy(codes[dataset.fitted]) for name, codes in dataset.codes.items()}
    telling = sorted((name for name in told if told[name] > 0), key=lambda n: (-told[n], n))
    numbers = sorted(name for name, held in content.numbers.items() if held.spread > 0)
    variants = np.bincount(dataset.groups[dataset.groups >= 0])
    return Reads(
        tuple(pictures[:SPACES]),
        WORDS if WORDS in content.spaces else "",
        tuple(sorted(telling[:CODES])),
        tuple(numbers[:NUMBERS]),
        bool((variants > 1).any()),
    )


def entropy(codes: NDArray[np.int32]) -> float:
    """Return how much an attribute tells, in bits; 0: nothing, or a name of each item."""
    counts = np.bincount(codes[codes >= 0])
    counts = counts[counts > 0]
    n = int(counts.sum())
    if len(counts) < 2 or n < FILLED * len(codes) or n < EACH * len(counts):
        return 0.0
    shares = counts / n
    return float(-(shares * np.log2(shares)).sum())


def directions_of(dataset: Dataset, reads: Reads, seed: int) -> Floats:
    """Return along which directions words are compared, float32 (terms, d)."""
    if not reads.words:
        return np.empty((0, 0), np.float32)
    space = dataset.content.spaces[reads.words]
    known = np.flatnonzero(dataset.fitted & space.present)
    return strongest(space.vectors[known], DIRECTIONS, seed)


def liked_of(dataset: Dataset) -> Floats:
    """Return how popular each item is, float32 (n_items + 1,), the last for what nobody touched.

    Beside the mean and in logarithms, so that more of the same behaviour changes nothing.
    """
    counts = np.append(dataset.interactions.item_counts, 0)
    mean = counts.sum() / max(dataset.n_items, 1)
    liked: Floats = np.log((1 + counts) / (1 + mean)).astype(np.float32)
    return liked
