"""The space of texts, and tf-idf against scikit-learn where there are few of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from groups import everyone, grouped, words
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from beholder.errors import ShapeError
from beholder.spaces import WordSpace
from beholder.spaces import word_space as module
from beholder.spaces.words import TfIdf, counted, tokens

N = 60
TEXTS = words(grouped(N, 4)[1])


@pytest.fixture
def space() -> WordSpace:
    return WordSpace.fit([*TEXTS[:-1], ""], everyone(N))


@pytest.mark.parametrize("often", [2, 8, 60])  # all terms rare, some, none
def test_cosines_are_those_of_scikit_learn(
    space: WordSpace, often: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "OFTEN", often)
    texts = [*TEXTS[:-1], ""]
    theirs = TfidfVectorizer(
        tokenizer=tokens, token_pattern=None, sublinear_tf=True, vocabulary=space.tfidf.vocabulary
    )
    rows = theirs.fit([text for text in texts if text]).transform(texts).todense()
    np.testing.assert_allclose(space.cosines(slice(None)), rows @ rows.T, atol=1e-5)
    np.testing.assert_allclose(space.similar(texts[:3]), rows[:3] @ rows.T, atol=1e-5)
    some, others = np.array([1, 4, 59]), np.array([8, 2, 0])
    np.testing.assert_allclose(space.between(some, others), rows[some] @ rows[others].T, atol=1e-5)
    np.testing.assert_allclose(
        space.pairs(some, others), np.diag(rows[some] @ rows[others].T), atol=1e-5
    )
    assert space.present.tolist() == [True] * (N - 1) + [False]


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_of_few_texts_all_terms_count_alike(n: int) -> None:
    texts = TEXTS[:n]
    counts = CountVectorizer(tokenizer=tokens, token_pattern=None).fit_transform(texts).toarray()
    rows = counts / np.linalg.norm(counts, axis=1, keepdims=True)
    ours = WordSpace.fit(texts, everyone(n)).cosines(slice(None))
    np.testing.assert_allclose(ours, rows @ rows.T, atol=1e-5)


def learned(texts: list[str]) -> list[str]:
    return TfIdf.fit(counted(texts), everyone(len(texts))).vocabulary


def test_with_a_few_more_texts_a_term_may_be_in_five_of_them() -> None:
    texts = ["oak a"] * 5 + ["elm b"] * 2
    assert set(learned(texts)) == {"oak", "a", "elm", "b"}
    assert "oak" not in learned([*texts, "oak"])


def test_only_fitted_texts_teach_terms() -> None:
    fitted = np.arange(N) < 30
    held = ["secret word"] * (N - 30)
    assert "secret" not in WordSpace.fit([*TEXTS[:30], *held], fitted).tfidf.vocabulary


def test_new_texts_come_after_the_last(space: WordSpace) -> None:
    grown = space.grown(2, [TEXTS[0], ""])
    assert grown.cosines(np.array([N]))[0, 0] == pytest.approx(1)
    assert grown.present[N:].tolist() == [True, False]
    assert space.grown(3, None).present.sum() == space.present.sum()
    with pytest.raises(ShapeError, match="1 texts are given, 2 items"):
        space.grown(2, ["x"])


def test_a_part_of_a_space_is_compared_as_in_the_whole(space: WordSpace) -> None:
    some = np.array([9, 2, 59])
    np.testing.assert_allclose(
        space.of(some).cosines(slice(None)), space.cosines(some)[:, some], atol=1e-6
    )


def test_candidates_hold_the_nearest_though_few_items_of_a_term_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "LONGEST", 20)
    n = 2000
    texts = words(np.arange(n) % 400)
    space = WordSpace.fit(texts, everyone(n))
    block = np.arange(100)
    found = space.candidates(block, 30)
    cosines = space.cosines(block)
    assert len(found.rows) <= 100 * 60
    keys = set(zip(found.rows.tolist(), found.positions.tolist(), strict=True))
    assert len(keys) == len(found.rows)
    best = np.argsort(-cosines, axis=1)[:, :5]
    named = [(row, int(item)) in keys for row in range(100) for item in best[row]]
    assert np.mean(named) > 0.95


def test_saving_and_loading_gives_the_same_bits(space: WordSpace, tmp_path: Path) -> None:
    space.save(tmp_path)
    loaded = WordSpace.load(tmp_path)
    np.testing.assert_array_equal(loaded.cosines(slice(None)), space.cosines(slice(None)))
    np.testing.assert_array_equal(loaded.similar(TEXTS[:2]), space.similar(TEXTS[:2]))


def test_without_any_text_nothing_is_alike() -> None:
    space = WordSpace.fit([""] * 3, everyone(3))
    assert not space.present.any()
    assert space.cosines(slice(None)).tolist() == [[0.0] * 3] * 3
