"""What every scorer keeps to where it is served, in a blend. Run the checks over one of your own:

@pytest.mark.parametrize("check", SCORER_CHECKS, ids=lambda check: check.__name__)
def test_my_scorer(check):
    check(make)

`make` builds the scorer over `growth_checks.N_ITEMS` positions; asked is a blend of it alone.
Nothing was learned of the last `UNTOUCHED` of them. New items are compared by the modality "look".
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.testing import assert_array_equal
from numpy.typing import NDArray

from beholder.behaviour.history import EMPTY, History
from beholder.index.best import tie_order
from beholder.scorers.blend import Blend
from beholder.scorers.interface import Query, Scorer
from beholder.scorers.recency import Recency
from beholder.testing.growth_checks import GROWTH_CHECKS, N_ITEMS, filling
from beholder.testing.sample_blend import blend_of
from beholder.testing.sample_histories import (
    TOLERANCE,
    assert_close,
    drawn_histories,
    history_of,
    refused,
    together,
)

Make = Callable[[], Scorer]
MANY = 3000
DEPTHS = (0, 1, 7, N_ITEMS, 10 * N_ITEMS)


def everything(scorer: Blend) -> NDArray[np.int32]:
    """Return all positions."""
    return np.arange(scorer.n_items, dtype=np.int32)


def check_gives_one_finite_score_a_position(make: Make) -> None:
    """Scores are float32 (m, n_items) and (k,), finite, and tell candidates apart."""
    scorer = blend_of(make())
    assert scorer.n_items == N_ITEMS
    for told in drawn_histories(N_ITEMS, 8):
        query = scorer.ask(told)
        scores, some = scorer.scores(query), scorer.read(query).at(everything(scorer)[:5])
        assert scores.shape == (1, N_ITEMS)
        assert some.shape == (5,)
        assert scores.dtype == some.dtype == np.float32
        assert np.isfinite(scores).all()
        assert np.ptp(scores) > 0


def check_a_query_holds_what_it_says(make: Make) -> None:
    """Items are int32, weights float32, bounds int64, vectors float32 (m, d)."""
    scorer = blend_of(make())
    for told, m in ((history_of([3, 1]), 1), (together(drawn_histories(N_ITEMS, 9)), 9)):
        query = scorer.ask(told)
        assert query.m == m
        assert query.items.dtype == np.int32
        assert query.weights.dtype == np.float32
        assert query.indptr.dtype == np.int64
        assert query.indptr[-1] == len(query.items) == len(query.weights)
        for vectors in query.vectors:
            assert vectors.dtype == np.float32
            assert len(vectors) == m


def check_one_history_and_thousands_agree(make: Make) -> None:
    """Asked together, each history has the scores that it has alone."""
    scorer = blend_of(make())
    told = [EMPTY, *drawn_histories(N_ITEMS, MANY), EMPTY]
    scores = scorer.scores(scorer.ask(together(told)))
    assert scores.shape == (len(told), N_ITEMS)
    assert scores.dtype == np.float32
    for place in (0, *range(1, MANY, 97), MANY + 1):
        assert_close(scores[place], scorer.scores(scorer.ask(told[place]))[0])


def check_alone_it_scores_as_in_a_blend(make: Make) -> None:
    """Training asks members alone, some with new items filled in; what is served says the same."""
    told = [EMPTY, *drawn_histories(N_ITEMS, 40)]
    for alone in (make(), make().grown(filling())):
        blend = blend_of(alone)
        for recency in (None, Recency(0.3, 0.5)):
            scores = alone.scores(alone.ask(together(told), recency))
            for row, one in zip(scores, told, strict=True):
                assert_close(row, blend.read(blend.ask(one, recency)).all)


def check_another_recency_can_be_asked_with(make: Make) -> None:
    """Given a recency, one history and many are weighed by it; without, by the scorer's own."""
    scorer, told = blend_of(make()), drawn_histories(N_ITEMS, 5)
    changed = False
    for one, place in zip(told, range(5), strict=True):
        alone = scorer.scores(scorer.ask(one, Recency(0.3, 0.5)))[0]
        many = scorer.scores(scorer.ask(together(told), Recency(0.3, 0.5)))[place]
        assert_close(many, alone)
        changed |= bool((alone != scorer.scores(scorer.ask(one))[0]).any())
    assert changed


