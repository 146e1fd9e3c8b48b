"""What is measured of a network that says how well a picture is liked, or of which class it is."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

Floats = NDArray[np.floating[Any]]
Labels = NDArray[np.int64]


def auc(scores: Floats, labels: Labels) -> float:
    """Return how often a one scores above a zero, a tie counting half; NaN without either.

    Parameters
    ----------
    scores
        Shape (n,).
    labels
        Shape (n,). 1 or 0.
    """
    ones = int(labels.sum())
    zeros = len(labels) - ones
    if not ones or not zeros:
        return float("nan")
    ranks = rankdata(scores)
    return float((ranks[labels == 1].sum() - ones * (ones + 1) / 2) / (ones * zeros))


def chosen(outputs: Floats) -> Labels:
    """Return the class that each row says, shape (n,): of one column, whether it is over a half.

    The largest of one column is always the first: it says nothing.
    """
    if outputs.shape[1] == 1:
        return (outputs[:, 0] > 0.5).astype(np.int64)
    return outputs.argmax(axis=1).astype(np.int64)


def accuracy(outputs: Floats, labels: Labels) -> float:
    """Return the share of rows that say the right class."""
    return float((chosen(outputs) == labels).mean())


def commonest(labels: Labels) -> float:
    """Return the share that whoever always says the commonest class gets right."""
    return float(np.bincount(labels).max() / len(labels))
