"""The sheet that weights are learned on: what every member says of every candidate."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from sheets import a_sheet
from small_world import average_gain, members_and_cases

from beholder.blending import sheet as sheets_of
from beholder.blending.measure import alone, ndcg
from beholder.blending.sheet import Sheet, sheet
from beholder.dataset.splits import Cases
from beholder.scorers.blend import Blend
from beholder.scorers.item_item import ItemItem
from beholder.scorers.recency import Recency

RECENCY = Recency(0.8)


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


def test_a_sheet_holds_what_the_members_score() -> None:
    members, popularity, cases = members_and_cases()
    page = sheet(members, popularity, cases, np.ones(len(popularity), bool), RECENCY)
    assert page.names == [*members, "popularity"]
    everything = np.ones(len(popularity), bool)
    for index, member in enumerate(members.values()):
        judged = ndcg(alone(member, RECENCY), cases, everything, depth=20)
        seen = page.ndcg(page.scores[index])
        # Candidates that no member scores are no rivals here, so that this is a little more.
        assert judged.mean() <= seen + 1e-9
        assert seen == pytest.approx(judged.mean(), abs=0.05)
    best = page.scores.max(axis=2)[: len(members)].mean(axis=1)
    np.testing.assert_allclose(best, 1.0, atol=0.1)  # scaled by the mean best score


def test_popularity_is_asked_about_items_that_no_member_scores() -> None:
    """Otherwise its best items are no rivals, and it seems to know the answers."""
    _, popularity, cases = members_and_cases()
    pool = np.arange(len(popularity)) % 7 != 0
    popularity = popularity + np.linspace(0, 0.01, len(popularity), dtype=np.float32)  # no ties
    mute = ItemItem(sp.csr_array((len(pool), len(pool)), dtype=np.float32), RECENCY)
    page = sheet({"mute": mute}, popularity, cases, pool, RECENCY)
    asked = page.ndcg(page.scores[-1])
    truth = ndcg(alone(Blend(mute, popularity), RECENCY), cases, pool, depth=20)
    reachable = [np.isin(cases.target(i), np.flatnonzero(pool)).all() for i in range(len(cases))]
    few = cases.take(np.flatnonzero(reachable))
    page = sheet({"mute": mute}, popularity, few, pool, RECENCY)
    assert 0 < truth.mean() <= asked
    assert page.ndcg(page.scores[-1]) == pytest.approx(truth[reachable].mean())


def test_a_sheet_of_some_cases_is_that_of_those_cases() -> None:
    members, popularity, cases = members_and_cases()
    pool = np.ones(len(popularity), bool)
    chosen = np.arange(1, len(cases), 3)
    page = sheet(members, popularity, cases, pool, RECENCY)
    own = sheet(members, popularity, cases.take(chosen), pool, RECENCY)
    some = page.take(chosen)
    weights = np.linspace(1, 2, len(page.names), dtype=np.float32)
    scales = [own.scale[name] / page.scale[name] for name in page.names]  # each by its own cases
    theirs = own.blend(weights * np.array(scales, np.float32))
    assert some.ndcg(some.blend(weights)) == pytest.approx(own.ndcg(theirs), rel=1e-3)


def slow_sheet(
    members: dict[str, ItemItem],
    popularity: np.ndarray,
    cases: Cases,
    pool: np.ndarray,
    k: int,
    recency: Recency,
) -> list[tuple[list[int], np.ndarray]]:
    """Candidates of each case and the members' scores of them, by loops."""
    found = []
    for case in range(len(cases)):
        history = cases.history(case)
        weights = recency.weights(history)
        scores = [weights @ m.rows.todense()[history.items] for m in members.values()]
        chosen = set(cases.target(case).tolist())
        for own in [*scores, popularity]:
            able = [i for i in np.argsort(-own) if pool[i] and i not in history.items]
            chosen |= {int(i) for i in able[:k] if own[i] > 0}
        positions = sorted(chosen)
        found.append((positions, np.array([s[positions] for s in scores])))
    return found


@pytest.mark.parametrize("recency", [RECENCY, Recency(0.8, 0.4)])
def test_a_sheet_is_what_a_slow_loop_finds(
    monkeypatch: pytest.MonkeyPatch, recency: Recency
) -> None:
    monkeypatch.setattr(sheets_of, "NEAREST", 15)
    members, popularity, cases = members_and_cases()
    cases = cases.take(np.arange(0, len(cases), 5))
    pool = np.arange(len(popularity)) % 7 != 0
    page = sheet(members, popularity, cases, pool, recency)
    scale = np.array([page.scale[name] for name in members])[:, None]
    slow = slow_sheet(members, popularity, cases, pool, 15, recency)
    for case, (positions, scores) in enumerate(slow):
        assert page.valid[case].sum() == len(positions)
        ours = page.scores[:-1, case, : len(positions)] * scale
        np.testing.assert_allclose(ours, scores, atol=1e-5)
    slots = [positions.index(int(cases.target(i)[0])) for i, (positions, _) in enumerate(slow)]
    assert page.slot.tolist() == slots
