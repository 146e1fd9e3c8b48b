"""NDCG while tuning: ties by their expectation, and the same as written out."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
import scipy.sparse as sp

from beholder.dataset.log import log_of_arrays
from beholder.dataset.splits import Cases
from beholder.models import recency
from beholder.models.itemitem import ItemItem
from beholder.training import weights
from beholder.training.gains import expected_gain
from beholder.training.histories import history_matrix, lifts
from beholder.training.judge import ndcg_of_parts, ndcg_per_case
from beholder.training.weights import Sheet, ascend, learn, sheet


def average_gain(scores: list[float], targets: list[int], depth: int) -> float:
    """NDCG of a list, averaged over all orders of equal scores, by trying them all."""
    found = []
    for shuffled in permutations(range(len(scores))):
        order = sorted(shuffled, key=lambda i: -scores[i])
        gain = sum(1 / np.log2(order.index(t) + 2) for t in targets if order.index(t) < depth)
        found.append(gain)
    ideal = sum(1 / np.log2(rank + 2) for rank in range(min(len(targets), depth)))
    return float(np.mean(found)) / ideal


@pytest.mark.parametrize("depth", [1, 3, 10])
def test_the_expected_gain_is_the_mean_over_all_orders(depth: int) -> None:
    for scores in ([1, 1, 1, 1, 1], [3, 2, 2, 2, 1], [0, 0, 1, 5, 5, 5], [4, 3, 2, 1]):
        for target in range(len(scores)):
            better = sum(s > scores[target] for s in scores)
            equal = sum(s == scores[target] for s in scores)
            found = expected_gain(np.array([better]), np.array([equal]), depth)[0]
            assert found == pytest.approx(average_gain(scores, [target], depth))


N = 7


def cases_of(histories: list[list[int]], targets: list[list[int]]) -> Cases:
    users = np.repeat(np.arange(len(histories)), [len(h) for h in histories]).astype(np.int32)
    items = np.concatenate(histories).astype(np.int32)
    log = log_of_arrays(
        users,
        items,
        np.arange(len(users), dtype=np.int64),
        np.ones(len(users), np.float32),
        len(histories),
        N,
        0,
    )
    indptr = np.concatenate([[0], np.cumsum([len(t) for t in targets])])
    flat = np.concatenate(targets).astype(np.int32)
    return Cases(log, np.arange(len(histories), dtype=np.int32), indptr, flat)


def rows_with(scores: list[float]) -> sp.csr_array:
    """Rows in which item 0 says these scores of all items."""
    dense = np.zeros((N, N), np.float32)
    dense[0] = scores
    return sp.csr_array(dense)


@pytest.mark.parametrize("depth", [2, 10])
@pytest.mark.parametrize("targets", [[1], [3], [1, 4], [2, 3, 6]])
def test_cases_are_judged_without_their_history_and_by_expectation(
    targets: list[int], depth: int
) -> None:
    scores = [9.0, 1.0, 1.0, 0.0, 2.0, 1.0, 0.0]
    cases = cases_of([[0]], [targets])
    found = ndcg_per_case(rows_with(scores), 1.0, cases, np.ones(N, bool), depth=depth)
    expected = average_gain(scores[1:], [t - 1 for t in targets], depth)
    assert found[0] == pytest.approx(expected)


def test_what_is_not_in_the_pool_is_neither_a_rival_nor_a_right_answer() -> None:
    scores = [9.0, 1.0, 3.0, 0.5, 2.0, 0.0, 0.0]
    pool = np.ones(N, bool)
    pool[[2, 4]] = False
    cases = cases_of([[0], [0]], [[1], [2]])
    found = ndcg_per_case(rows_with(scores), 1.0, cases, pool)
    assert found.tolist() == [1.0, 0.0]


def test_the_base_counts_less_for_light_histories() -> None:
    base = np.array([0, 0, 0.4, 0, 0, 0, 0], np.float32)
    scores = [0.0, 0.3, 0.0, 0.0, 0.0, 0.0, 0.0]
    cases = cases_of([[0], [0, 6]], [[1], [1]])
    whole = ndcg_per_case(rows_with(scores), 1.0, cases, np.ones(N, bool), base)
    lifted = ndcg_per_case(rows_with(scores), 1.0, cases, np.ones(N, bool), base, mass=2.0)
    second = 1 / np.log2(3)
    np.testing.assert_allclose(whole, [second, second])
    np.testing.assert_allclose(lifted, [1.0, second])


def test_a_sum_of_models_is_judged_like_their_folded_rows() -> None:
    rng = np.random.default_rng(5)
    one, two = (sp.csr_array(rng.random((N, N)).astype(np.float32)) for _ in range(2))
    factors = rng.random(N).astype(np.float32)
    cases = cases_of([[0, 3], [2], [5, 6, 1]], [[1], [4], [0, 2]])
    pool = np.ones(N, bool)
    folded = sp.csr_array(one.todense() + two.todense() * factors)
    np.testing.assert_allclose(
        ndcg_of_parts([(one, None), (two, factors)], 0.7, cases, pool),
        ndcg_per_case(folded, 0.7, cases, pool),
    )


def test_the_histories_of_cases_are_weighted_like_each_on_its_own() -> None:
    from small_world import members_and_cases

    _, popularity, cases = members_and_cases()
    found = history_matrix(cases, 0.7, len(popularity))
    assert found.shape == (len(cases), len(popularity))
    for case in range(len(cases)):
        history = cases.history(case)
        expected = np.zeros(len(popularity), np.float32)
        expected[history.items] = recency.by_rank(history, 0.7)
        np.testing.assert_allclose(found[[case]].todense()[0], expected, rtol=1e-5)
    assert len(np.unique(found.data)) > 3  # several moments, or nothing was tested


def test_lifts_are_the_part_of_the_mass_and_one_for_nobody() -> None:
    histories = sp.csr_array(np.array([[0, 0], [1, 0], [2, 1], [4, 4]], np.float32))
    np.testing.assert_allclose(lifts(histories, 4.0), [1, 0.25, 0.75, 1])
    np.testing.assert_allclose(lifts(histories, 0.0), [1, 1, 1, 1])


# -- the sheet that weights are learned on --------------------------------------------------


def a_sheet(scores: list[list[list[float]]], targets: list[list[int]]) -> Sheet:
    """Scores (members, cases, candidates); targets by case."""
    array = np.array(scores, np.float32)
    counts = [len(t) for t in targets]
    discount = np.cumsum(1 / np.log2(np.arange(2, 22)))
    case = np.repeat(np.arange(len(targets)), counts)
    return Sheet(
        [f"m{i}" for i in range(len(scores))],
        {},
        array,
        np.ones(array.shape[1:], bool),
        case,
        np.concatenate(targets),
        1 / discount[np.array(counts) - 1][case],
    )


def test_a_sheet_counts_ties_by_their_expectation() -> None:
    scores = [[2.0, 1.0, 1.0, 1.0, 0.0], [1.0, 1.0, 1.0, 1.0, 1.0]]
    targets = [[1], [0, 3]]
    page = a_sheet([scores], targets)
    expected = np.mean([average_gain(s, t, 20) for s, t in zip(scores, targets, strict=True)])
    assert page.ndcg(page.scores[0]) == pytest.approx(expected)


def test_padding_is_no_rival() -> None:
    page = a_sheet([[[1.0, 0.5, 0.0, 0.0]]], [[1]])
    shorter = Sheet(
        page.names,
        {},
        page.scores,
        np.array([[False, True, False, False]]),
        page.case,
        page.slot,
        page.gain,
    )
    assert page.ndcg(page.scores[0]) < 1.0
    assert shorter.ndcg(page.scores[0]) == pytest.approx(1.0)


def test_climbing_never_ends_below_the_best_single_member() -> None:
    rng = np.random.default_rng(3)
    for _ in range(5):
        targets = [[int(rng.integers(0, 30))] for _ in range(25)]
        scores = rng.random((4, 25, 30))
        for member, skill in enumerate((0.0, 0.3, 0.2, 0.6)):
            for case, (target,) in enumerate(targets):
                scores[member, case, target] += skill
        page = a_sheet(scores.tolist(), targets)
        weights, reached = ascend(page)
        singles = [page.ndcg(own) for own in page.scores]
        assert reached >= max(singles)
        assert reached == pytest.approx(page.ndcg(page.blend(weights)), abs=1e-4)
        assert (weights >= 0).all()


def test_two_members_that_know_different_things_are_both_used() -> None:
    first = [[1.0, 0.9, 0.0], [0.0, 0.0, 0.1], [1.0, 0.9, 0.0]]
    second = [[0.0, 0.0, 0.1], [0.9, 1.0, 0.0], [0.0, 0.0, 0.1]]
    page = a_sheet([first, second], [[0], [1], [0]])
    weights, reached = ascend(page)
    assert (weights > 0).all()
    assert reached == pytest.approx(1.0)


def test_a_sheet_holds_what_the_members_score() -> None:
    from small_world import members_and_cases

    members, popularity, cases = members_and_cases()
    page = sheet(members, popularity, cases, np.ones(len(popularity), bool), decay=0.8)
    assert page.names == [*members, "popularity"]
    scaled = {name: rows.rows * (1 / page.scale[name]) for name, rows in members.items()}
    for index, name in enumerate(members):
        judged = ndcg_per_case(scaled[name], 0.8, cases, np.ones(len(popularity), bool), depth=20)
        seen = page.ndcg(page.scores[index])
        # Candidates that no member scores are no rivals here, so that this is a little more.
        assert judged.mean() <= seen + 1e-9
        assert seen == pytest.approx(judged.mean(), abs=0.05)
    best = page.scores.max(axis=2)[: len(members)].mean(axis=1)
    np.testing.assert_allclose(best, 1.0, atol=0.1)  # scaled by the mean best score


def test_popularity_is_asked_about_items_that_no_member_scores() -> None:
    """Otherwise its best items are no rivals, and it seems to know the answers."""
    from small_world import members_and_cases

    _, popularity, cases = members_and_cases()
    pool = np.arange(len(popularity)) % 7 != 0
    popularity = popularity + np.linspace(0, 0.01, len(popularity), dtype=np.float32)  # no ties
    mute = ItemItem(sp.csr_array((len(pool), len(pool)), dtype=np.float32), 0.8)
    page = sheet({"mute": mute}, popularity, cases, pool, decay=0.8)
    asked = page.ndcg(page.scores[-1])
    truth = ndcg_per_case(mute.rows, 0.8, cases, pool, popularity, depth=20)
    reachable = [np.isin(cases.target(i), np.flatnonzero(pool)).all() for i in range(len(cases))]
    few = cases.take(np.flatnonzero(reachable))
    page = sheet({"mute": mute}, popularity, few, pool, decay=0.8)
    assert 0 < truth.mean() <= asked
    assert page.ndcg(page.scores[-1]) == pytest.approx(truth[reachable].mean())


def test_weights_from_halves_use_both_members_and_sum_to_one() -> None:
    first = [[1.0, 0.9, 0.0], [0.0, 0.0, 0.1]] * 20
    second = [[0.0, 0.0, 0.1], [0.9, 1.0, 0.0]] * 20
    page = a_sheet([first, second], [[0], [1]] * 20)
    weights = learn(page, seed=3)
    assert weights.sum() == pytest.approx(1.0)
    assert (weights > 0.1).all()
    assert page.ndcg(page.blend(weights)) == pytest.approx(1.0)


def test_a_sheet_of_some_cases_is_that_of_those_cases() -> None:
    from small_world import members_and_cases

    members, popularity, cases = members_and_cases()
    pool = np.ones(len(popularity), bool)
    chosen = np.arange(1, len(cases), 3)
    page = sheet(members, popularity, cases, pool, decay=0.8)
    own = sheet(members, popularity, cases.take(chosen), pool, decay=0.8, scale=page.scale)
    some = page.take(chosen)
    weights = np.linspace(1, 2, len(page.names), dtype=np.float32)
    assert some.ndcg(some.blend(weights)) == pytest.approx(own.ndcg(own.blend(weights)), rel=1e-3)


def slow_sheet(
    members: dict[str, ItemItem], popularity: np.ndarray, cases: Cases, pool: np.ndarray, k: int
) -> list[tuple[list[int], np.ndarray]]:
    """Candidates of each case and the members' scores of them, by loops."""
    found = []
    for case in range(len(cases)):
        history = cases.history(case)
        weights = recency.by_rank(history, 0.8)
        scores = [weights @ m.rows.todense()[history.items] for m in members.values()]
        chosen = set(cases.target(case).tolist())
        for own in [*scores, popularity]:
            able = [i for i in np.argsort(-own) if pool[i] and i not in history.items]
            chosen |= {int(i) for i in able[:k] if own[i] > 0}
        positions = sorted(chosen)
        found.append((positions, np.array([s[positions] for s in scores])))
    return found


def test_a_sheet_is_what_a_slow_loop_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    from small_world import members_and_cases

    monkeypatch.setattr(weights, "NEAREST", 15)
    members, popularity, cases = members_and_cases()
    cases = cases.take(np.arange(0, len(cases), 5))
    pool = np.arange(len(popularity)) % 7 != 0
    page = sheet(members, popularity, cases, pool, decay=0.8, scale=dict.fromkeys(members, 1.0))
    slow = slow_sheet(members, popularity, cases, pool, 15)
    for case, (positions, scores) in enumerate(slow):
        assert page.valid[case].sum() == len(positions)
        np.testing.assert_allclose(page.scores[:-1, case, : len(positions)], scores, atol=1e-5)
    slots = [positions.index(int(cases.target(i)[0])) for i, (positions, _) in enumerate(slow)]
    assert page.slot.tolist() == slots
