"""tf-idf against scikit-learn, and words that are not spaced."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from beholder.dataset.words import TfIdf, tokens

WORDS = ["red", "blue", "vase", "chair", "oak", "Oak", "glass", "tall", "花瓶", "红色花瓶", "the"]


def random_texts(n: int, seed: int = 0) -> list[str]:
    rng = np.random.default_rng(seed)
    return [" ".join(rng.choice(WORDS, rng.integers(1, 9))) for _ in range(n)]


@pytest.mark.parametrize("n", [30, 7])
def test_tfidf_is_scikit_learns_with_sublinear_tf(n: int) -> None:
    texts = random_texts(n)
    ours = TfIdf.fit(texts)
    theirs = TfidfVectorizer(
        tokenizer=tokens,
        token_pattern=None,
        lowercase=False,
        sublinear_tf=True,
        smooth_idf=True,
        vocabulary=ours.vocabulary,
    ).fit(texts)
    np.testing.assert_allclose(ours.idf, theirs.idf_, rtol=1e-6)
    asked = [*texts, *random_texts(5, seed=9), "nothing known", ""]
    np.testing.assert_allclose(ours(asked).todense(), theirs.transform(asked).todense(), atol=1e-6)


def test_the_vocabulary_is_what_scikit_learn_keeps() -> None:
    texts = random_texts(40)
    theirs = TfidfVectorizer(
        tokenizer=tokens, token_pattern=None, lowercase=False, min_df=2, max_df=0.5
    ).fit(texts)
    assert set(TfIdf.fit(texts).vocabulary) == set(theirs.vocabulary_)


def test_a_large_vocabulary_keeps_the_most_common_terms() -> None:
    texts = ["a b"] * 5 + ["a c"] * 3 + ["d"] * 20
    assert TfIdf.fit(texts, largest=2).vocabulary == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Red-oak chair, 1960s", ["red", "oak", "chair", "1960s"]),
        ("snake_case Ünïcode", ["snake", "case", "ünïcode"]),
        ("蓝色花瓶", ["蓝色", "色花", "花瓶"]),
        ("花", ["花"]),
        ("iPhone手机壳2代", ["iphone", "2", "手机", "机壳", "代"]),
        ("サクラ 벚꽃", ["サク", "クラ", "벚꽃"]),
        ("", []),
        (" - _ ", []),
    ],
)
def test_texts_are_split_into_words_and_character_pairs(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


@given(st.lists(st.text(max_size=20), min_size=1, max_size=8))
def test_any_texts_give_unit_rows_or_zero_rows(texts: list[str]) -> None:
    rows = TfIdf.fit(texts)(texts)
    assert rows.shape[0] == len(texts)
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    assert (np.isclose(lengths, 1, atol=1e-5) | (lengths == 0)).all()
