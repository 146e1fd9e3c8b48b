"""Sparse rows of what is most alike, exactly and by candidates."""

from __future__ import annotations

import time

import numpy as np
import pytest
from groups import everyone, grouped, modality, words

from beholder.progress import Silent
from beholder.spaces import OneModality, Similarity, seconds_to_compare, similar_rows
from beholder.spaces import neighbours as module

N = 300
RAW, GROUP = grouped(N, 32)
LESS = tuple(range(0, N, 3))
CONTENT = {"photo": modality(RAW, LESS), "words": words(GROUP)}


class Notes(Silent):
    def __init__(self) -> None:
        self.notes: list[str] = []
        self.steps: list[str] = []
        self.done = 0

    def advance(self, n: int = 1) -> None:
        self.done += n

    def note(self, text: str) -> None:
        self.notes.append(text)

    def start(self, what: str, total: int | None = None, unit: str = "") -> None:
        self.steps.append(what)


@pytest.fixture(scope="module")
def similarity() -> Similarity:
    return Similarity.fit(CONTENT, everyone(N))


def test_rows_hold_the_largest_similarities_without_the_own(similarity: Similarity) -> None:
    progress = Notes()
    found = similar_rows(similarity, 20, progress=progress)
    alike = similarity.block(slice(None))
    np.fill_diagonal(alike, -np.inf)
    least = np.sort(alike, axis=1)[:, -20]
    assert (np.diff(found.indptr) == 20).all()
    for item in range(N):
        span = slice(found.indptr[item], found.indptr[item + 1])
        assert item not in found.indices[span]
        np.testing.assert_allclose(found.data[span], alike[item, found.indices[span]], atol=1e-6)
        assert found.data[span].min() == pytest.approx(least[item], abs=1e-6)
    assert found.has_sorted_indices
    assert progress.done == N
    assert progress.steps == ["comparing items by photo, words"]


def test_a_step_names_the_one_modality_that_it_compares(similarity: Similarity) -> None:
    progress = Notes()
    similar_rows(OneModality("photo", similarity.spaces["photo"]), 20, progress=progress)
    assert progress.steps == ["comparing items by photo"]


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_few_items_all_stand_in_each_others_rows(n: int) -> None:
    few = {"photo": modality(RAW[:n]), "words": words(GROUP[:n])}
    found = similar_rows(Similarity.fit(few, everyone(n)), 20)
    assert (np.diff(found.indptr) == n - 1).all()


def test_items_that_nothing_is_known_of_have_no_neighbours_and_are_none() -> None:
    unknown = Similarity.fit({"photo": modality(RAW[:9], (2, 4))}, everyone(9))
    found = similar_rows(unknown, 20).toarray()
    assert not found[[2, 4]].any()
    assert not found[:, [2, 4]].any()
    assert np.count_nonzero(found[0]) == 6


def test_beyond_the_limit_candidates_give_nearly_the_same_rows(
    similarity: Similarity, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = similar_rows(similarity, 20)
    monkeypatch.setattr(module, "EXACT", 0)
    near = similar_rows(similarity, 20)
    same = [
        len(
            set(exact.indices[exact.indptr[i] : exact.indptr[i + 1]])
            & set(near.indices[near.indptr[i] : near.indptr[i + 1]])
        )
        for i in range(N)
    ]
    assert np.mean(same) / 20 > 0.95
    assert (near.diagonal() == 0).all()


def test_a_deadline_leaves_rows_empty_and_says_how_many(
    similarity: Similarity, monkeypatch: pytest.MonkeyPatch
) -> None:
    progress = Notes()
    found = similar_rows(similarity, 20, deadline=time.monotonic() - 1, progress=progress)
    assert (found.shape, found.nnz) == ((N, N), 0)
    assert "300 of 300" in progress.notes[0]


@pytest.mark.parametrize("limit", [0, 20_000])
def test_what_comparing_takes_is_told_of_any_items_and_nothing_of_none(
    similarity: Similarity, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "EXACT", limit)
    assert 0 < seconds_to_compare(similarity, 20) < np.inf
    one = Similarity.fit({"photo": modality(RAW[:1])}, everyone(1))
    assert 0 < seconds_to_compare(one, 20) < np.inf
    assert seconds_to_compare(similarity.of(np.empty(0, np.int64)), 20) == 0
