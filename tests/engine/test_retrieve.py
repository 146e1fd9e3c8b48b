"""Summing only what a history touches gives the list that summing everything gives."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
import scipy.sparse as sp

from beholder.behaviour.history import EMPTY, History
from beholder.engine.overlay import Overlay
from beholder.engine.rerank import Dial
from beholder.engine.retrieve import retrieve, run
from beholder.engine.slate import Adjustment, Known, Request, Slate, Stage
from beholder.index.best import best
from beholder.rules.fit import Fitted
from beholder.scorers.blend import DENSE, EACH, Blend
from beholder.scorers.interface import Query
from beholder.scorers.item_item import ItemItem
from beholder.scorers.recency import Recency

N = DENSE + EACH * 40 * 60 + 5_000  # 40 rows of 60 entries are few beside so many items
NOTHING = cast(Overlay, SimpleNamespace())  # these stages look at no catalogue


@pytest.fixture(scope="module")
def blend() -> Blend:
    """More items than are summed densely; a third of the entries is below 0."""
    rng = np.random.default_rng(1)
    rows = 400  # only these have entries, enough for any history here
    indptr = np.concatenate([np.arange(rows + 1) * 60, np.full(N - rows, rows * 60)])
    columns = np.concatenate([rng.choice(N, 60, replace=False) for _ in range(rows)])
    data = rng.normal(0.2, 0.5, rows * 60).astype(np.float32)
    matrix = sp.csr_array((data, columns.astype(np.int32), indptr), shape=(N, N))
    base = (0.05 * rng.random(N) ** 8).astype(np.float32)
    base[rng.random(N) < 0.5] = 0
    return Blend(ItemItem(matrix, Recency(0.9)), base, mass=4.0)


def a_question(blend: Blend, seed: int, length: int) -> Query:
    rng = np.random.default_rng(seed)
    items = rng.choice(400, length, replace=False).astype(np.int32)
    weights = rng.uniform(0.1, 1, length).astype(np.float32)
    return Query(items, weights, np.array([0, length]))


def asked(blend: Blend, query: Query, k: int, mask: np.ndarray, disliked: bool = False) -> Request:
    """A request for exactly `k` places, and one more."""
    history = EMPTY
    if disliked:
        some = np.array([0], np.int32)
        history = History(EMPTY.items, EMPTY.times, EMPTY.weights, disliked=some)
    known = Known(history, query)
    return Request(known, "personal", k, mask, blend.read(query), Fitted(), Dial())


def masks(blend: Blend, seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    narrow = np.zeros(N, bool)
    narrow[rng.choice(N, 30, replace=False)] = True
    no_leaders = np.ones(N, bool)
    no_leaders[blend.leaders] = False
    return {
        "all": np.ones(N, bool),
        "half": rng.random(N) < 0.5,
        "few": narrow,
        "none": np.zeros(N, bool),
        "without the popular": no_leaders,
    }


def lowering(taken: np.ndarray) -> Stage:
    """A stage that takes what is given from every score."""

    def stage(request: Request, view: Overlay, slate: Slate) -> Slate:
        own = taken[slate.positions]
        scores = slate.scores - own
        order = np.lexsort((request.reading.blend.ties[slate.positions], -scores))
        more = (*slate.adjustments, Adjustment("taken", -own))
        return slate._replace(scores=scores, adjustments=more).ordered(order.astype(np.int32))

    return stage


@pytest.mark.parametrize("name", ["all", "half", "few", "none", "without the popular"])
@pytest.mark.parametrize("disliked", [False, True])
def test_the_quick_way_finds_what_the_slow_one_finds(
    blend: Blend, name: str, disliked: bool
) -> None:
    for seed in range(6):
        for length in (0, 1, 5, 40):
            query = a_question(blend, seed, length)
            mask = masks(blend, seed)[name]
            rng = np.random.default_rng(seed)
            taken = np.where(rng.random(N) < 0.05, rng.random(N), 0).astype(np.float32)
            taken *= disliked
            scores = blend.scores(query)[0] - taken
            for k in (1, 20, 200):
                expected = best(np.where(mask, scores, -np.inf), k, blend.ties)
                stages = [lowering(taken)] if disliked else []
                slate = run(asked(blend, query, k, mask, disliked), NOTHING, stages)
                found = slate.positions[:k]
                np.testing.assert_allclose(slate.scores[:k], scores[expected], atol=1e-5)
                assert len(found) == len(expected)
                assert mask[found].all()
                assert len(set(found.tolist())) == len(found)


def test_where_much_is_lowered_the_list_is_looked_for_deeper(blend: Blend) -> None:
    """All that is retrieved first falls below what was left out: deeper, until that is proved."""
    query, everything = a_question(blend, 3, 5), np.ones(N, bool)
    scores = blend.scores(query)[0]
    taken = np.zeros(N, np.float32)
    taken[np.argsort(-scores)[:700]] = 5.0
    request = asked(blend, query, 10, everything, disliked=True)
    first = retrieve(request, NOTHING, 44)
    assert taken[first.positions].all()  # or the first depth would do
    slate = run(request, NOTHING, [lowering(taken)])
    expected = best(scores - taken, 11, blend.ties)
    np.testing.assert_allclose(slate.scores[:11], (scores - taken)[expected], atol=1e-5)
    assert not taken[slate.positions[:11]].any()


def test_what_was_left_out_never_scores_more_than_is_said(blend: Blend) -> None:
    for name, mask in masks(blend, 2).items():
        query = a_question(blend, 2, 20)
        slate = retrieve(asked(blend, query, 20, mask), NOTHING, 20)
        left = mask.copy()
        left[slate.positions] = False
        most = blend.scores(query)[0][left].max(initial=-np.inf)
        assert most <= slate.rest + 1e-5, name


def test_asking_twice_gives_the_same(blend: Blend) -> None:
    """The arrays that a thread keeps are clean for the next question."""
    everything = np.ones(N, bool)
    first = retrieve(asked(blend, a_question(blend, 1, 30), 20, everything), NOTHING, 20)
    retrieve(asked(blend, a_question(blend, 2, 30), 20, everything), NOTHING, 20)
    again = retrieve(asked(blend, a_question(blend, 1, 30), 20, everything), NOTHING, 20)
    np.testing.assert_array_equal(first.positions, again.positions)
    np.testing.assert_array_equal(first.scores, again.scores)
