"""Vectors and their ridge regression, written out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from small_scorers import TOUCHED, vectors

from beholder.scorers.vectors import Vectors
from beholder.spaces import Modality, fit_spaces
from beholder.spaces.metric import Metric, Part
from beholder.testing.growth_checks import BETWEEN, N_ITEMS, TWIN, filling, looks
from beholder.testing.sample_histories import history_of

MIXED = np.array([0.9, 0.6]) ** 3 / (0.9**3 + 0.6**3)


def slow_fold_in(items: np.ndarray, learned: np.ndarray, own: list[int], w: np.ndarray):
    """u = (a V'V + sum of w v v' + r I)^-1 sum of w v, r = reg (h + a n); a = 0.2, reg = 0.01."""
    v = items.astype(np.float64)
    left = 0.2 * learned.astype(np.float64).T @ learned
    for item, weight in zip(own, w.tolist(), strict=True):
        left += weight * np.outer(v[item], v[item])
    left += 0.01 * (len(own) + 0.2 * N_ITEMS) * np.eye(v.shape[1])
    return np.linalg.solve(left, (w[:, None] * v[own]).sum(axis=0))


def test_a_history_is_folded_in_by_ridge_regression() -> None:
    scorer = vectors()
    told = history_of([2, 7, 11, 5], [1000, 2000, 2000, 3000])
    w = told.weights * np.array([0.64, 0.8, 0.8, 1.0])
    expected = slow_fold_in(scorer.items, scorer.items, [2, 7, 11, 5], w)
    query = scorer.ask(told)
    np.testing.assert_allclose(query.vectors[0][0], expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(scorer.scores(query)[0], scorer.items @ expected, atol=1e-5)


def test_a_share_is_what_the_score_loses_and_an_even_part_of_the_rest() -> None:
    scorer = vectors()
    query = scorer.ask(history_of(list(range(25))))
    shares = scorer.shares(query, np.array([33], np.int32))
    assert not shares.additive
    np.testing.assert_array_equal(shares.values[0, :5], 0)  # only the 20 newest are split
    whole = slow_fold_in(scorer.items, scorer.items, list(range(25)), query.weights)
    lost = []
    for index in range(5, 25):
        keep = [i for i in range(25) if i != index]
        less = slow_fold_in(scorer.items, scorer.items, keep, query.weights[keep])
        lost.append(float(scorer.items[33] @ (whole - less)))
    rest = float(scorer.items[33] @ whole) - sum(lost)
    np.testing.assert_allclose(shares.values[0, 5:], np.array(lost) + rest / 20, atol=1e-4)
    assert shares.base[0] == 0  # nothing of it is popularity


def test_new_items_get_the_mean_of_their_neighbours() -> None:
    scorer = vectors()
    grown = scorer.grown(looks(N_ITEMS))
    mean = MIXED @ scorer.items[list(BETWEEN)]
    expected = [scorer.items[TWIN], mean, np.zeros(6)]
    np.testing.assert_allclose(grown.items[N_ITEMS:], expected, atol=1e-6)
    np.testing.assert_array_equal(grown.items[:N_ITEMS], scorer.items)
    assert grown.n_fitted == N_ITEMS


def test_placed_items_count_as_history_and_taught_nothing() -> None:
    scorer = vectors()
    filled = scorer.grown(filling())
    mean = MIXED @ scorer.items[list(BETWEEN)]
    np.testing.assert_allclose(filled.items[TOUCHED + 1], mean, atol=1e-6)
    assert filled.placed.tolist() == [36, 37, 38, 39]
    own = [3, TOUCHED + 1]
    query = filled.ask(history_of(own))
    expected = slow_fold_in(filled.items, scorer.items[:TOUCHED], own, query.weights)
    np.testing.assert_allclose(query.vectors[0][0], expected, rtol=1e-4, atol=1e-5)
    late = filled.grown(looks(N_ITEMS))
    np.testing.assert_allclose(late.shared, scorer.shared, atol=1e-6)


def test_a_tower_gives_new_items_vectors_by_their_content_and_comes_back(tmp_path: Path) -> None:
    contents = np.random.default_rng(1).normal(size=(N_ITEMS + 2, 5)).astype(np.float32)
    everybody = np.ones(len(contents), bool)
    space = fit_spaces({"look": Modality.of_rows(contents, everybody)}, everybody)["look"]
    directions = np.eye(space.vectors.shape[1], dtype=np.float32)
    matrix = np.arange(6 * len(directions), dtype=np.float32).reshape(len(directions), 6)
    tower = Metric((Part("look", 1.0, directions),), matrix)
    scorer = replace(vectors(), tower=tower)
    scorer.save(tmp_path)
    new = replace(looks(N_ITEMS, [0, 1]), spaces={"look": space})
    for one in (scorer, Vectors.load(tmp_path)):
        grown = one.grown(new)
        np.testing.assert_allclose(
            grown.items[N_ITEMS:], space.vectors[N_ITEMS:] @ matrix, rtol=1e-4
        )
        np.testing.assert_array_equal(grown.items[:N_ITEMS], scorer.items)


def test_without_a_tower_of_anything_new_items_are_left_to_others(tmp_path: Path) -> None:
    scorer = replace(vectors(), tower=Metric((), np.zeros((0, 6), np.float32)))
    scorer.save(tmp_path)
    grown = Vectors.load(tmp_path).grown(looks(N_ITEMS))
    np.testing.assert_array_equal(grown.items[N_ITEMS:], np.zeros((3, 6)))
