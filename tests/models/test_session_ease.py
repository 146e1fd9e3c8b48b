"""Session EASE against a slow, obvious ridge regression, one target at a time."""

from __future__ import annotations

import numpy as np
import pytest

from beholder.models import session_ease
from beholder.models.session_ease import SessionEase, SessionEaseSettings, grams, source_rows
from small_data import DAY, per_user, random_dataset


def slow_sources(dataset, settings) -> np.ndarray:
    """What stood near each event, by loops: (n_events, n_items)."""
    rows = []
    for events in per_user(dataset.interactions):
        for here, (_, time, _) in enumerate(events):
            row = np.zeros(dataset.n_items)
            for there, (item, other_time, weight) in enumerate(events):
                gap = abs(here - there)
                if gap == 0 or gap > settings.window:
                    continue
                near = settings.step ** (gap - 1)
                near *= 0.5 ** (abs(time - other_time) / DAY / settings.half_life_days)
                if there > here and other_time > time:
                    near *= settings.backward  # a later item, told at another moment
                row[item] += near * weight
            rows.append(row / max(row.sum(), 1e-6) ** settings.source_power)
    return np.array(rows)


def slow_targets(dataset) -> np.ndarray:
    return np.eye(dataset.n_items)[dataset.interactions.items]


def slow_ridge(sources: np.ndarray, targets: np.ndarray, ridge: float) -> np.ndarray:
    """For each target, regress on all other items."""
    n = sources.shape[1]
    b = np.zeros((n, n))
    for j in range(n):
        others = np.arange(n) != j
        x = sources[:, others]
        left = x.T @ x + ridge * np.eye(n - 1)
        b[others, j] = np.linalg.solve(left, x.T @ targets[:, j])
    return b


@pytest.mark.parametrize(
    "settings",
    [
        SessionEaseSettings(regularization=2.0),
        SessionEaseSettings(window=3, half_life_days=2.0, step=0.8, backward=0.2, source_power=0.0),
    ],
)
def test_sources_are_what_a_slow_loop_finds(settings: SessionEaseSettings) -> None:
    dataset = random_dataset()
    found = source_rows(dataset.interactions, settings).todense()
    np.testing.assert_allclose(found, slow_sources(dataset, settings), atol=1e-5)
    assert found.sum() > 0


@pytest.mark.parametrize("regularization", [2.0, 30.0])
def test_session_ease_is_a_ridge_regression_with_zero_diagonal(regularization: float) -> None:
    dataset = random_dataset(2)
    settings = SessionEaseSettings(regularization=regularization, window=5, half_life_days=4.0)
    expected = slow_ridge(slow_sources(dataset, settings), slow_targets(dataset), regularization)
    found = SessionEase.fit(dataset, settings).rows.todense()
    np.testing.assert_allclose(found, expected, atol=3e-5)
    assert np.abs(expected).max() > 0.01


def test_content_counts_as_more_rows_of_the_regression() -> None:
    dataset = random_dataset(3)
    settings = SessionEaseSettings(regularization=5.0, pictures=3.0, words=2.0)
    v = dataset.content.spaces["sample"].vectors.astype(np.float64).T
    w = dataset.content.spaces["words"].vectors.todense().astype(np.float64).T
    more = np.concatenate([np.sqrt(3.0) * v, np.sqrt(2.0) * w])
    touched = np.flatnonzero(dataset.interactions.item_counts)
    assert 0 < len(touched) < dataset.n_items
    sources = np.concatenate([slow_sources(dataset, settings), more])[:, touched]
    targets = np.concatenate([slow_targets(dataset), more])[:, touched]
    found = SessionEase.fit(dataset, settings).rows.todense()
    expected = np.zeros_like(found)
    expected[np.ix_(touched, touched)] = slow_ridge(sources, targets, 5.0)
    np.testing.assert_allclose(found, expected, atol=3e-5)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_product_is_the_same_by_way_of_a_dense_one(
    share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_ease, "FULL", share)
    dataset = random_dataset(2)
    settings = SessionEaseSettings(regularization=4.0)
    expected = slow_ridge(slow_sources(dataset, settings), slow_targets(dataset), 4.0)
    found = SessionEase.fit(dataset, settings).rows.todense()
    np.testing.assert_allclose(found, expected, atol=3e-5)


def test_above_the_limit_the_busiest_items_are_solved() -> None:
    dataset = random_dataset(4)
    settings = SessionEaseSettings(regularization=5.0, pictures=3.0, dense_limit=8)
    busiest = np.sort(np.argsort(-dataset.interactions.item_counts, kind="stable")[:8])
    v = np.sqrt(3.0) * dataset.content.spaces["sample"].vectors.astype(np.float64).T
    sources = np.concatenate([slow_sources(dataset, settings), v])[:, busiest]
    targets = np.concatenate([slow_targets(dataset), v])[:, busiest]
    expected = np.zeros((dataset.n_items, dataset.n_items))
    expected[np.ix_(busiest, busiest)] = slow_ridge(sources, targets, 5.0)
    found = SessionEase.fit(dataset, settings).rows.todense()
    np.testing.assert_allclose(found, expected, atol=3e-5)


def test_what_is_read_in_parts_is_what_is_read_at_once() -> None:
    dataset = random_dataset(4)
    kept = np.flatnonzero(dataset.interactions.item_counts)[2:]
    settings = SessionEaseSettings(window=4)
    for whole, parts in zip(
        grams(dataset.interactions, settings, kept),
        grams(dataset.interactions, settings, kept, most=60),
        strict=True,
    ):
        assert np.abs(whole).max() > 0.1
        np.testing.assert_allclose(parts, whole, rtol=1e-5, atol=1e-6)
