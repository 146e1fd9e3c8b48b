"""How good predictions are: of a chance, of a share, of a class, or of who stands above whom.

One implementation for networks, heads and evaluations. Losses are of each example, so that their
means and their errors over people can both be taken.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Labels = NDArray[np.int64]


def auc(scores: Floats, labels: Labels | NDArray[np.bool_]) -> float:
    """Return how often a one scores above a zero, a tie counting half; NaN without either.

    The area under the ROC curve, as Mann and Whitney's U over ones times zeros (Hanley and
    McNeil, Radiology 1982).

    Parameters
    ----------
    scores
        Shape (n,).
    labels
        Shape (n,). 1 or 0.
    """
    there = labels == 1
    ones, zeros = scores[there], np.sort(scores[~there])
    if not len(ones) or not len(zeros):
        return float("nan")
    below = zeros.searchsorted(ones, side="left") + zeros.searchsorted(ones, side="right")
    return float(below.mean(dtype=np.float64) / (2 * len(zeros)))


def log_losses(log_odds: Floats, labels: Floats) -> Floats:
    """Return - y log p - (1 - y) log (1 - p) of each, p = 1 / (1 + exp(-f)), at any f.

    Parameters
    ----------
    log_odds, labels
        f and y, of one shape; y within 0 and 1, NaN where nothing was observed: so is its loss.
    """
    found: Floats = np.logaddexp(0, log_odds) - log_odds * labels
    return found


def squared_errors(said: Floats, observed: Floats) -> Floats:
    """Return the squared difference of each; its mean is the MSE, of chances the Brier score."""
    found: Floats = (said - observed) ** 2
    return found


def absolute_errors(said: Floats, observed: Floats) -> Floats:
    """Return the absolute difference of each; its mean is the MAE."""
    found: Floats = np.abs(said - observed)
    return found


def chosen(outputs: Floats) -> Labels:
    """Return the class that each row says, shape (n,): of one column, whether it is over a half.

    The largest of one column is always the first: it says nothing. Of equal columns it is the
    first.
    """
    if outputs.shape[1] == 1:
        return (outputs[:, 0] > 0.5).astype(np.int64)
    found: Labels = outputs.argmax(axis=1).astype(np.int64)
    return found


def accuracy(outputs: Floats, labels: Labels) -> float:
    """Return the share of rows that say the right class; NaN without rows."""
    return float((chosen(outputs) == labels).mean()) if len(labels) else float("nan")


def commonest(labels: Labels) -> float:
    """Return the share that whoever always says the commonest class gets right."""
    return float(np.bincount(labels).max() / len(labels))
