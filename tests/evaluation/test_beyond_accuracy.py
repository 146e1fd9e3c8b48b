"""What lists are like beside their right answers, by hand; `test_golden_metrics` has outsiders."""

from __future__ import annotations

import numpy as np
import pytest

from beholder.dataset.dataset import Dataset
from beholder.evaluation import beyond_accuracy as beyond
from beholder.spaces import Modality
from beholder.testing.sample_log import log_of_arrays

LISTS = np.array([[0, 1], [0, 2], [0, -1], [-1, -1]], np.int32)
COUNTS = np.array([8, 4, 0, 4])


def test_coverage_is_the_share_of_items_shown() -> None:
    assert beyond.coverage(LISTS, 6) == 0.5


def test_gini_is_zero_for_even_lists_and_high_for_one_item() -> None:
    all_of = np.ones(4, bool)
    assert beyond.gini(np.array([[0, 1], [2, 3]], np.int32), all_of) == pytest.approx(0)
    one = np.zeros((5, 1), np.int32)
    assert beyond.gini(one, all_of) == pytest.approx(3 / 4)  # (n - 1) / n
    assert beyond.gini(np.full((2, 2), -1, np.int32), all_of) == 0
    # Mean absolute difference over twice the mean, the definition.
    counts = np.array([3, 1, 1, 0])
    differences = np.abs(counts[:, None] - counts[None, :]).mean()
    assert beyond.gini(LISTS, all_of) == pytest.approx(differences / 2 / counts.mean())


def test_gini_asks_of_items_that_may_be_shown_alone() -> None:
    pool = np.array([True, True, True, False, False])
    differences = np.abs(np.subtract.outer([3, 1, 1], [3, 1, 1])).mean()
    assert beyond.gini(LISTS, pool) == pytest.approx(differences / 2 / (5 / 3))


def test_novelty_is_the_mean_surprise_and_nothing_surprises_in_an_empty_list() -> None:
    # -log2 of 8/16, of 4/16, and of 1/16 for the one that nobody liked.
    expected = [(1 + 2) / 2, (1 + 4) / 2, 1, np.nan]
    np.testing.assert_allclose(beyond.novelty(LISTS, COUNTS), expected)


def test_lists_are_twice_as_popular_as_histories() -> None:
    lists = beyond.popularity(LISTS, COUNTS, people=8)
    np.testing.assert_allclose(lists, [0.75, 0.5, 1, np.nan])
    before = np.array([0.5, 0.125, np.nan, 0.5])  # the last two have no pair
    assert beyond.popularity_lift(lists, before) == pytest.approx(1)
    assert np.isnan(beyond.popularity_lift(lists, np.full(4, np.nan)))
    assert np.isnan(beyond.popularity_lift(lists, np.zeros(4)))


def test_what_a_history_is_worth_is_the_mean_of_its_likes() -> None:
    users, items = np.array([0, 0, 2], np.int32), np.array([0, 1, 3], np.int32)
    log = log_of_arrays(users, items, np.arange(3, dtype=np.int64), np.ones(3), 3, 4, 1)
    np.testing.assert_allclose(beyond.of_histories(log.histories, COUNTS, 8), [0.75, np.nan, 0.5])


def test_diversity_is_the_mean_distance_of_all_pairs() -> None:
    """Items 0 and 1 look the same, 2 and 3 not; of item 4 nothing is known: it is like nothing."""
    none = np.empty(0, np.int32)
    log = log_of_arrays(none, none, np.empty(0, np.int64), np.empty(0), 0, 5, 1)
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(5, 8)).astype(np.float32)
    vectors[1] = vectors[0]
    present = np.array([True, True, True, True, False])
    content = Dataset(log, {"seen": Modality.of_rows(vectors[:4], present)}, [""] * 5).content
    alike = np.array([content.block([i])[0] for i in range(5)])
    lists = np.array([[0, 1, -1], [0, 2, 3], [3, 2, 0], [4, 2, -1], [2, -1, -1]], np.int32)
    three = 1 - (alike[0, 2] + alike[0, 3] + alike[2, 3]) / 3
    expected = [0, three, three, 1, np.nan]
    np.testing.assert_allclose(beyond.diversity(lists, content), expected, atol=1e-6)


def test_serendipity_counts_right_answers_that_popularity_lacks() -> None:
    lists = np.array([[5, 6, 7, 8], [5, 6, 7, 8]], np.int32)
    popular = np.array([[8, 1, 2, 3], [1, 2, 3, 4]], np.int32)
    hits = np.array([[True, False, False, True], [False, False, False, False]])
    assert beyond.serendipity(hits, lists, popular).tolist() == [0.25, 0]