def check_scores_are_those_at_every_position(make: Make) -> None:
    """A row of `scores` is what one history read alone says of everything."""
    scorer = blend_of(make())
    for told in drawn_histories(N_ITEMS, 8):
        query = scorer.ask(told)
        assert_close(scorer.scores(query)[0], scorer.read(query).at(everything(scorer)))


def check_order_of_candidates_does_not_matter(make: Make) -> None:
    """A candidate has the same score alone, among others, and in any order."""
    scorer = blend_of(make())
    order = np.random.default_rng(4).permutation(N_ITEMS).astype(np.int32)
    for told in drawn_histories(N_ITEMS, 3):
        read = scorer.read(scorer.ask(told))
        whole = read.at(everything(scorer))
        assert_array_equal(read.at(order), whole[order])
        alone = np.concatenate([read.at(order[i : i + 1]) for i in range(N_ITEMS)])
        assert_array_equal(alone, whole[order])
        shares = read.shares(everything(scorer)).values
        assert_close(read.shares(order).values, shares[order])
        assert read.at(order[:0]).shape == (0,)


def check_best_agrees_with_scores(make: Make) -> None:
    """A list holds no repeats and no more than asked, the best first, with their own scores."""
    scorer = blend_of(make())
    for told in [EMPTY, *drawn_histories(N_ITEMS, 6)]:
        query = scorer.ask(told)
        scores = scorer.scores(query)[0]
        for k in DEPTHS:
            found = scorer.read(query).best(k)
            assert found.positions.dtype == np.int32
            assert len(found.positions) == len(found.scores) == min(k, N_ITEMS)
            assert len(set(found.positions.tolist())) == len(found.positions)
            assert (np.diff(found.scores) <= 0).all()
            assert_close(found.scores, scores[found.positions])


def check_filters_act_and_nothing_better_is_left_out(make: Make) -> None:
    """Only what is allowed is listed, however little it is, and `rest` bounds all that is not."""
    scorer, rng = blend_of(make()), np.random.default_rng(2)
    for told in [EMPTY, *drawn_histories(N_ITEMS, 6)]:
        query = scorer.ask(told)
        scores = scorer.scores(query)[0]
        worst = scorer.read(query).best(N_ITEMS).positions[-3:]
        for allowed in (
            None,
            rng.random(N_ITEMS) < 0.6,
            np.isin(np.arange(N_ITEMS), worst),  # what any short list would have cut off
            np.zeros(N_ITEMS, bool),
        ):
            for k in DEPTHS:
                found = scorer.read(query).best(k, allowed)
                able = np.ones(N_ITEMS, bool) if allowed is None else allowed.copy()
                assert able[found.positions].all()
                assert len(found.positions) == min(k, int(able.sum()))
                able[found.positions] = False
                slack = TOLERANCE * max(1.0, float(np.abs(scores).max()))
                assert (scores[able] <= found.rest + slack).all()
                assert not k or (found.scores >= found.rest - slack).all()


def check_an_empty_history_is_answered(make: Make) -> None:
    """Without a history there are scores, a list, and shares of nothing."""
    scorer = blend_of(make())
    read = scorer.read(scorer.ask(EMPTY))
    scores = read.at(everything(scorer))
    assert np.isfinite(scores).all()
    shares = read.shares(everything(scorer))
    assert shares.values.shape == (N_ITEMS, 0)
    assert_close(shares.base, scores)


