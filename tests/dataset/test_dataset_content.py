"""What a dataset holds of its items, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from beholder.dataset.content import ContentSpace
from beholder.dataset.dataset import Dataset, Modality
from beholder.dataset.log import log_of_arrays
from beholder.dataset.texts import text_of
from beholder.errors import ShapeError

N = 12


def log(n_items: int = N):
    users = np.array([0, 0, 1], np.int32)
    items = np.array([0, 1, 2], np.int32)
    return log_of_arrays(users, items, np.zeros(3, np.int64), np.ones(3, np.float32), 2, n_items, 0)


def modality(seed: int = 0, dim: int = 4) -> Modality:
    vectors = np.random.default_rng(seed).normal(size=(N, dim)).astype(np.float32)
    present = np.arange(N) != 5
    vectors[5] = 0
    return Modality(vectors, present)


TEXTS = [f"word{i % 3} thing{i % 4}" for i in range(N)]


def test_items_without_a_picture_have_no_direction() -> None:
    space = ContentSpace.fit(Dataset(log(), {"a": modality()}, TEXTS))
    vectors = space.pictures["a"].vectors
    assert not vectors[5].any()
    np.testing.assert_allclose(np.linalg.norm(np.delete(vectors, 5, axis=0), axis=1), 1, atol=1e-5)


def test_new_pictures_and_texts_are_compared_as_the_fitted_ones() -> None:
    dataset = Dataset(log(), {"a": modality()}, TEXTS)
    space = dataset.content
    cosines = space.pictures["a"].similar(dataset.pictures["a"].vectors[:3])
    own = space.pictures["a"].vectors
    np.testing.assert_allclose(cosines, np.maximum(own[:3] @ own.T, 0), atol=1e-5)
    np.testing.assert_allclose(cosines[np.arange(3), np.arange(3)], 1, atol=1e-5)
    read = space.words.similar(TEXTS[:2])
    np.testing.assert_allclose(read, (space.words.vectors[:2] @ space.words.vectors.T).todense())


def test_the_first_encoder_is_the_main_one() -> None:
    space = Dataset(log(), {"b": modality(1), "a": modality(2)}, TEXTS).content
    assert space.main_picture is space.pictures["b"]
    assert ContentSpace.fit(Dataset(log(), {}, TEXTS)).main_picture is None


def test_without_texts_or_pictures_there_are_no_spaces() -> None:
    dataset = Dataset(log(), {"a": modality()}, TEXTS)
    assert dataset.without_texts().content.words is None
    assert dataset.without_pictures().content.pictures == {}
    assert dataset.content.words is not None


def test_content_does_not_depend_on_behaviour_and_is_fitted_once() -> None:
    dataset = Dataset(log(), {"a": modality()}, TEXTS)
    before = dataset.content
    fewer = dataset.with_log(dataset.log.keep(np.array([True, False, True])))
    assert fewer.content is before
    assert len(fewer.interactions) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"texts": TEXTS[:-1]},
        {"pictures": {"a": Modality(np.zeros((N + 1, 2), np.float32), np.zeros(N + 1, bool))}},
        {"groups": np.zeros(3, np.int32)},
        {"fitted": np.ones(N - 1, bool)},
    ],
)
def test_content_for_another_number_of_items_is_refused(wrong: dict) -> None:
    with pytest.raises(ShapeError, match=str(N)):
        Dataset(**{"log": log(), "pictures": {}, "texts": TEXTS} | wrong)


def test_the_text_of_an_item_joins_its_words_and_leaves_codes_out() -> None:
    attributes = {
        "description": "a tall vase",
        "tags": ["glass", "blue"],
        "price": "12.50",
        "year": 1960.0,
        "product_code": "0108775",
        "category": "vases",
    }
    assert text_of("Vase", attributes) == "Vase a tall vase glass blue vases"
    assert text_of(None, {}) == ""
