"""Ranking metrics against scikit-learn, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import (
    average_precision_score,
    f1_score,
    label_ranking_average_precision_score,
    ndcg_score,
    precision_score,
    recall_score,
)

from beholder.evaluation import metrics

N_ITEMS = 30


def random_rankings(seed: int, n_cases: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """Return relevant (n_cases, 30) and scores without ties."""
    rng = np.random.default_rng(seed)
    relevant = rng.random((n_cases, N_ITEMS)) < 0.15
    relevant[np.arange(n_cases), rng.integers(0, N_ITEMS, n_cases)] = True
    return relevant, rng.permuted(np.tile(np.arange(N_ITEMS), (n_cases, 1)), axis=1).astype(float)


def top(relevant: np.ndarray, scores: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    order = np.argsort(-scores, axis=1)[:, :k]
    return np.take_along_axis(relevant, order, axis=1), relevant.sum(axis=1)


@pytest.mark.parametrize("k", [1, 5, 10, 30])
def test_ndcg_is_scikit_learns(k: int) -> None:
    relevant, scores = random_rankings(k)
    hits, counts = top(relevant, scores, k)
    expected = [ndcg_score([r], [s], k=k) for r, s in zip(relevant, scores, strict=True)]
    np.testing.assert_allclose(metrics.ndcg(hits, counts), expected)


@pytest.mark.parametrize("k", [1, 5, 20])
def test_precision_recall_and_f1_are_scikit_learns(k: int) -> None:
    relevant, scores = random_rankings(k)
    hits, counts = top(relevant, scores, k)
    listed = scores >= np.sort(scores, axis=1)[:, [-k]]
    pairs = list(zip(relevant, listed, strict=True))
    for metric, theirs in (
        (metrics.precision, precision_score),
        (metrics.recall, recall_score),
        (metrics.f1, f1_score),
    ):
        expected = [theirs(r, found, zero_division=0) for r, found in pairs]
        np.testing.assert_allclose(metric(hits, counts), expected)


def test_average_precision_over_the_whole_list_is_scikit_learns() -> None:
    relevant, scores = random_rankings(3)
    hits, counts = top(relevant, scores, N_ITEMS)
    expected = [average_precision_score(r, s) for r, s in zip(relevant, scores, strict=True)]
    np.testing.assert_allclose(metrics.average_precision(hits, counts), expected)


def test_reciprocal_rank_of_one_target_is_scikit_learns() -> None:
    relevant, scores = random_rankings(4)
    relevant[:] = np.eye(N_ITEMS, dtype=bool)[relevant.argmax(axis=1)]
    hits, counts = top(relevant, scores, N_ITEMS)
    expected = [
        label_ranking_average_precision_score([r], [s])
        for r, s in zip(relevant, scores, strict=True)
    ]
    np.testing.assert_allclose(metrics.reciprocal_rank(hits, counts), expected)


# Three answers of four places: the second and fourth right of three; none of one; all of six.
HITS = np.array([[0, 1, 0, 1], [0, 0, 0, 0], [1, 1, 1, 1]], bool)
COUNTS = np.array([3, 1, 6])
LOG = np.log2


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("precision", [2 / 4, 0, 1]),
        ("recall", [2 / 3, 0, 4 / 6]),
        ("f1", [2 * (1 / 2) * (2 / 3) / (1 / 2 + 2 / 3), 0, 2 * (4 / 6) / (1 + 4 / 6)]),
        ("hr", [1, 0, 1]),
        ("map", [(1 / 2 + 2 / 4) / 3, 0, 1]),
        ("mrr", [1 / 2, 0, 1]),
        ("ndcg", [(1 / LOG(3) + 1 / LOG(5)) / (1 + 1 / LOG(3) + 1 / LOG(4)), 0, 1]),
    ],
)
def test_metrics_by_hand(name: str, expected: list[float]) -> None:
    np.testing.assert_allclose(metrics.METRICS[name](HITS, COUNTS), expected)