def check_unknown_items_are_ignored(make: Make) -> None:
    """Positions that the scorer does not know change nothing, wherever they stand."""
    scorer = blend_of(make())
    n = scorer.n_items
    moments = np.array([500, 1000, 2000, 3000, 4000, 5000, 6000], np.int64)
    items = np.array([-1, 1, n, 9, n + 999, 5, -7], np.int32)
    weights = np.array([1.0, 1.0, 1.0, 0.5, 1.0, 0.8, 1.0], np.float32)
    there = (items >= 0) & (items < n)
    plain = scorer.ask(History(items[there], moments[there], weights[there]))
    odd = History(items, moments, weights)
    nobody = History(items[~there], moments[~there], weights[~there])
    for query in (scorer.ask(odd), scorer.ask(together([odd]))):
        assert_array_equal(query.items, plain.items)
        assert_array_equal(query.weights, plain.weights)
        assert_array_equal(scorer.scores(query), scorer.scores(plain))
    many = scorer.scores(scorer.ask(together([odd, nobody, EMPTY, odd])))
    empty = scorer.scores(scorer.ask(EMPTY))[0]
    for row, expected in zip(many, [scorer.scores(plain)[0], empty, empty, many[0]], strict=True):
        assert_close(row, expected)
    assert_array_equal(scorer.scores(scorer.ask(nobody))[0], empty)


def check_a_basket_has_no_order(make: Make) -> None:
    """Events of one moment count the same in whatever order they are told."""
    scorer = blend_of(make())
    times = np.array([1000, 2000, 2000, 2000, 3000], np.int64)
    weights = np.ones(5, np.float32)
    told = History(np.array([1, 9, 5, 13, 21], np.int32), times, weights)
    turned = History(np.array([1, 13, 9, 5, 21], np.int32), times, weights)
    assert_close(scorer.scores(scorer.ask(turned)), scorer.scores(scorer.ask(told)))


def check_shares_sum_to_the_score(make: Make) -> None:
    """Base and shares sum to the score; one share an item of the history."""
    scorer = blend_of(make())
    positions = everything(scorer)[::3]
    for told in [*drawn_histories(N_ITEMS, 6), history_of(list(range(0, N_ITEMS, 2)))]:
        query = scorer.ask(told)
        read = scorer.read(query)
        shares = read.shares(positions)
        assert shares.base.shape == (len(positions),)
        assert shares.values.shape == (len(positions), len(query.items))
        assert shares.base.dtype == shares.values.dtype == np.float32
        whole = shares.base + shares.values.sum(axis=1, dtype=np.float64)
        assert_close(whole, read.at(positions))
        assert_close(whole, scorer.scores(query)[0, positions])
        assert shares.values.any()


def check_an_additive_share_is_what_the_item_gives(make: Make) -> None:
    """Where shares are called additive, an item taken out takes exactly its share away."""
    scorer = blend_of(make())
    positions = everything(scorer)[::3]
    query = scorer.ask(history_of([4, 11, 2, 19, 7], [1, 2, 2, 3, 4]))
    shares = scorer.read(query).shares(positions)
    if not shares.additive:
        return
    for index in range(len(query.items)):
        keep = np.arange(len(query.items)) != index
        bounds = np.array([0, keep.sum()], np.int64)
        rest = Query(query.items[keep], query.weights[keep], bounds, query.vectors)
        read = scorer.read(rest)
        left = read.at(positions) - read.shares(positions).base
        assert_close(shares.values.sum(axis=1) - left, shares.values[:, index])


