"""New items with all there are, against comparing everything at once."""

from __future__ import annotations

import numpy as np
import pytest

from beholder.dataset.new_items import Compared
from beholder.spaces import Modality, Similarity

N = 40
RNG = np.random.default_rng(6)
LOOKS = RNG.normal(size=(N, 12)).astype(np.float32)
TEXTS = [f"word{i % 7} thing{i % 4}" if i % 5 else "" for i in range(N)]


def similarity() -> Similarity:
    looks = Modality.of_rows(LOOKS, np.arange(N) % 9 > 0)
    return Similarity.fit({"look": looks, "words": TEXTS}, np.arange(N) < 30)


def most_alike(positions: np.ndarray, kept: int) -> np.ndarray:
    dense = np.maximum(similarity().block(positions), 0)
    dense[np.arange(len(positions)), positions] = 0
    for own in dense:
        own[np.argsort(-own)[kept:]] = 0
    return dense


@pytest.mark.parametrize("asked", [[], [0, 1, 2], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]])
def test_what_is_most_alike_is_there_whatever_was_asked_before(asked: list[int]) -> None:
    positions = np.arange(30, N)
    compared = Compared(similarity(), positions, noted=6)
    if asked:
        compared.similar(np.array(asked))
    found = compared.alike()
    np.testing.assert_allclose(found.todense(), most_alike(positions, 6), atol=1e-6)
    assert np.diff(found.indptr).max() == 6


def test_nothing_is_alike_to_no_items() -> None:
    assert Compared(similarity(), np.empty(0, np.int64), noted=5).alike().shape == (0, N)


def test_new_items_are_compared_with_those_there_are_and_not_with_themselves() -> None:
    known = np.arange(33) < 28
    positions = np.array([28, 30, 31, 36])
    groups = np.arange(N, dtype=np.int32) // 2
    new = Compared(similarity(), positions).among(groups, known)
    block = np.array([1, 2, 3])
    expected = similarity().block(positions[block])[:, :33]
    expected[[0, 1], [30, 31]] = 0  # 36 came after those there are
    np.testing.assert_allclose(new.similar(block), expected, atol=1e-6)
    for name in ("look", "words"):
        whole = similarity().spaces[name].cosines(positions[block])
        np.testing.assert_allclose(new.cosines[name](block), whole[:, :33], atol=1e-6)
    assert [own.tolist() for own in new.groups] == [[14, 15, 15, 18], groups[:33].tolist()]


def test_where_nothing_is_known_nothing_is_alike() -> None:
    nothing = Similarity.fit({}, np.ones(5, bool))
    compared = Compared(nothing, np.array([4]), noted=3)
    assert not compared.similar(np.array([0])).any()
    assert compared.alike().nnz == 0
