"""Whitening: plain where little is known, whitened where much is, by scikit-learn's directions."""

from __future__ import annotations

import numpy as np
import pytest
from groups import everyone, grouped, modality, nearest, plain, unit
from sklearn.decomposition import PCA

from beholder.errors import VectorsError
from beholder.spaces import Modality
from beholder.spaces import whitening as whitenings
from beholder.spaces.whitening import CHANCE, KEPT, LIKE, SAMPLE, SPENT, TAIL, Whitening


def pictures(n: int, dim: int, seed: int = 0) -> np.ndarray:
    """Vectors with a strong common part and directions of falling strength, as encoders give."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, dim)) * np.linspace(2.0, 0.2, dim) + 3.0
    return (rows @ np.linalg.qr(rng.normal(size=(dim, dim)))[0]).astype(np.float32)


def by_scikit_learn(raw: np.ndarray) -> np.ndarray:
    """Return ridge-whitened unit rows, from the definition, with PCA's directions."""
    n = len(raw)
    whole = unit(raw.astype(np.float64))
    mean = whole.mean(axis=0) * (n - SPENT) / n
    rows = unit(whole - mean)
    # Directions about 0: PCA of the rows and their negatives, whose mean is 0.
    pca = PCA(min(n, raw.shape[1])).fit(np.concatenate([rows, -rows]))
    variances = pca.singular_values_**2 / (2 * n)
    chance = CHANCE / (n - SPENT) + TAIL * np.median(variances)
    ratio = mean @ mean / (1 - mean @ mean)
    like = LIKE * np.median(np.linalg.eigvalsh(rows.T @ rows / n))
    rows = whole - mean * (1 - np.sqrt(like / (ratio + like)))
    inside = rows @ pca.components_.T
    outside = rows - inside @ pca.components_
    mapped = inside * np.sqrt(chance / (variances + chance)) @ pca.components_ + outside
    return unit(mapped)


@pytest.mark.parametrize(("n", "dim"), [(200, 20), (2000, 60), (40, 64), (12, 300)])
def test_whitening_is_the_ridge_of_scikit_learns_components(n: int, dim: int) -> None:
    raw = pictures(n, dim)
    ours = Whitening.fit(modality(raw), everyone(n))(raw)
    expected = by_scikit_learn(raw)
    np.testing.assert_allclose(ours @ ours.T, expected @ expected.T, atol=2e-4)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("dim", [4, 512])
def test_up_to_five_items_cosines_are_the_plain_ones(n: int, dim: int) -> None:
    raw = pictures(n, dim)
    ours = Whitening.fit(modality(raw), everyone(n))(raw)
    np.testing.assert_allclose(ours @ ours.T, plain(raw), atol=1e-5)


@pytest.mark.parametrize("size", [1e-37, 1e-30, 1e-13, 1e25, 1e37])
@pytest.mark.parametrize("n", [4, 40])
def test_vectors_of_any_size_are_compared_by_their_direction_alone(n: int, size: float) -> None:
    raw = unit(pictures(n, 8)).astype(np.float32)
    scaled = raw.copy()
    scaled[::2] *= np.float32(size)
    expected = Whitening.fit(modality(raw), everyone(n))(raw)
    found = Whitening.fit(modality(scaled), everyone(n))(scaled)
    np.testing.assert_allclose(found @ found.T, expected @ expected.T, atol=1e-3)


def test_with_many_items_what_stands_out_is_nearly_whitened() -> None:
    rng = np.random.default_rng(3)
    raw = (rng.normal(size=(20_000, 60)) * np.geomspace(1, 0.01, 60) + 1).astype(np.float32)
    whitening = Whitening.fit(modality(raw), everyone(len(raw)))
    before = unit(unit(raw) - whitening.mean) @ whitening.directions[:, :8]
    after = whitening(raw) @ whitening.directions[:, :8]
    assert before.std(axis=0).max() / before.std(axis=0).min() > 1.5
    assert after.std(axis=0).max() / after.std(axis=0).min() < 1.25


