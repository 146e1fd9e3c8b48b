"""At every size from three items on, likeness is at least that of plain cosine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from groups import agreement, everyone, grouped, modality, nearest, plain, words

from beholder.demo.gallery import paint
from beholder.encoders.registry import ENCODERS, open_encoder
from beholder.spaces import VectorSpace, WordSpace


def space(raw: np.ndarray, given: bool = False) -> VectorSpace:
    return VectorSpace.fit(modality(raw, given=given), everyone(len(raw)))


def histograms(n: int, dim: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    centres, group = rng.dirichlet(np.full(dim, 0.3), size=20), np.arange(n) % 20
    return np.stack([rng.dirichlet(20 * centre + 0.05) for centre in centres[group]]), group


def counts(n: int, dim: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    centres, group = rng.dirichlet(np.full(dim, 0.2), size=20), np.arange(n) % 20
    return np.stack([rng.multinomial(30, centre) for centre in centres[group]]), group


def in_strong_directions(n: int, dim: int, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Groups differ in a tenth of the numbers, which are large; all of them are noisy."""
    strong, group = np.arange(dim) < dim // 10, np.arange(n) % 20
    centres = 3 * rng.normal(size=(20, dim)) * strong
    return centres[group] + rng.normal(size=(n, dim)), group


def never_negative(n: int, dim: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    centres, group = rng.normal(size=(20, dim)), np.arange(n) % 20
    return np.maximum(centres[group] + 0.8 * rng.normal(size=(n, dim)), 0), group


def beside_a_large_number(n: int, dim: int, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """One number is large in all, and another one tells the groups apart."""
    raw, group = 0.5 * rng.normal(size=(n, dim)), np.arange(n) % 20
    raw[:, 0] += 10
    raw[:, 1] += group
    return raw, group


def far_from_the_origin(n: int, dim: int, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    centres, group = rng.normal(size=(20, dim)), np.arange(n) % 20
    return centres[group] + 0.8 * rng.normal(size=(n, dim)) + 2, group


@pytest.mark.parametrize("n", [40, 100, 300, 1000])
@pytest.mark.parametrize("dim", [16, 128])
@pytest.mark.parametrize(
    "drawn",
    [
        histograms,
        counts,
        in_strong_directions,
        never_negative,
        far_from_the_origin,
        beside_a_large_number,
    ],
)
def test_given_vectors_of_any_kind_find_their_group_as_often_as_by_plain_cosine(
    drawn: Callable[..., tuple[np.ndarray, np.ndarray]], dim: int, n: int
) -> None:
    before, after = [], []
    for seed in range(max(2, 1000 // n)):
        raw, group = drawn(n, dim, np.random.default_rng(seed))
        before.append(agreement(nearest(plain(raw), 5), group))
        after.append(agreement(nearest(space(raw, given=True).cosines(slice(None)), 5), group))
    assert np.mean(after) >= np.mean(before) - 0.001  # in other words: they are the same


@pytest.mark.parametrize("n", [30, 100, 300, 2000])
@pytest.mark.parametrize("dim", [16, 128, 512, 2048])
def test_vectors_in_clear_groups_find_their_group(n: int, dim: int) -> None:
    raw, group = grouped(n, dim, groups=5, noise=0.4)
    near = nearest(space(raw).cosines(slice(None)), 5)
    assert agreement(near, group) == 1.0


@pytest.mark.parametrize("n", [30, 120, 600, 2000])
@pytest.mark.parametrize("dim", [64, 512])
def test_vectors_in_unclear_groups_find_it_as_often_as_plain_cosine(n: int, dim: int) -> None:
    raw, group = grouped(n, dim, noise=1.7)
    before = agreement(nearest(plain(raw), 5), group)
    assert before > 0.5
    ours = nearest(space(raw).cosines(slice(None)), 5)
    assert agreement(ours, group) >= before - 0.01


@pytest.mark.parametrize("n", [30, 129, 300, 2000])
@pytest.mark.parametrize("dim", [6, 8, 12, 16])
def test_few_numbers_that_are_never_negative_find_their_group_as_often_as_plain_cosine(
    n: int, dim: int
) -> None:
    before, after = [], []
    for seed in range(12 if n < 100 else 4 if n < 1000 else 1):
        rng = np.random.default_rng(seed)
        group = np.arange(n) % (n // 6)
        spread = 0.35 * rng.normal(size=(n, dim))
        raw = np.maximum(rng.normal(size=(n // 6, dim))[group] + spread, 0) + 0.01
        before.append(agreement(nearest(plain(raw), 5), group))
        after.append(agreement(nearest(space(raw).cosines(slice(None)), 5), group))
    assert np.mean(after) >= np.mean(before) - 0.003


@pytest.mark.parametrize(("n", "dim"), [(60, 512), (300, 1024), (600, 768), (3000, 768)])
def test_many_groups_in_as_many_directions_are_found_as_often_as_by_plain_cosine(
    n: int, dim: int
) -> None:
    raw, group = grouped(n, dim, groups=n // 6, noise=2.5, seed=4)
    before = agreement(nearest(plain(raw), 5), group)
    assert 0.3 < before < 0.95
    ours = nearest(space(raw).cosines(slice(None)), 5)
    assert agreement(ours, group) >= before - 0.01


@pytest.mark.parametrize("n", [3, 5])
@pytest.mark.parametrize("dim", [2, 96, 1280])
def test_few_vectors_are_in_the_order_of_plain_cosine(n: int, dim: int) -> None:
    raw, _ = grouped(n, dim, noise=2.0, seed=n)
    ours = space(raw).cosines(slice(None))
    np.testing.assert_array_equal(nearest(ours, n - 1), nearest(plain(raw), n - 1))


@pytest.mark.parametrize("name", ENCODERS)
def test_pictures_of_the_gallery_find_their_family_as_often_as_by_plain_cosine(
    name: str, graphs: Path
) -> None:
    painted = [paint(index, 7, 224) for index in range(60)]
    names = sorted({factors.family for _, factors in painted})
    family = np.array([names.index(factors.family) for _, factors in painted])
    raw = open_encoder(name, graphs).encode([picture for picture, _ in painted])
    before = agreement(nearest(plain(raw), 5), family)
    assert agreement(nearest(space(raw).cosines(slice(None)), 5), family) >= before - 0.01


@pytest.mark.parametrize("n", [3, 5, 12, 30, 300])
def test_texts_that_share_a_word_are_alike(n: int) -> None:
    group = np.arange(n) % 2 if n < 12 else np.arange(n) % 6
    read = WordSpace.fit(words(group), everyone(n))
    cosines = read.cosines(slice(None))
    same = group[:, None] == group
    others = ~np.eye(n, dtype=bool)
    assert cosines[same & others].min() > 0.1
    assert cosines[same & others].mean() > cosines[~same].mean() + 0.1