def check_saved_and_loaded_it_is_the_same(make: Make) -> None:
    """What was loaded answers with the same bits, and writes the same files."""
    scorer = blend_of(make())
    with tempfile.TemporaryDirectory() as name:
        scorer.save(Path(name))
        files = [path for path in Path(name).rglob("*") if path.is_file()]
        assert {path.suffix for path in files} <= {".safetensors", ".json"}
        opened = type(scorer).load(Path(name))
    assert opened.n_items == scorer.n_items
    assert files_of(opened) == files_of(scorer)
    for told in [EMPTY, *drawn_histories(N_ITEMS, 4)]:
        ours, theirs = opened.read(opened.ask(told)), scorer.read(scorer.ask(told))
        positions = everything(scorer)
        assert_array_equal(ours.at(positions), theirs.at(positions))
        for one, other in zip(
            [*ours.best(9)[:2], *ours.shares(positions)[:2]],
            [*theirs.best(9)[:2], *theirs.shares(positions)[:2]],
            strict=True,
        ):
            assert_array_equal(one, other)
    many = together(drawn_histories(N_ITEMS, 20))
    assert_array_equal(opened.scores(opened.ask(many)), scorer.scores(scorer.ask(many)))


def check_asking_changes_nothing(make: Make) -> None:
    """A scorer, a history and a filter are as before, whatever was asked."""
    scorer = blend_of(make())
    files = files_of(scorer)
    told, allowed = history_of([5, 2, 11]), np.ones(N_ITEMS, bool)
    query = scorer.ask(told)
    read = scorer.read(query)
    before = read.at(everything(scorer))
    for _ in range(2):
        read.best(5, allowed)
        scorer.scores(scorer.ask(together([told, EMPTY])))
        read.shares(everything(scorer))
    assert files_of(scorer) == files
    assert told.items.tolist() == [5, 2, 11]
    assert_array_equal(told.weights, history_of([5, 2, 11]).weights)
    assert allowed.all()
    for again in (read, scorer.read(query)):
        assert_array_equal(again.at(everything(scorer)), before)


def check_ties_have_a_seeded_order_that_favours_no_position(make: Make) -> None:
    """Equals stand as the hash of their positions says, and a short list is the head of a long."""
    scorer = blend_of(make())
    ties, tied = tie_order(N_ITEMS), 0
    for told in [EMPTY, *drawn_histories(N_ITEMS, 4)]:
        read = scorer.read(scorer.ask(told))
        long = read.best(N_ITEMS)
        expected = np.lexsort((ties[long.positions], -long.scores))
        assert_array_equal(expected, np.arange(N_ITEMS))
        tied = max(tied, N_ITEMS - len(np.unique(long.scores)))
        for k in (1, 3, 10, 20):
            assert_array_equal(read.best(k).positions, long.positions[:k])
    assert tied > 5, "nothing tied, so that nothing was checked"


def check_foreign_input_is_refused(make: Make) -> None:
    """A filter of another length is an error, and so is a list of less than nothing."""
    scorer = blend_of(make())
    read = scorer.read(scorer.ask(history_of([1, 2])))
    for length in (N_ITEMS - 1, N_ITEMS + 1):
        mask = np.ones(length, bool)
        assert refused(read.best, 5, mask), f"best took a filter of {length}"
    assert refused(read.best, -1), "best took k = -1"


def files_of(scorer: Blend) -> dict[str, bytes]:
    """Return what `save` writes, by the name inside of the folder."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        scorer.save(root)
        files = sorted(path for path in root.rglob("*") if path.is_file())
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


SCORER_CHECKS = (
    check_gives_one_finite_score_a_position,
    check_a_query_holds_what_it_says,
    check_one_history_and_thousands_agree,
    check_alone_it_scores_as_in_a_blend,
    check_another_recency_can_be_asked_with,
    check_scores_are_those_at_every_position,
    check_order_of_candidates_does_not_matter,
    check_best_agrees_with_scores,
    check_filters_act_and_nothing_better_is_left_out,
    check_an_empty_history_is_answered,
    check_unknown_items_are_ignored,
    check_a_basket_has_no_order,
    check_shares_sum_to_the_score,
    check_an_additive_share_is_what_the_item_gives,
    check_saved_and_loaded_it_is_the_same,
    check_asking_changes_nothing,
    check_ties_have_a_seeded_order_that_favours_no_position,
    check_foreign_input_is_refused,
    *GROWTH_CHECKS,
)
