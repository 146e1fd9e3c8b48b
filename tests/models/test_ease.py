"""EASE against a plain inverse in double precision."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from beholder.errors import DataError
from beholder.models.dense import invert
from beholder.models.ease import ContentEase, ContentEaseSettings, Ease, EaseSettings
from small_data import random_dataset


def plain_ease(gram: np.ndarray, regularization: float) -> np.ndarray:
    """B = I - P diag(1 / diag P), by the general inverse."""
    inverse = np.linalg.inv(gram + regularization * np.eye(len(gram)))
    b = np.eye(len(gram)) - inverse / np.diag(inverse)[None, :]
    np.fill_diagonal(b, 0)
    return b


def gram_of(dataset) -> np.ndarray:
    x = dataset.interactions.matrix.todense().astype(np.float64)
    return x.T @ x


@pytest.mark.parametrize("regularization", [1.0, 30.0])
def test_ease_is_the_plain_inverse(regularization: float) -> None:
    dataset = random_dataset()
    model = Ease.fit(dataset, EaseSettings(regularization=regularization))
    expected = plain_ease(gram_of(dataset), regularization)
    np.testing.assert_allclose(model.rows.todense(), expected, atol=2e-5)
    assert np.abs(expected).max() > 0.01


def test_users_of_many_items_count_less_with_user_power() -> None:
    dataset = random_dataset()
    x = dataset.interactions.matrix.todense().astype(np.float64)
    damped = x / np.sqrt(np.maximum((x > 0).sum(axis=1, keepdims=True), 1))
    model = Ease.fit(dataset, EaseSettings(regularization=5.0, user_power=1.0))
    np.testing.assert_allclose(model.rows.todense(), plain_ease(damped.T @ damped, 5.0), atol=2e-5)


def test_content_ease_adds_similarity_to_the_gram_matrix_of_items_with_behaviour() -> None:
    dataset = random_dataset()
    touched = np.flatnonzero(dataset.interactions.item_counts)
    assert 0 < len(touched) < dataset.n_items
    v = dataset.content.spaces["sample"].vectors.astype(np.float64)
    w = dataset.content.spaces["words"].vectors.todense().astype(np.float64)
    gram = (gram_of(dataset) + 4.0 * v @ v.T + 2.5 * w @ w.T)[np.ix_(touched, touched)]
    settings = ContentEaseSettings(regularization=20.0, pictures=4.0, words=2.5)
    found = ContentEase.fit(dataset, settings).rows.todense()
    expected = np.zeros_like(found)
    expected[np.ix_(touched, touched)] = plain_ease(gram, 20.0)
    np.testing.assert_allclose(found, expected, atol=2e-5)


def test_plain_ease_never_asks_for_content() -> None:
    dataset = replace(random_dataset())
    Ease.fit(dataset, EaseSettings())
    assert "content" not in vars(dataset)
    ContentEase.fit(dataset, ContentEaseSettings())
    assert "content" in vars(dataset)


def test_above_the_limit_the_busiest_items_are_solved_exactly() -> None:
    dataset = random_dataset()
    model = Ease.fit(dataset, EaseSettings(regularization=10.0, dense_limit=9))
    busiest = np.sort(np.argsort(-dataset.interactions.item_counts, kind="stable")[:9])
    inner = gram_of(dataset)[np.ix_(busiest, busiest)]
    expected = np.zeros((dataset.n_items, dataset.n_items))
    expected[np.ix_(busiest, busiest)] = plain_ease(inner, 10.0)
    np.testing.assert_allclose(model.rows.todense(), expected, atol=2e-5)


def test_content_ease_above_the_limit_takes_the_content_of_the_busiest() -> None:
    dataset = random_dataset()
    busiest = np.sort(np.argsort(-dataset.interactions.item_counts, kind="stable")[:9])
    v = dataset.content.spaces["sample"].vectors[busiest].astype(np.float64)
    gram = gram_of(dataset)[np.ix_(busiest, busiest)] + 3.0 * v @ v.T
    settings = ContentEaseSettings(regularization=10.0, pictures=3.0, words=0.0, dense_limit=9)
    rows = ContentEase.fit(dataset, settings).rows.todense()
    np.testing.assert_allclose(rows[np.ix_(busiest, busiest)], plain_ease(gram, 10.0), atol=2e-5)


@pytest.mark.parametrize("n", [1, 7, 1100])
def test_invert_is_the_inverse_across_its_blocks(n: int) -> None:
    factors = np.random.default_rng(3).normal(size=(n, 5))
    matrix = factors @ factors.T + 4.0 * np.eye(n)
    found = invert(matrix.astype(np.float32))
    np.testing.assert_allclose(found @ matrix, np.eye(n), atol=2e-4)
    np.testing.assert_array_equal(found, found.T)


def test_a_matrix_that_is_not_positive_definite_is_refused_with_a_remedy() -> None:
    with pytest.raises(DataError, match="larger regularization"):
        invert(np.array([[1.0, 2.0], [2.0, 1.0]], np.float32))
