"""What is served: one sum over all members, however it is asked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from small_scorers import TOUCHED, blend, vector_blend

from beholder.behaviour.history import EMPTY
from beholder.scorers import blend as blends
from beholder.scorers.blend import Blend, lifts
from beholder.scorers.item_item import ItemItem
from beholder.testing.growth_checks import BETWEEN, N_ITEMS, TWIN, looks
from beholder.testing.sample_histories import drawn_histories, history_of, together


def test_scores_add_the_base_and_shares_leave_it_out() -> None:
    scorer = replace(blend(), mass=0.0)
    query = scorer.ask(history_of([2, 5, 9]))
    dense = scorer.item_item.rows.todense()
    by_hand = scorer.base + query.weights @ dense[[2, 5, 9]]
    np.testing.assert_allclose(scorer.scores(query)[0], by_hand, atol=1e-5)
    positions = np.array([7, 0, 12], np.int32)
    shares = scorer.read(query).shares(positions)
    expected = (query.weights[:, None] * dense[[2, 5, 9]])[:, positions].T
    np.testing.assert_allclose(shares.values, expected, atol=1e-6)
    np.testing.assert_allclose(shares.base, scorer.base[positions], rtol=1e-6)


def test_popularity_counts_less_for_a_light_history() -> None:
    scorer = replace(blend(), mass=2.0)
    dense = scorer.item_item.rows.todense()
    place = int(np.argmax(scorer.base))
    cases = (([], 1.0), ([2], 0.25), ([2, 5], 0.6575), ([2, 5, 9, 1, 3, 4, 6], 1.0))
    for items, lift in cases:
        query = scorer.ask(history_of(items))
        assert scorer.lift(query) == pytest.approx(lift)
        by_hand = lift * scorer.base + query.weights @ dense[items]
        np.testing.assert_allclose(scorer.scores(query)[0], by_hand, atol=1e-5)
        base = scorer.read(query).shares(np.array([place], np.int32)).base
        np.testing.assert_allclose(base, lift * scorer.base[place], rtol=1e-5)
    told = together([history_of(items) for items, _ in cases])
    many = lifts(scorer.ask(told), 2.0)
    np.testing.assert_allclose(many, [lift for _, lift in cases], rtol=1e-6)
    np.testing.assert_array_equal(lifts(scorer.ask(told), 0.0), 1)


def test_vector_members_are_added_with_their_factors() -> None:
    scorer, told = vector_blend(), history_of([2, 5, 9])
    query = scorer.ask(told)
    plain = replace(scorer, vectors=())
    expected = plain.scores(plain.ask(told))[0]
    for member in scorer.vectors:
        u = member.scorer.folded(query.items, query.weights)  # with the blend's recency
        expected = expected + member.factors * (member.scorer.items @ u)
    np.testing.assert_allclose(scorer.scores(query)[0], expected, rtol=1e-5, atol=1e-6)


def test_lists_name_the_additive_part_and_explanations_split_vectors_too() -> None:
    scorer = vector_blend()
    query = scorer.ask(history_of([2, 5, 9]))
    positions = np.array([7, 30], np.int32)
    reading = scorer.read(query)
    parts, full = reading.parts(positions), reading.shares(positions)
    plain = replace(scorer, vectors=()).read(query._replace(vectors=())).shares(positions)
    np.testing.assert_array_equal(parts, plain.values)
    assert not full.additive
    scores = scorer.scores(query)[0, positions]
    np.testing.assert_allclose(full.base + full.values.sum(axis=1), scores, atol=1e-5)
    rest = plain.base + reading.by_vectors(positions)
    np.testing.assert_allclose(rest + parts.sum(axis=1), scores, atol=1e-5)
    member = scorer.vectors[0]
    own = member.scorer.shares(query._replace(vectors=(query.vectors[0],)), positions)
    other = scorer.vectors[1].scorer.shares(query._replace(vectors=(query.vectors[1],)), positions)
    expected = plain.values + member.factors[positions, None] * own.values
    expected += scorer.vectors[1].factors[positions, None] * other.values
    np.testing.assert_allclose(full.values, expected, atol=1e-5)


def test_a_grown_blend_weighs_new_items_as_members_say() -> None:
    scorer = vector_blend()
    grown = scorer.grown(looks(N_ITEMS))
    np.testing.assert_array_equal(grown.base, [*scorer.base, 0, 0, 0])
    told = history_of([2, TWIN, 9])
    query = grown.ask(told)
    item_item = grown.item_item.scores(query)[0, N_ITEMS:]
    shares = np.array([0.9, 0.6]) ** 3 / (0.9**3 + 0.6**3)
    expected = item_item.astype(np.float64)
    for member, u in zip(scorer.vectors, query.vectors, strict=True):
        expected[0] += member.new * (member.scorer.items[TWIN] @ u[0])
        expected[1] += member.new * (shares @ member.scorer.items[list(BETWEEN)] @ u[0])
    np.testing.assert_allclose(grown.scores(query)[0, N_ITEMS:], expected, atol=1e-5)


@pytest.mark.parametrize("most", [20, 2000])
def test_summing_what_is_touched_finds_what_summing_everything_does(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    scorer = blend()
    asked = [EMPTY, *drawn_histories(N_ITEMS, 60)]
    masks = [None, np.arange(N_ITEMS) % 3 > 0, np.arange(N_ITEMS) >= TOUCHED - 2]
    expected = [
        [read.best(k, mask) for mask in masks for k in (1, 5, 10)]
        for read in (scorer.read(scorer.ask(told)) for told in asked)
    ]
    monkeypatch.setattr(blends, "DENSE", 10)
    monkeypatch.setattr(blends, "EACH", 0)
    monkeypatch.setattr(blends, "LEADERS", most)
    scorer = blend()  # one that has not named its leaders yet
    for told, whole in zip(asked, expected, strict=True):
        read = scorer.read(scorer.ask(told))
        found = [read.best(k, mask) for mask in masks for k in (1, 5, 10)]
        for one, other in zip(found, whole, strict=True):
            np.testing.assert_array_equal(one.positions, other.positions)
            np.testing.assert_allclose(one.scores, other.scores, atol=1e-6)
            assert one.rest == pytest.approx(other.rest)


def test_a_list_of_nothing_leaves_the_best_out() -> None:
    scores = np.array([0.5, 2.0, 1.0], np.float32)
    scorer = Blend(ItemItem(sp.csr_array((3, 3), dtype=np.float32)), scores)
    read = scorer.read(scorer.ask(EMPTY))
    assert read.best(0).rest == 2.0
    assert read.best(0, np.array([True, False, False])).rest == 0.5
    assert read.best(0, np.zeros(3, bool)).rest == -np.inf
    assert read.best(2).rest == 1.0
    assert read.best(3, np.array([True, True, False])).rest == -np.inf
