"""The one similarity: a weighted mean, in which what is missing is expected."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from groups import everyone, grouped, modality, words

from beholder.errors import ShapeError, UsageError
from beholder.spaces import Modality, Similarity, similar_rows
from beholder.spaces.content import plain

N = 240
RAW, GROUP = grouped(N, 32)
GIVEN, _ = grouped(N, 8, noise=1.5, seed=4)
LESS = 6 + np.flatnonzero(np.random.default_rng(3).random(N - 6) < 1 / 3)
CONTENT = {
    "photo": modality(RAW, tuple(LESS)),
    "words": [*words(GROUP)[:-3], "", "", ""],
    "given": modality(GIVEN, (0, 1)),
}
WEIGHTS = {"photo": 2.0, "words": 1.0, "given": 0.5}


@pytest.fixture(scope="module")
def similarity() -> Similarity:
    return Similarity.fit(CONTENT, everyone(N), WEIGHTS)


def by_definition(similarity: Similarity, one: int, two: int) -> float:
    """Return S of two items, modality by modality."""
    spaces, total = similarity.spaces, 0.0
    there = {}
    for name, space in spaces.items():
        if space.present[one] and space.present[two]:
            rows = space.vectors[[one, two]]
            rows = rows.toarray() if name == "words" else rows
            there[name] = float(rows[0] @ rows[1])
    for name, weight in similarity.weights.items():
        if name in there:
            total += weight * there[name]
            continue
        lines = [(similarity.expectation.lines[a][name], c) for a, c in there.items()]
        trust = [1 / max(line.residual, 1e-4) for line, _ in lines]
        expected = [line.intercept + line.slope * c for line, c in lines]
        mean = similarity.expectation.means[name]
        total += weight * (np.average(expected, weights=trust) if lines else mean)
    return total / sum(similarity.weights.values())


def test_it_is_the_weighted_mean_with_expectations(similarity: Similarity) -> None:
    full = similarity.block(slice(None))
    rng = np.random.default_rng(0)
    pairs = [*rng.integers(0, N, (60, 2)), (0, 1), (0, N - 1), (LESS[0], N - 1), (5, 5)]
    for one, two in pairs:
        assert full[one, two] == pytest.approx(by_definition(similarity, one, two), abs=1e-5)
    np.testing.assert_allclose(full, full.T, atol=1e-5)


def test_all_ways_to_ask_agree(similarity: Similarity) -> None:
    some, others = np.array([3, 0, LESS[0], N - 1]), np.array([8, 1, 2, LESS[1]])
    block = similarity.block(some)
    np.testing.assert_allclose(similarity.between(some, others), block[:, others], atol=1e-5)
    np.testing.assert_allclose(
        similarity.pairs(some, others), block[np.arange(4), others], atol=1e-5
    )
    np.testing.assert_allclose(
        similarity.of(others).block(slice(None)), similarity.between(others, others), atol=1e-5
    )
    np.testing.assert_array_equal(similarity.block(slice(3, 5)), similarity.block(np.array([3, 4])))


def test_a_new_sample_is_compared_like_an_item_that_has_the_same(similarity: Similarity) -> None:
    for item in (4, int(LESS[2])):
        raw = {"words": [CONTENT["words"][item]], "given": GIVEN[item : item + 1]}
        if item == 4:
            raw["photo"] = RAW[4:5]
        others = np.flatnonzero(np.arange(N) != item)
        np.testing.assert_allclose(
            similarity.similar(raw)[others], similarity.block([item])[0, others], atol=1e-5
        )
    assert not similarity.similar({"other": RAW[:1]}).any()


def test_an_item_that_nothing_is_known_of_is_like_nothing(similarity: Similarity) -> None:
    grown = similarity.grown(2, {"words": ["", CONTENT["words"][1]]})
    blank, worded = N, N + 1
    for found in (
        grown.block([blank])[0],
        grown.block(slice(None))[:, blank],
        grown.between([1, blank], [blank]).ravel(),
        grown.pairs([blank, 1], [1, blank]),
        grown.similar({"words": CONTENT["words"][:1]})[[blank]],
    ):
        assert not found.any()
    assert grown.block([worded])[0, 1] > 0.3  # by the words alone


def test_items_without_pictures_neither_crowd_nor_leave_the_lists(similarity: Similarity) -> None:
    two = Similarity.fit({name: CONTENT[name] for name in ("photo", "words")}, everyone(N))
    alike = two.block(slice(None))
    np.fill_diagonal(alike, -np.inf)
    near = np.argsort(-alike, axis=1)[:, :20]
    share = float(np.isin(near, LESS).mean())
    assert 0.6 < share / (len(LESS) / N) < 1.4


def test_a_weight_of_nothing_reads_nothing(similarity: Similarity) -> None:
    alone = similarity.weighed({"photo": 0.0, "words": 3.0, "given": 0.0})
    read = similarity.spaces["words"].cosines(slice(0, 5))
    both = similarity.spaces["words"].present
    np.testing.assert_allclose(alone.block(slice(0, 5))[:, both], read[:, both], atol=1e-6)
    assert list(alone.counted) == ["words"]
    assert alone.present.sum() == N - 3


def test_new_items_are_compared_like_old_ones_with_the_same_content(
    similarity: Similarity,
) -> None:
    raw = {"photo": Modality.of_rows(RAW[:3], everyone(3)), "words": CONTENT["words"][:3]}
    grown = similarity.grown(3, raw)
    assert len(grown) == N + 3
    np.testing.assert_allclose(
        grown.block(slice(0, N))[:, :N], similarity.block(slice(None)), atol=1e-6
    )
    assert not grown.spaces["given"].present[N:].any()
    twin = 1  # has no given vector either
    np.testing.assert_allclose(
        np.delete(grown.block([N + twin])[0, :N], twin),
        np.delete(similarity.block([twin])[0], twin),
        atol=1e-5,
    )


def test_the_gram_is_positive_definite_where_the_expected_mean_is_not(
    similarity: Similarity,
) -> None:
    gram = similarity.gram_block({"photo": 4.0, "words": 2.0, "unknown": 1.0}, slice(None))
    photo, read = (similarity.spaces[name].cosines(slice(None)) for name in ("photo", "words"))
    np.testing.assert_allclose(gram, 4 * photo + 2 * read, atol=1e-5)
    assert np.linalg.eigvalsh(gram.astype(np.float64)).min() > -1e-4
    expected = similarity.block(slice(None)).astype(np.float64)
    assert np.linalg.eigvalsh(expected).min() < -0.05
    part = similarity.gram_block({"photo": 4.0}, np.array([5, 2]))
    np.testing.assert_allclose(part, 4 * photo[[5, 2]], atol=1e-5)


def test_saving_and_loading_gives_the_same_bits(similarity: Similarity, tmp_path: Path) -> None:
    similarity.save(tmp_path)
    loaded = Similarity.load(tmp_path)
    assert list(loaded.spaces) == list(similarity.spaces)
    np.testing.assert_array_equal(loaded.block(slice(None)), similarity.block(slice(None)))
    assert {path.name for path in tmp_path.iterdir()} == {*CONTENT, "similarity.json"}


def test_names_that_are_no_names_of_folders_get_folders_of_their_own() -> None:
    names = ["onnx:/a/b.onnx", "onnx:/a_b.onnx", "ONNX:/a_b.onnx", "words"]
    made = [plain(name, names) for name in names]
    assert len({name.lower() for name in made}) == 4
    assert not set("/:\\") & set("".join(made))


def test_a_modality_that_no_fitted_item_has_is_left_out() -> None:
    fitted = np.arange(N) < 100
    late = {"photo": modality(RAW, tuple(range(100))), "words": CONTENT["words"]}
    assert list(Similarity.fit(late, fitted, {"photo": 1.0, "words": 1.0}).spaces) == ["words"]


@pytest.mark.parametrize(
    "weights", [{"photo": 1.0}, dict.fromkeys(CONTENT, 0.0), dict.fromkeys(CONTENT, -1.0)]
)
def test_weights_that_cannot_be_meant_are_refused(similarity: Similarity, weights: dict) -> None:
    with pytest.raises(UsageError, match="weights"):
        similarity.weighed(weights)


def test_content_of_another_number_of_items_is_refused() -> None:
    with pytest.raises(ShapeError, match="words is of 3 items, but there are 2"):
        Similarity.fit({"words": ["a", "b", "c"]}, everyone(2))


def test_where_nothing_is_known_nothing_is_alike(tmp_path: Path) -> None:
    nothing = Similarity.fit({"words": ["", "", ""]}, everyone(3), {"words": 1.0})
    assert not nothing.spaces
    assert nothing.block(slice(1, 3)).tolist() == [[0.0] * 3] * 2
    assert nothing.similar({"words": ["vase"]}).tolist() == [0.0] * 3
    assert similar_rows(nothing).shape == (3, 3)
    assert similar_rows(nothing).nnz == 0
    assert len(nothing.grown(2, {})) == 5
    nothing.save(tmp_path)
    assert len(Similarity.load(tmp_path)) == 3


def test_if_all_that_counts_was_left_out_the_rest_counts() -> None:
    fitted = np.arange(N) < 100
    late = {"photo": modality(RAW, tuple(range(100))), "words": CONTENT["words"]}
    assert Similarity.fit(late, fitted, {"photo": 1.0, "words": 0.0}).weights == {"words": 1.0}
