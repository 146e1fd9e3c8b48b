"""NDCG while tuning: ties by their expectation, and the same as written out."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from small_world import average_gain, members_and_cases

from beholder.blending.measure import alone, ndcg
from beholder.dataset.splits import Cases
from beholder.scorers.blend import Blend, lifts
from beholder.scorers.fold import Weights, combined
from beholder.scorers.interface import Query
from beholder.scorers.item_item import ItemItem, asked
from beholder.scorers.recency import Recency
from beholder.testing.sample_log import log_of_arrays
from planted import dataset_of, make_world

N = 7


def cases_of(
    histories: list[list[int]],
    targets: list[list[int]],
    signed: list[float] | None = None,
) -> Cases:
    users = np.repeat(np.arange(len(histories)), [len(h) for h in histories]).astype(np.int32)
    items = np.concatenate(histories).astype(np.int32)
    log = log_of_arrays(
        users,
        items,
        np.arange(len(users), dtype=np.int64),
        np.ones(len(users), np.float32) if signed is None else np.array(signed, np.float32),
        len(histories),
        N,
        0,
    )
    indptr = np.concatenate([[0], np.cumsum([len(t) for t in targets])])
    flat = np.concatenate(targets).astype(np.int32)
    return Cases(log, np.arange(len(histories), dtype=np.int32), indptr, flat)


def rows_with(scores: list[float]) -> ItemItem:
    """Rows in which item 0 says these scores of all items."""
    dense = np.zeros((N, N), np.float32)
    dense[0] = scores
    return ItemItem(sp.csr_array(dense))


FLAT = Recency(1.0)


@pytest.mark.parametrize("depth", [2, 10])
@pytest.mark.parametrize("targets", [[1], [3], [1, 4], [2, 3, 6]])
def test_cases_are_judged_without_their_history_and_by_expectation(
    targets: list[int], depth: int
) -> None:
    scores = [9.0, 1.0, 1.0, 0.0, 2.0, 1.0, 0.0]
    cases = cases_of([[0]], [targets])
    found = ndcg(alone(rows_with(scores), FLAT), cases, np.ones(N, bool), depth=depth)
    expected = average_gain(scores[1:], [t - 1 for t in targets], depth)
    assert found[0] == pytest.approx(expected)


def test_what_is_not_in_the_pool_is_neither_a_rival_nor_a_right_answer() -> None:
    scores = [9.0, 1.0, 3.0, 0.5, 2.0, 0.0, 0.0]
    pool = np.ones(N, bool)
    pool[[2, 4]] = False
    cases = cases_of([[0], [0]], [[1], [2]])
    found = ndcg(alone(rows_with(scores), FLAT), cases, pool)
    assert found.tolist() == [1.0, 0.0]


def test_what_was_only_disliked_is_no_rival_either() -> None:
    """It is masked when served, so it is masked when judged."""
    scores = [9.0, 1.0, 3.0, 0.5, 2.0, 0.0, 0.0]
    cases = cases_of([[0, 2, 4]], [[1]], [1.0, -1.0, -1.0])
    assert ndcg(alone(rows_with(scores), FLAT), cases, np.ones(N, bool)).tolist() == [1.0]
    without = cases_of([[0]], [[1]])
    found = ndcg(alone(rows_with(scores), FLAT), without, np.ones(N, bool))
    np.testing.assert_allclose(found, [1 / np.log2(4)])


def test_the_base_counts_less_for_light_histories() -> None:
    base = np.array([0, 0, 0.4, 0, 0, 0, 0], np.float32)
    scores = rows_with([0.0, 0.3, 0.0, 0.0, 0.0, 0.0, 0.0])
    cases = cases_of([[0], [0, 6]], [[1], [1]])
    pool = np.ones(N, bool)
    whole = ndcg(alone(Blend(scores, base), FLAT), cases, pool)
    lifted = ndcg(alone(Blend(scores, base, mass=2.0), FLAT), cases, pool)
    second = 1 / np.log2(3)
    np.testing.assert_allclose(whole, [second, second])
    np.testing.assert_allclose(lifted, [1.0, second])


def test_a_sum_of_models_is_judged_like_their_folded_rows() -> None:
    rng = np.random.default_rng(5)
    one, two = (sp.csr_array(rng.random((N, N)).astype(np.float32)) for _ in range(2))
    cold = rng.random(N) < 0.5
    cases = cases_of([[0, 3], [2], [5, 6, 1]], [[1], [4], [0, 2]])
    pool = np.ones(N, bool)
    weights = Weights(
        {"one": 0.5, "two": 2.0}, {"one": 0.5, "two": 0.6}, {"one": 0.5, "two": 1.4}, decay=0.7
    )
    members = {"one": ItemItem(one), "two": ItemItem(two)}
    parts = combined(members, np.zeros(N, np.float32), cold, weights)
    folded = sp.csr_array(one.todense() + two.todense() * np.where(cold, 0.7, 0.3))
    np.testing.assert_allclose(
        ndcg(parts.scores, cases, pool), ndcg(alone(ItemItem(folded), Recency(0.7)), cases, pool)
    )


@pytest.mark.parametrize("older", [1.0, 0.4])
def test_the_histories_of_cases_are_weighted_like_each_on_its_own(older: float) -> None:
    _, popularity, cases = members_and_cases()
    recency = Recency(0.7, older)
    found = asked(cases.histories, len(popularity), recency).matrix(len(popularity))
    assert found.shape == (len(cases), len(popularity))
    for case in range(len(cases)):
        history = cases.history(case)
        expected = np.zeros(len(popularity), np.float32)
        expected[history.items] = recency.weights(history)
        np.testing.assert_allclose(found[[case]].todense()[0], expected, rtol=1e-5)
    assert len(np.unique(found.data)) > 3  # several moments, or nothing was tested


def test_many_cases_are_judged_in_blocks_as_each_alone() -> None:
    """More than one block of cases, with histories of different lengths."""
    dataset = dataset_of(make_world(n_users=400))
    pairs = dataset.interactions
    starts = np.searchsorted(pairs.users, np.arange(400))
    cases = Cases(
        dataset.log.keep(np.arange(len(dataset.log)) % 3 > 0),
        np.arange(400, dtype=np.int32),
        np.arange(401),
        pairs.items[starts],
    )
    members, _, _ = members_and_cases()
    pool = np.arange(dataset.n_items) % 7 != 0
    ask = alone(members["itemknn"], Recency(0.8))
    found = ndcg(ask, cases, pool)
    for case in range(0, 400, 37):
        one = ndcg(ask, cases.take(np.array([case])), pool)
        assert found[case] == pytest.approx(one[0])
    assert len(np.unique(found)) >= 8  # of 11 that there are


def test_lifts_are_the_part_of_the_mass_and_one_for_nobody() -> None:
    weights = np.array([1, 2, 1, 4, 4], np.float32)
    query = Query(np.zeros(5, np.int32), weights, np.array([0, 0, 1, 3, 5]))
    np.testing.assert_allclose(lifts(query, 4.0), [1, 0.25, 0.75, 1])
    np.testing.assert_allclose(lifts(query, 0.0), [1, 1, 1, 1])
