"""What a dataset holds of its items, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from beholder.dataset.dataset import Dataset
from beholder.dataset.texts import text_of
from beholder.errors import ShapeError
from beholder.spaces import Modality
from beholder.testing.sample_dataset import without
from beholder.testing.sample_log import log_of_arrays

N = 12


def log(n_items: int = N):
    users = np.array([0, 0, 1], np.int32)
    items = np.array([0, 1, 2], np.int32)
    return log_of_arrays(users, items, np.zeros(3, np.int64), np.ones(3, np.float32), 2, n_items, 0)


def modality(seed: int = 0, dim: int = 4) -> Modality:
    vectors = np.random.default_rng(seed).normal(size=(N, dim)).astype(np.float32)
    present = np.arange(N) != 5
    vectors[5] = 0
    return Modality.of_rows(vectors, present)


TEXTS = [f"word{i % 3} thing{i % 4}" for i in range(N)]


def test_items_are_compared_by_pictures_and_words() -> None:
    space = Dataset(log(), {"a": modality()}, TEXTS).content
    assert list(space.spaces) == ["a", "words"]
    assert not space.spaces["a"].present[5]
    assert space.spaces["words"].present.all()


def test_every_encoder_counts_the_same_before_anything_is_learned() -> None:
    space = Dataset(log(), {"b": modality(1), "a": modality(2)}, TEXTS).content
    assert space.weights == {"b": 1.0, "a": 1.0, "words": 1.0}


def test_without_texts_or_pictures_there_are_no_spaces() -> None:
    dataset = Dataset(log(), {"a": modality()}, TEXTS)
    assert list(without(dataset, "words").content.spaces) == ["a"]
    assert list(without(dataset, "pictures").content.spaces) == ["words"]
    assert not without(without(dataset, "pictures"), "words").content.spaces


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
        {
            "pictures": {
                "a": Modality.of_rows(np.zeros((N + 1, 2), np.float32), np.zeros(N + 1, bool))
            }
        },
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
    twice = {"tags": ["blue"], "tags_zh": ["蓝"], "title_zh": "瓶"}
    assert text_of("Vase", twice) == "Vase blue 瓶"  # what is said in two languages counts once
