"""What every index keeps to. Run the checks over an index of your own:

@pytest.mark.parametrize("check", INDEX_CHECKS, ids=lambda check: check.__name__)
def test_my_index(check):
    check(make)

`make` builds the index over float32 (n, dim), unit rows or zero.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray

from beholder.errors import ShapeError, UsageError
from beholder.index import Found, Index

Vectors = NDArray[np.float32]
Make = Callable[[Vectors], Index]
MANY, DIM = 30_000, 24
RECALL = 0.97  # of the true neighbours, for approximate ones
COPIES = 3_000


def crowd(n: int = MANY, seed: int = 0) -> Vectors:
    """Return unit vectors that stand in groups, as those of pictures do."""
    groups = np.random.default_rng(60).normal(size=(60, DIM))
    rng = np.random.default_rng(seed)
    return _unit(groups[rng.integers(0, len(groups), n)] + 0.7 * rng.normal(size=(n, DIM)))


def _unit(vectors: NDArray[np.float64]) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
    return unit


def _true(vectors: Vectors, queries: Vectors, k: int, open_: NDArray[np.bool_]) -> NDArray[np.intp]:
    scores = queries @ vectors.T
    scores[:, ~open_] = -np.inf
    return np.argsort(-scores, axis=1)[:, :k]


def _recall(found: Found, true: NDArray[np.intp]) -> float:
    pairs = zip(found.positions.tolist(), true.tolist(), strict=True)
    return float(np.mean([len(set(own) & set(others)) / len(others) for own, others in pairs]))


def check_a_vector_is_its_own_nearest(make: Make) -> None:
    """Searching with a vector of the index finds its position first, with a score of 1."""
    vectors = crowd()
    found = make(vectors).search(vectors[::1000], 3)
    assert found.positions[:, 0].tolist() == list(range(0, MANY, 1000))
    assert_allclose(found.scores[:, 0], 1, atol=1e-5)
    assert found.positions.dtype == np.int32
    assert found.scores.dtype == np.float32


def check_scores_are_inner_products_best_first(make: Make) -> None:
    """Each score belongs to its position; they fall, and no position comes twice."""
    vectors = crowd()
    queries = crowd(20, seed=1)
    found = make(vectors).search(queries, 200)
    for query, positions, scores in zip(queries, found.positions, found.scores, strict=True):
        assert_allclose(scores, vectors[positions] @ query, atol=1e-5)
        assert (np.diff(scores) <= 0).all()
        assert len(set(positions.tolist())) == 200


def check_the_nearest_are_found(make: Make) -> None:
    """Nearly all of the true 100 nearest are found, among all and behind a wide filter."""
    vectors, queries = crowd(), crowd(100, seed=2)
    index = make(vectors)
    everything = np.ones(MANY, bool)
    assert _recall(index.search(queries, 100), _true(vectors, queries, 100, everything)) >= RECALL
    some = np.random.default_rng(3).random(MANY) < 0.7
    found = index.search(queries, 100, some)
    assert some[found.positions].all()
    assert _recall(found, _true(vectors, queries, 100, some)) >= RECALL


def check_a_narrow_filter_still_fills_the_answer(make: Make) -> None:
    """All of a few allowed ones are found, however far they are; the rest of the row is empty."""
    vectors = crowd()
    few = np.zeros(MANY, bool)
    few[[5, 700, 29_999]] = True
    found = make(vectors).search(crowd(10, seed=4), 5, few)
    assert_array_equal(np.sort(found.positions[:, :3], axis=1), np.tile([5, 700, 29_999], (10, 1)))
    assert (found.positions[:, 3:] == -1).all()
    assert (found.scores[:, 3:] == -np.inf).all()
    nothing = make(vectors).search(vectors[:1], 5, np.zeros(MANY, bool))
    assert (nothing.positions == -1).all()


def check_a_long_answer_is_filled(make: Make) -> None:
    """As many as are asked for are found, even where the nearest groups hold fewer."""
    vectors = crowd()
    found = make(vectors).search(vectors[:2], MANY - 10)
    assert (found.positions >= 0).all()
    more = make(vectors[:50]).search(vectors[:2], 60)
    assert (np.sort(more.positions, axis=1) == [-1] * 10 + list(range(50))).all()


def check_what_is_searched_together_changes_nothing(make: Make) -> None:
    """Alone or among others, a query finds the same."""
    vectors, queries = crowd(), crowd(30, seed=5)
    index = make(vectors)
    together = index.search(queries, 20)
    for row in range(0, 30, 7):
        alone = index.search(queries[row : row + 1], 20)
        assert_array_equal(alone.positions[0], together.positions[row])
        assert_allclose(alone.scores[0], together.scores[row], atol=1e-6)


def check_added_vectors_are_found_at_once(make: Make) -> None:
    """They stand after the last position; the index they were added to does not change."""
    vectors, late = crowd(), crowd(40, seed=6)
    before = make(vectors)
    after = before.add(late[:10]).add(late[10:])
    assert (len(before), len(after)) == (MANY, MANY + 40)
    assert_array_equal(after.vectors[MANY:], late)
    found = after.search(late, 1)
    assert found.positions[:, 0].tolist() == list(range(MANY, MANY + 40))
    assert (before.search(late, 50).positions < MANY).all()


def check_many_added_vectors_are_found(make: Make) -> None:
    """An index that has grown by half finds what one built at once finds."""
    vectors, queries = crowd(), crowd(50, seed=7)
    index = make(vectors[:20_000])
    for start in range(20_000, MANY, 2_500):
        index = index.add(vectors[start : start + 2_500])
    true = _true(vectors, queries, 100, np.ones(MANY, bool))
    assert _recall(index.search(queries, 100), true) >= RECALL


def check_some_vectors_are_found_alone(make: Make) -> None:
    """They stand in the order that was asked for, late ones among them, found as well as before."""
    vectors, late = crowd(), crowd(40, seed=6)
    before = make(vectors).add(late)
    order = np.random.default_rng(8).permutation(MANY + 40)[: MANY - 5_000]
    after = before.take(order)
    both = np.concatenate([vectors, late])[order]
    assert_array_equal(after.vectors, both)
    queries = crowd(50, seed=7)
    true = _true(both, queries, 100, np.ones(len(both), bool))
    assert _recall(after.search(queries, 100), true) >= RECALL
    assert after.search(both[:50], 1).positions[:, 0].tolist() == list(range(50))
    assert before.search(vectors[:1], 1).positions[0, 0] == 0


def check_rows_of_zeros_are_never_found(make: Make) -> None:
    """They stand for items without a vector."""
    vectors = crowd(2_000)
    vectors[::2] = 0
    index = make(vectors).add(np.zeros((3, DIM), np.float32))
    found = index.search(vectors[1:20:2], 1_500)
    assert (found.positions[:, :1_000] % 2 == 1).all()
    assert (found.positions[:, 1_000:] == -1).all()


def check_equals_come_in_an_order_that_favours_no_position(make: Make) -> None:
    """Of many copies of one picture, those found stand anywhere in the catalogue."""
    found = make(np.repeat(crowd(1), COPIES, axis=0)).search(crowd(1), 300).positions[0]
    # The mean of 300 of 3,000 uniform positions has a standard error of 47.
    assert abs(found.mean() - (COPIES - 1) / 2) < 4 * 47
    assert abs(np.corrcoef(np.arange(300), found)[0, 1]) < 4 / np.sqrt(300)


def check_an_empty_index_finds_nothing(make: Make) -> None:
    """It can be asked, and filled."""
    empty = make(np.empty((0, DIM), np.float32))
    assert (empty.search(crowd(2), 3).positions == -1).all()
    filled = empty.add(crowd(5))
    assert filled.search(crowd(5), 1).positions[:, 0].tolist() == [0, 1, 2, 3, 4]
    assert filled.search(np.empty((0, DIM), np.float32), 3).positions.shape == (0, 3)


def check_wrong_questions_are_refused(make: Make) -> None:
    """Another dimension, a filter of another length, fewer than no results."""
    vectors = crowd(100)
    index = make(vectors)
    _refused(ShapeError, lambda: index.search(vectors[:, 1:], 3))
    _refused(ShapeError, lambda: index.search(vectors[0], 3))
    _refused(ShapeError, lambda: index.add(vectors[:, 1:]))
    _refused(ShapeError, lambda: index.search(vectors[:1], 3, np.ones(99, bool)))
    _refused(UsageError, lambda: index.search(vectors[:1], -1))
    assert index.search(vectors[:1], 0).positions.shape == (1, 0)


def _refused(error: type[Exception], question: Callable[[], object]) -> None:
    try:
        question()
    except error:
        return
    raise AssertionError(f"no {error.__name__} was raised")


INDEX_CHECKS: tuple[Callable[[Make], None], ...] = (
    check_a_vector_is_its_own_nearest,
    check_scores_are_inner_products_best_first,
    check_the_nearest_are_found,
    check_a_narrow_filter_still_fills_the_answer,
    check_a_long_answer_is_filled,
    check_what_is_searched_together_changes_nothing,
    check_added_vectors_are_found_at_once,
    check_many_added_vectors_are_found,
    check_some_vectors_are_found_alone,
    check_rows_of_zeros_are_never_found,
    check_equals_come_in_an_order_that_favours_no_position,
    check_an_empty_index_finds_nothing,
    check_wrong_questions_are_refused,
)
