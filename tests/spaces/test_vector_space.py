"""The space of vectors: one an item, and the best of several when something is searched."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from groups import everyone, grouped, modality, plain, unit

from beholder.errors import ShapeError
from beholder.spaces import Modality, VectorSpace

N = 40
RAW, GROUP = grouped(N, 24)


def photos(each: int = 3, seed: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Several noisy photos of each item but number 7, and their owners."""
    rng = np.random.default_rng(seed)
    owner = np.repeat(np.delete(np.arange(N), 7), each).astype(np.int32)
    return (RAW[owner] + 0.1 * rng.normal(size=(len(owner), 24))).astype(np.float32), owner


@pytest.fixture
def several() -> VectorSpace:
    vectors, owner = photos()
    return VectorSpace.fit(Modality(vectors, owner, np.arange(N) != 7), everyone(N))


def test_an_item_is_the_unit_mean_of_its_own_vectors(several: VectorSpace) -> None:
    vectors, owner = photos()
    mapped = several.whitening(vectors)
    expected = unit(np.stack([mapped[owner == 3].mean(axis=0), mapped[owner == 39].mean(axis=0)]))
    np.testing.assert_allclose(several.vectors[[3, 39]], expected, atol=1e-5)
    assert several.present.tolist() == (np.arange(N) != 7).tolist()
    assert not several.cosines(slice(None))[7].any()


def test_the_best_of_its_vectors_speaks_for_an_item(several: VectorSpace) -> None:
    vectors, owner = photos()
    mapped = several.whitening(vectors)
    asked = vectors[[0, 50]]
    near = several.whitening(asked) @ mapped.T
    found = several.similar(asked)
    for item in (0, 5, 39):
        np.testing.assert_allclose(found[:, item], near[:, owner == item].max(axis=1), atol=1e-5)
    assert found[0, 0] == pytest.approx(1, abs=1e-5)
    assert not found[:, 7].any()


def test_a_search_names_each_item_once_in_the_order_of_its_best_vector(
    several: VectorSpace,
) -> None:
    asked = photos(seed=9)[0][:4]
    all_of = several.similar(asked)
    found = several.search(asked, N - 1)
    for row in range(4):
        expected = np.argsort(-np.delete(all_of[row], 7), kind="stable")
        assert found.positions[row].tolist() == np.delete(np.arange(N), 7)[expected].tolist()
    np.testing.assert_allclose(found.scores[0], all_of[0, found.positions[0]], atol=1e-5)


def test_a_search_looks_among_allowed_items_alone(several: VectorSpace) -> None:
    allowed = np.isin(np.arange(N), [2, 7, 11])
    found = several.search(RAW[:1], 5, allowed)
    assert set(found.positions[0].tolist()) == {2, 11, -1}


def test_one_vector_an_item_gives_one_matrix() -> None:
    space = VectorSpace.fit(modality(RAW, missing=(3,)), everyone(N))
    assert space.single
    np.testing.assert_array_equal(space.similar(RAW), space.whitening(RAW) @ space.vectors.T)
    np.testing.assert_allclose(
        space.pairs(np.array([0, 3]), np.array([6, 4])),
        space.cosines([0, 3])[[0, 1], [6, 4]],
        atol=1e-6,
    )
    np.testing.assert_allclose(
        space.between(np.array([1, 2]), np.array([9])), space.cosines([1, 2])[:, [9]], atol=1e-6
    )


def test_a_gram_of_vectors_is_positive_definite_with_missing_ones() -> None:
    space = VectorSpace.fit(modality(RAW, missing=(3, 8, 20)), everyone(N))
    gram = space.cosines(slice(None)).astype(np.float64)
    assert np.linalg.eigvalsh(gram).min() > -1e-5


@pytest.mark.parametrize("add_several", [False, True])
@pytest.mark.parametrize("from_several", [False, True])
def test_new_items_come_after_the_last_and_are_found(
    several: VectorSpace, from_several: bool, add_several: bool
) -> None:
    space = several if from_several else VectorSpace.fit(modality(RAW), everyone(N))
    owner = np.array([0, 0, 2] if add_several else [0, 2], np.int32)
    vectors = RAW[[4, 5, 6] if add_several else [4, 6]]
    grown = space.grown(3, Modality(vectors, owner, np.array([True, False, True])))
    assert (len(grown), grown.present[N:].tolist()) == (N + 3, [True, False, True])
    np.testing.assert_array_equal(grown.vectors[:N], space.vectors)
    assert grown.search(RAW[6:7], 2).positions[0, 0] in (6, N + 2)
    assert grown.similar(RAW[4:5])[0, N] == pytest.approx(1, abs=1e-5)
    assert len(grown.grown(2, None)) == N + 5
    with pytest.raises(ShapeError, match="2 items"):
        grown.grown(3, Modality.empty(2, 24))


