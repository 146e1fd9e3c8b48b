"""Exploration: the chances are exact, as frequencies of many draws and as counted by hand."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from scipy.stats import chisquare

from beholder.engine.explore import Exploration, explore, fresh, rarely_shown
from beholder.errors import UsageError

PAGE = np.array([10, 11, 12, 13], np.int32)
POOL = np.array([20, 21, 11, 22], np.int32)  # 11 stands on the page already
DRAWS = 20_000


def test_chances_are_those_counted_by_hand() -> None:
    halves = Exploration("fresh", 0.5, first=2)
    found = next(
        explored
        for seed in range(100)
        if (explored := explore(PAGE, POOL, halves, np.random.default_rng(seed))).place == 3
    )
    # One answer in two, one of two places, one of three items.
    assert found.chance.tolist() == pytest.approx([1, 1, 3 / 4, 1 / 12])
    assert found.chance.dtype == np.float32
    assert found.positions[:3].tolist() == [10, 11, 12]
    assert found.positions[3] in (20, 21, 22)
    assert found.displaced == 13
    plain = next(
        explored
        for seed in range(100)
        if (explored := explore(PAGE, POOL, halves, np.random.default_rng(seed))).place == -1
    )
    assert plain.chance.tolist() == [1, 1, 0.75, 0.75]
    assert (plain.positions.tolist(), plain.displaced) == (PAGE.tolist(), -1)


@pytest.mark.parametrize(("share", "first"), [(0.3, 1), (1.0, 0), (0.05, 3)])
def test_what_is_seen_often_is_what_the_chances_say(share: float, first: int) -> None:
    generator = np.random.default_rng(7)
    seen: Counter[tuple[int, int]] = Counter()
    said: dict[tuple[int, int], float] = {}
    for _ in range(DRAWS):
        found = explore(PAGE, POOL, Exploration("fresh", share, first), generator)
        for place, (item, chance) in enumerate(
            zip(found.positions.tolist(), found.chance.tolist(), strict=True)
        ):
            seen[place, item] += 1
            # The chance of an item at a place never depends on how the draw fell.
            assert said.setdefault((place, item), chance) == chance
    for place in range(first, len(PAGE)):
        items = [item for at, item in said if at == place]
        expected = np.array([said[place, item] for item in items])
        assert expected.sum() == pytest.approx(1.0)
        counts = np.array([seen[place, item] for item in items])
        assert chisquare(counts, expected / expected.sum() * DRAWS).pvalue > 0.001
    assert all(said[place, int(PAGE[place])] == 1 for place in range(first))


def test_at_most_one_place_is_explored_and_no_item_comes_twice() -> None:
    generator = np.random.default_rng(1)
    for _ in range(500):
        found = explore(PAGE, POOL, Exploration(share=1.0, first=0), generator)
        assert (found.positions != PAGE).sum() == 1
        assert len(set(found.positions.tolist())) == len(PAGE)
        assert found.positions[found.place] in (20, 21, 22)


@pytest.mark.parametrize(
    ("exploration", "pool"),
    [
        (Exploration(), POOL),
        (Exploration(share=1.0), POOL[:0]),
        (Exploration(share=1.0), PAGE),
        (Exploration(share=1.0, first=4), POOL),
    ],
)
def test_where_nothing_can_be_explored_every_place_was_certain(
    exploration: Exploration, pool: np.ndarray
) -> None:
    found = explore(PAGE, pool, exploration, np.random.default_rng(0))
    assert found.positions.tolist() == PAGE.tolist()
    assert found.chance.tolist() == [1.0] * 4
    assert (found.place, found.displaced) == (-1, -1)


def test_the_page_that_came_is_not_written_to() -> None:
    before = PAGE.copy()
    explore(PAGE, POOL, Exploration(share=1.0), np.random.default_rng(0))
    assert PAGE.tolist() == before.tolist()


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_outside_of_0_and_1_is_refused(share: float) -> None:
    with pytest.raises(UsageError, match="the share of explored answers"):
        explore(PAGE, POOL, Exploration(share=share), np.random.default_rng(0))


def test_fresh_is_what_arrived_within_so_many_days() -> None:
    day, now = 86_400_000, 1_700_000_000_000
    arrived = np.array([now, now - 2 * day, now - 3 * day, 0])
    assert fresh(arrived, now, 3).tolist() == [True, True, False, False]


def test_rarely_shown_is_a_share_of_what_is_allowed() -> None:
    shown = np.array([9, 0, 5, 1, 7, 3])
    allowed = np.array([True, False, True, True, True, True])
    assert np.flatnonzero(rarely_shown(shown, allowed, 0.4)).tolist() == [3, 5]
    assert np.flatnonzero(rarely_shown(shown, allowed, 0.0)).tolist() == [3]
    assert rarely_shown(shown, allowed, 1.0).tolist() == allowed.tolist()


def test_what_ties_in_being_rarely_shown_is_all_in() -> None:
    allowed = np.array([True, True, True, False])
    assert rarely_shown(np.zeros(4, int), allowed, 0.1).tolist() == allowed.tolist()
    assert not rarely_shown(np.zeros(4, int), np.zeros(4, bool), 0.1).any()
