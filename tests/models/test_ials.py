"""iALS against normal equations in double precision."""

from __future__ import annotations

import numpy as np

from beholder.models.contract import FitOptions
from beholder.models.ials import IALS, IALSSettings, half_step
from beholder.testing.sample_dataset import sample_dataset
from beholder.testing.sample_histories import history_of
from small_data import random_dataset

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
    model = IALS.fit(random_dataset(), SETTINGS, FitOptions(seed=3))
    history = history_of([2, 7, 11, 5], [1000, 2000, 2000, 3000])
    recent = history.weights * np.array([0.49, 0.7, 0.7, 1.0])
    expected = solve_one(model.items, history.items, recent, SETTINGS)
    query = model.ask(history)
    np.testing.assert_allclose(query.vectors[0][0], expected, rtol=1e-4, atol=1e-5)
    scores = model.scores(query)[0]
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
        items = IALS.fit(dataset, settings, FitOptions(seed=1)).items.astype(np.float64)
        users = half_step(dataset.interactions.matrix, items.astype(np.float32), settings)
        predicted = users @ items.T
        return float((x * (1 - predicted) ** 2).sum() + 0.1 * (predicted**2).sum())

    assert loss(12) < loss(3) < loss(1)


def test_items_that_nobody_touched_have_no_score() -> None:
    model = IALS.fit(random_dataset(), SETTINGS, FitOptions(seed=3))
    query = model.ask(history_of([2, 7]))
    np.testing.assert_array_equal(model.scores(query)[0, [16, 17]], 0)


def test_a_share_is_what_the_score_loses_and_an_even_part_of_the_rest() -> None:
    model = IALS.fit(sample_dataset(), SETTINGS, FitOptions(seed=3))
    query = model.ask(history_of(list(range(0, 50, 2))))
    shares = model.shares(query, np.array([33], np.int32))
    assert not shares.additive
    np.testing.assert_array_equal(shares.values[0, :5], 0)  # only the 20 newest are asked
    whole = solve_one(model.items, query.items, query.weights, SETTINGS)
    lost = []
    for index in range(5, 25):
        keep = np.arange(25) != index
        less = solve_one(model.items, query.items[keep], query.weights[keep], SETTINGS)
        lost.append(float(model.items[33] @ (whole - less)))
    heard = model.items[query.items[5:]].any(axis=1)  # what nobody else liked has no vector
    rest = (float(model.items[33] @ whole) - sum(lost)) / heard.sum()
    np.testing.assert_allclose(shares.values[0, 5:], np.array(lost) + rest * heard, atol=1e-4)
    assert shares.base[0] == 0


def test_as_many_rounds_are_done_as_a_plan_says() -> None:
    dataset, counted = sample_dataset(), []
    settings = IALSSettings(factors=8, iterations=5)
    two = IALS.fit(dataset, settings, FitOptions(seed=1, most=2, counted=counted.append))
    IALS.fit(dataset, settings, FitOptions(seed=1, counted=counted.append))
    assert counted == [2, 5]
    expected = IALS.fit(dataset, IALSSettings(factors=8, iterations=2), FitOptions(seed=1))
    np.testing.assert_array_equal(two.items, expected.items)