def test_a_part_of_a_space_is_compared_as_in_the_whole(several: VectorSpace) -> None:
    some = np.array([9, 2, 7])
    np.testing.assert_allclose(
        several.of(some).cosines(slice(None)), several.cosines(some)[:, some], atol=1e-6
    )


@pytest.mark.parametrize("one_each", [True, False])
def test_saving_and_loading_gives_the_same_bits(
    several: VectorSpace, one_each: bool, tmp_path: Path
) -> None:
    space = VectorSpace.fit(modality(RAW, missing=(3,)), everyone(N)) if one_each else several
    space.save(tmp_path)
    loaded = VectorSpace.load(tmp_path)
    assert loaded.single == one_each
    np.testing.assert_array_equal(loaded.cosines(slice(None)), space.cosines(slice(None)))
    np.testing.assert_array_equal(loaded.similar(RAW), space.similar(RAW))
    assert len(list(tmp_path.iterdir())) == 1


def test_a_space_of_nothing_answers() -> None:
    space = VectorSpace.fit(Modality.empty(4, 6), everyone(4))
    assert not space.present.any()
    assert not space.similar(np.ones((1, 6), np.float32)).any()
    assert space.search(np.ones((1, 6), np.float32), 2).positions.tolist() == [[-1, -1]]


def test_some_items_alone_keep_all_their_vectors_in_the_order_asked_for(
    several: VectorSpace,
) -> None:
    vectors, owner = photos()
    chosen = np.array([39, 7, 3, 20])
    some = several.of(chosen)
    np.testing.assert_array_equal(some.vectors, several.vectors[chosen])
    asked = vectors[np.isin(owner, chosen)]
    np.testing.assert_allclose(some.similar(asked), several.similar(asked)[:, chosen], atol=1e-6)
    assert not some.single
    assert some.nearest(several.whitening(vectors[owner == 3]), 1).positions.tolist() == [[2]] * 3


def test_given_vectors_are_compared_by_plain_cosine_above_what_any_two_have_in_common() -> None:
    raw, _ = grouped(40, 12, noise=0.5)
    present = everyone(40)
    present[7] = False
    given = VectorSpace.fit(Modality.of_rows(raw, present, given=True), present)
    cosines = plain(raw)
    others = np.delete(np.arange(40), 7)
    among = cosines[np.ix_(others, others)]
    common = (among.sum() - 39) / (39 * 38) * (39 - 5) / 39
    expected = np.maximum((cosines - common) / (1 - common), -1)
    expected[7] = expected[:, 7] = 0
    np.testing.assert_allclose(given.cosines(slice(None)), expected, atol=1e-5)
    some, partner = np.array([1, 7, 9]), np.array([3, 4, 7])
    np.testing.assert_allclose(given.pairs(some, partner), expected[some, partner], atol=1e-5)
    np.testing.assert_allclose(
        given.between(some, partner), expected[np.ix_(some, partner)], atol=1e-5
    )
    np.testing.assert_allclose(given.similar(raw[:3]), expected[:3], atol=1e-5)
    found = given.search(raw[:3], 4)
    np.testing.assert_allclose(
        found.scores, np.take_along_axis(expected[:3], found.positions.astype(int), 1), atol=1e-5
    )
    grown = given.grown(1, Modality.of_rows(raw[7:8], everyone(1), given=True))
    np.testing.assert_allclose(
        grown.cosines(slice(40, 41))[0, others],
        np.maximum((cosines - common) / (1 - common), -1)[7, others],
        atol=1e-5,
    )


def test_what_given_vectors_have_in_common_is_saved(tmp_path: Path) -> None:
    given = VectorSpace.fit(Modality.of_rows(RAW + 1, everyone(N), given=True), everyone(N))
    assert given.whitening.common > 0.1
    given.save(tmp_path)
    loaded = VectorSpace.load(tmp_path)
    np.testing.assert_array_equal(loaded.cosines(slice(None)), given.cosines(slice(None)))


@pytest.mark.parametrize("far", [False, True])
def test_inner_products_of_given_vectors_are_positive_definite(far: bool) -> None:
    """Closed-form models invert them."""
    raw = np.random.default_rng(3).random((200, 8)) + 0.5
    if far:
        raw[5] = -raw[5]
    present = everyone(200)
    present[7] = False
    given = VectorSpace.fit(Modality.of_rows(raw.astype(np.float32), present, True), present)
    assert given.whitening.common > 0.8
    gram = np.concatenate([given.gram(slice(0, 90)), given.gram(slice(90, 200))])
    assert np.linalg.eigvalsh(gram.astype(np.float64)).min() > -1e-3
    assert not gram[7].any()
    near = given.cosines(slice(None))
    assert np.corrcoef(gram[0], near[0])[0, 1] > 0.7