def test_many_items_of_many_dimensions_keep_the_strongest_directions_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(whitenings, "FEW", 399)
    raw = pictures(400, 300)
    whitening = Whitening.fit(modality(raw), everyone(400))
    assert not whitening.whole
    assert whitening(raw).shape == (400, KEPT)
    few = Whitening.fit(modality(raw[:100]), everyone(100))
    assert few(raw).shape == (400, 300)
    monkeypatch.setattr(whitenings, "KEPT", 20)
    level = Whitening.fit(modality(np.eye(400, dtype=np.float32)), everyone(400))
    assert level.dim == 300  # three quarters of what there is


def test_few_items_do_not_flatten_pictures_that_came_later() -> None:
    raw, group = grouped(60, 256)
    whitening = Whitening.fit(modality(raw[:6]), everyone(6))
    later = whitening(raw[6:])
    near = nearest(later @ later.T, 5)
    assert (group[6:][near] == group[6:, None]).mean() > 0.99


def test_each_item_counts_once_however_many_pictures_it_has() -> None:
    raw = pictures(40, 12)
    often = np.concatenate([np.repeat(raw[:1], 30, axis=0), raw[1:]])
    owner = np.concatenate([np.zeros(30), np.arange(1, 40)]).astype(np.int32)
    one = Whitening.fit(modality(raw), everyone(40))
    many = Whitening.fit(Modality(often, owner, everyone(40)), everyone(40))
    np.testing.assert_allclose(many.mean, one.mean, atol=1e-6)
    np.testing.assert_allclose(many(raw) @ many(raw).T, one(raw) @ one(raw).T, atol=1e-4)
    blind = Whitening.fit(modality(often), everyone(len(often)))
    assert np.abs(blind.mean - one.mean).max() > 0.01


def test_only_fitted_items_count() -> None:
    raw = pictures(80, 12)
    fitted = np.arange(80) < 50
    ours = Whitening.fit(modality(raw), fitted)
    alone = Whitening.fit(modality(raw[:50]), everyone(50))
    np.testing.assert_array_equal(ours(raw), alone(raw))


def test_directions_without_any_spread_and_equal_pictures_give_no_nan() -> None:
    rng = np.random.default_rng(1)
    flat = (rng.normal(size=(60, 3)) @ rng.normal(size=(3, 16))).astype(np.float32)
    assert np.isfinite(Whitening.fit(modality(flat), everyone(60))(flat)).all()
    same = np.ones((10, 5), np.float32)
    ours = Whitening.fit(modality(same), everyone(10))(same)
    np.testing.assert_allclose(ours @ ours.T, 1, atol=1e-5)


def test_a_vector_of_zeros_has_no_direction_and_teaches_nothing() -> None:
    raw = pictures(40, 12)
    with_zeros = np.concatenate([raw, np.zeros((5, 12), np.float32)])
    ours = Whitening.fit(modality(with_zeros), everyone(45))
    assert not ours(with_zeros)[40:].any()
    np.testing.assert_array_equal(ours.mean, Whitening.fit(modality(raw), everyone(40)).mean)


def test_signs_do_not_depend_on_the_order_of_rows() -> None:
    raw = pictures(150, 12)
    ours = Whitening.fit(modality(raw), everyone(150))
    turned = Whitening.fit(modality(raw[::-1].copy()), everyone(150))
    np.testing.assert_allclose(ours.directions, turned.directions, atol=1e-3)


def test_a_large_catalogue_is_sampled_by_seed() -> None:
    raw = pictures(SAMPLE + 500, 6)
    many, all_of = modality(raw), everyone(len(raw))
    ours, again = Whitening.fit(many, all_of, seed=1), Whitening.fit(many, all_of, seed=1)
    np.testing.assert_array_equal(ours.directions, again.directions)
    other = Whitening.fit(many, all_of, seed=2)
    assert (ours.mean != other.mean).any()
    np.testing.assert_allclose(ours.mean, other.mean, atol=0.01)


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_what_is_not_finite_is_refused_with_its_place(wrong: float) -> None:
    raw = pictures(20, 6)
    raw[7, 2] = wrong
    with pytest.raises(VectorsError, match="1 of 20 vectors are not finite, the first is number 7"):
        Whitening.fit(modality(raw), everyone(20))


def test_vectors_of_another_length_are_refused() -> None:
    whitening = Whitening.fit(modality(pictures(20, 6)), everyone(20))
    with pytest.raises(VectorsError, match="6 numbers"):
        whitening(np.zeros((2, 7), np.float32))
