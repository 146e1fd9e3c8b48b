"""Whitening against scikit-learn's PCA."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.decomposition import PCA

from beholder.dataset.whitening import SAMPLE, Whitening, unit


def pictures(n: int, dim: int, seed: int = 0) -> np.ndarray:
    """Vectors with a strong common part and directions of falling strength, as encoders give."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, dim)) * np.linspace(2.0, 0.2, dim) + 3.0
    return (rows @ np.linalg.qr(rng.normal(size=(dim, dim)))[0]).astype(np.float32)


def centred(raw: np.ndarray, mean: np.ndarray) -> np.ndarray:
    rows = raw / np.linalg.norm(raw, axis=1, keepdims=True) - mean
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.mark.parametrize(("n", "dim", "kept"), [(200, 20, 128), (300, 40, 7), (40, 64, 9)])
def test_whitening_is_pca_of_centred_unit_rows(n: int, dim: int, kept: int) -> None:
    raw = pictures(n, dim)
    ours = Whitening.fit(raw, kept=kept)
    rows = raw.astype(np.float64) / np.linalg.norm(raw, axis=1, keepdims=True)
    np.testing.assert_allclose(ours.mean, rows.mean(axis=0), atol=1e-6)
    # We take components about 0, not about the mean of the centred unit rows: PCA agrees on
    # the rows and their negatives, whose mean is 0.
    inside = centred(raw.astype(np.float64), rows.mean(axis=0))
    theirs = PCA(min(kept, dim), whiten=True).fit(np.concatenate([inside, -inside]))
    expected = theirs.transform(inside)
    found = inside @ ours.components.astype(np.float64)
    scale = np.linalg.norm(expected, axis=0) / np.linalg.norm(found, axis=0)
    np.testing.assert_allclose(scale, scale[0], rtol=1e-3)
    signs = np.sign((expected * found).sum(axis=0))
    np.testing.assert_allclose(found * signs * scale, expected, atol=2e-3 * np.abs(expected).max())
    np.testing.assert_allclose(ours(raw), unit(found.astype(np.float32)), atol=1e-4)


def test_more_numbers_than_pictures_give_as_many_directions_as_pictures() -> None:
    raw = pictures(30, 64)
    whitening = Whitening.fit(raw)
    rows = centred(raw.astype(np.float64), whitening.mean)
    left, _, _ = np.linalg.svd(rows, full_matrices=False)
    kept = whitening.components.shape[1]
    assert 28 <= kept <= 30
    found = rows @ whitening.components
    np.testing.assert_allclose(found @ found.T, left[:, :kept] @ left[:, :kept].T, atol=1e-3)


def test_every_direction_has_the_same_spread() -> None:
    raw = pictures(500, 30)
    whitening = Whitening.fit(raw)
    found = centred(raw, whitening.mean) @ whitening.components
    spread = np.linalg.norm(found, axis=0)
    np.testing.assert_allclose(spread, 1.0, rtol=1e-3)


def test_directions_without_any_spread_are_dropped() -> None:
    rng = np.random.default_rng(1)
    flat = (rng.normal(size=(60, 3)) @ rng.normal(size=(3, 16))).astype(np.float32)
    whitening = Whitening.fit(flat)
    assert whitening.components.shape == (16, 3)
    assert np.isfinite(whitening(flat)).all()


def test_equal_pictures_and_empty_ones_give_no_nan() -> None:
    same = np.ones((10, 5), np.float32)
    whitening = Whitening.fit(same)
    assert np.isfinite(whitening(same)).all()
    assert np.isfinite(whitening(np.zeros((2, 5), np.float32))).all()


def test_signs_do_not_depend_on_the_order_of_rows() -> None:
    raw = pictures(150, 12)
    ours, turned = Whitening.fit(raw), Whitening.fit(raw[::-1].copy())
    np.testing.assert_allclose(ours.components, turned.components, atol=1e-3)


def test_a_large_catalogue_is_sampled_by_seed() -> None:
    raw = pictures(SAMPLE + 500, 6)
    ours, again = Whitening.fit(raw, seed=1), Whitening.fit(raw, seed=1)
    np.testing.assert_array_equal(ours.components, again.components)
    other = Whitening.fit(raw, seed=2)
    assert (ours.mean != other.mean).any()
    np.testing.assert_allclose(ours.mean, other.mean, atol=0.01)


@given(st.lists(st.lists(st.floats(-1e3, 1e3, width=32), min_size=3, max_size=3), min_size=1))
def test_unit_rows_have_length_one_or_stay_zero(rows: list[list[float]]) -> None:
    array = np.array(rows, np.float32)
    lengths = np.linalg.norm(unit(array), axis=1)
    tiny = np.linalg.norm(array, axis=1) < 1e-6
    np.testing.assert_allclose(lengths[~tiny], 1.0, atol=1e-5)
    assert (lengths <= 1 + 1e-5).all()
