"""Re-ranking: by the formula of the paper, one of each look and product, scores by place."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beholder.engine.rerank import Dial, rerank
from beholder.errors import ShapeError

SCORES = np.array([1.0, 0.9, 0.8, 0.5], np.float32)
# 0 and 1 look alike, 2 is something else, 3 is between.
ALIKE = np.array(
    [[1.0, 0.95, 0.0, 0.5], [0.95, 1.0, 0.0, 0.5], [0.0, 0.0, 1.0, 0.5], [0.5, 0.5, 0.5, 1.0]],
    np.float32,
)


def test_without_diversity_relevance_alone_counts() -> None:
    assert rerank(SCORES, ALIKE, 4, Dial()).order.tolist() == [0, 1, 2, 3]


def test_the_order_is_that_of_the_formula_by_hand() -> None:
    # After 0: 1 has .45 - .475 = -.025, 2 has .4 - 0, 3 has .25 - .25 = 0; then 3 before 1.
    assert rerank(SCORES, ALIKE, 4, Dial(0.5)).order.tolist() == [0, 2, 3, 1]
    # After 0: 1 has .72 - .19 = .53, 2 has .64; after 2: 3 has .4 - .1 = .3.
    assert rerank(SCORES, ALIKE, 4, Dial(0.2)).order.tolist() == [0, 2, 1, 3]


def test_variety_alone_begins_with_the_best_and_goes_to_the_least_alike() -> None:
    assert rerank(SCORES, ALIKE, 4, Dial(1.0)).order.tolist() == [0, 2, 3, 1]


def test_behind_the_page_the_order_stays() -> None:
    assert rerank(SCORES, ALIKE, 2, Dial(0.5)).order.tolist() == [0, 2, 1, 3]


def test_near_duplicates_stand_behind_the_page_and_are_counted() -> None:
    found = rerank(SCORES, ALIKE, 2, Dial(near=0.9))
    assert found.order.tolist() == [0, 2, 1, 3]
    assert (found.near, found.variants, found.short) == (1, 0, 0)


def test_one_variant_of_a_product_stands_on_the_page() -> None:
    groups = np.array([7, -1, 7, -1], np.int32)
    found = rerank(SCORES, ALIKE, 3, Dial(), groups)
    assert found.order.tolist() == [0, 1, 3, 2]
    assert (found.near, found.variants, found.short) == (0, 1, 0)


def test_a_variant_that_looks_alike_is_counted_once_as_a_variant() -> None:
    groups = np.array([7, 7, -1, -1], np.int32)
    found = rerank(SCORES, ALIKE, 2, Dial(near=0.9), groups)
    assert (found.near, found.variants) == (0, 1)


def test_where_all_are_alike_the_page_is_filled_and_says_what_it_lacks() -> None:
    found = rerank(SCORES, np.ones((4, 4), np.float32), 3, Dial(near=0.9))
    assert found.order.tolist() == [0, 1, 2, 3]
    assert (found.near, found.short) == (0, 2)


@pytest.mark.parametrize("size", [0, 1, 2])
def test_a_small_slate_is_a_slate(size: int) -> None:
    found = rerank(SCORES[:size], ALIKE[:size, :size], 20, Dial(0.5, 0.9))
    assert found.order.tolist() == list(range(size))
    assert found.order.dtype == np.int32


def test_arrays_that_disagree_are_refused() -> None:
    with pytest.raises(ShapeError, match=r"4 scores with similarities \(3, 3\)"):
        rerank(SCORES, ALIKE[:3, :3], 2, Dial())
    with pytest.raises(ShapeError, match=r"groups \(3,\)"):
        rerank(SCORES, ALIKE, 2, Dial(), np.zeros(3, np.int32))


@pytest.mark.parametrize("factor", [1e-6, 1e6])
def test_the_scale_of_scores_does_not_matter(factor: float) -> None:
    found = rerank((SCORES * factor).astype(np.float32), ALIKE, 4, Dial(0.5))
    assert found.order.tolist() == [0, 2, 3, 1]


def slowly(scores: list[float], alike: list[list[float]], k: int, dial: Dial,
           groups: list[int]) -> list[int]:  # fmt: skip
    """Choose place by place, each time from all that are free and not barred.

    Where all are barred, the next round begins, of which what stood before is no part.
    """
    order: list[int] = []
    begun = 0
    top = max(map(abs, scores), default=0.0) or 1.0
    while len(order) < min(k, len(scores)):
        values = {
            i: (1 - dial.diversity) * scores[i] / top
            - dial.diversity * max([0.0, *(alike[i][j] for j in order[begun:])])
            for i in range(len(scores))
            if i not in order
            and not any(alike[i][j] > dial.near for j in order[begun:])
            and not any(groups[i] == groups[j] >= 0 for j in order[begun:])
        }
        if not values:
            begun = len(order)
            continue
        order.append(max(values, key=lambda i: (values[i], -i)))
    return order + [i for i in range(len(scores)) if i not in order]


@given(st.integers(0, 2**32 - 1), st.integers(0, 12), st.integers(1, 8),
       st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.sampled_from([0.5, 0.9, 2.0]))  # fmt: skip
def test_the_order_is_that_of_a_slow_choice_place_by_place(
    seed: int, m: int, k: int, diversity: float, near: float
) -> None:
    generator = np.random.default_rng(seed)
    # Eighths, so that float32 is exact and ties are ties.
    scores = np.sort(generator.integers(-8, 8, m))[::-1].astype(np.float32) / 8
    scores = np.append(np.float32(1), scores)
    half = generator.integers(-8, 8, (m + 1, m + 1)) / 8
    alike = np.maximum(half, half.T).astype(np.float32)
    np.fill_diagonal(alike, 1)
    groups = generator.integers(-1, 4, m + 1).astype(np.int32)
    dial = Dial(diversity, near)
    found = rerank(scores, alike, k, dial, groups)
    assert found.order.tolist() == slowly(scores.tolist(), alike.tolist(), k, dial, groups.tolist())
    page = found.order[: min(k, m + 1) - found.short]
    with_group = groups[page][groups[page] >= 0]
    assert len(set(with_group.tolist())) == len(with_group)


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.3, 1.0]), st.sampled_from([0.9, 2.0]))
def test_two_pages_are_one_of_both(seed: int, diversity: float, near: float) -> None:
    generator = np.random.default_rng(seed)
    scores = np.sort(generator.random(260)).astype(np.float32)[::-1]
    half = generator.random((260, 260)).astype(np.float32) ** 2
    alike = np.maximum(half, half.T)
    groups = generator.integers(-1, 90, 260).astype(np.int32)
    dial = Dial(diversity, near, True)
    whole = rerank(scores, alike, 200, dial, groups).order.tolist()
    for k in (1, 20, 40):
        assert rerank(scores, alike, k, dial, groups).order.tolist()[:k] == whole[:k]
