"""iALS against normal equations in double precision."""

from __future__ import annotations

import numpy as np
from small_data import random_dataset

from beholder.models.ials import IALS, IALSSettings, half_step
from beholder.models.interface import Context
from beholder.testing.model_checks import history_of, sample_dataset

SETTINGS = IALSSettings(factors=8, unobserved=0.2, regularization=0.01, decay=0.7)


def solve_one(
    vectors: np.ndarray, items: np.ndarray, weights: np.ndarray, settings: IALSSettings
) -> np.ndarray:
    """u = (a V'V + sum w v v' + r I)^-1 sum w v, with r = reg (count + a n)."""
    v = vectors.astype(np.float64)
    own, w = v[items], weights.astype(np.float64)
    ridge = settings.regularization * (len(items) + settings.unobserved * len(v))
    left = settings.unobserved * v.T @ v + (own.T * w) @ own + ridge * np.eye(v.shape[1])
    return np.linalg.solve(left, own.T @ w)


def test_fold_in_is_the_solution_of_the_normal_equations() -> None:
    model = IALS.fit(random_dataset(), SETTINGS, seed=3)
    history = history_of([2, 7, 11, 5], [1000, 2000, 2000, 3000])
    recent = history.weights * np.array([0.49, 0.7, 0.7, 1.0])
    expected = solve_one(model.items, history.items, recent, SETTINGS)
    query = model.query(history, Context())
    np.testing.assert_allclose(query.vector, expected, rtol=1e-4, atol=1e-5)
    scores = model.score(query, np.arange(18, dtype=np.int32))
    np.testing.assert_allclose(scores, model.items @ expected, rtol=1e-4, atol=1e-5)


def test_half_a_step_solves_every_row_however_long() -> None:
    matrix = random_dataset(1).interactions.matrix
    other = np.random.default_rng(5).normal(size=(18, 8)).astype(np.float32)
    solved = half_step(matrix, other, SETTINGS)
    for row in range(matrix.shape[0]):
        span = slice(matrix.indptr[row], matrix.indptr[row + 1])
        expected = solve_one(other, matrix.indices[span], matrix.data[span], SETTINGS)
        np.testing.assert_allclose(solved[row], expected, rtol=1e-3, atol=1e-5)


def test_rounds_lower_the_loss() -> None:
    dataset = sample_dataset()
    x = dataset.interactions.matrix.todense().astype(np.float64)

    def loss(rounds: int) -> float:
        settings = IALSSettings(factors=8, iterations=rounds)
        items = IALS.fit(dataset, settings, seed=1).items.astype(np.float64)
        users = half_step(dataset.interactions.matrix, items.astype(np.float32), settings)
        predicted = users @ items.T
        return float((x * (1 - predicted) ** 2).sum() + 0.1 * (predicted**2).sum())

    assert loss(12) < loss(3) < loss(1)


def test_items_that_nobody_touched_have_no_score() -> None:
    model = IALS.fit(random_dataset(), SETTINGS, seed=3)
    query = model.query(history_of([2, 7]), Context())
    np.testing.assert_array_equal(model.score(query, np.array([16, 17], np.int32)), 0)


def test_a_share_is_the_score_minus_the_score_without() -> None:
    model = IALS.fit(sample_dataset(), SETTINGS, seed=3)
    query = model.query(history_of(list(range(0, 50, 2))), Context())
    reasons = model.reasons(query, 33)
    assert not reasons.exact
    np.testing.assert_array_equal(reasons.shares[:5], 0)  # only the 20 newest are asked
    keep = np.arange(25) != 24
    less = solve_one(model.items, query.items[keep], query.weights[keep], SETTINGS)
    whole = solve_one(model.items, query.items, query.weights, SETTINGS)
    expected = float(model.items[33] @ (whole - less))
    assert abs(reasons.shares[24] - expected) < 1e-4


def test_placed_items_get_the_mean_of_their_neighbours() -> None:
    from beholder.models.interface import Content

    model = IALS.fit(random_dataset(), SETTINGS, seed=3)
    content = Content(np.array([[2, 9, -1]], np.int32), np.array([[0.75, 0.25, 0]], np.float32))
    placed = model.place(content)
    expected = 0.75 * model.items[2] + 0.25 * model.items[9]
    np.testing.assert_allclose(placed.items[18], expected, atol=1e-6)
