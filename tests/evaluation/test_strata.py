"""Questions apart by how known the right item is, and by how much is known of the person."""

from __future__ import annotations

import numpy as np
import pytest

from beholder.dataset.dataset import Dataset
from beholder.dataset.splits import Cases, Split
from beholder.evaluation.strata import ITEMS, PEOPLE, named, of_kind, strata, tenths
from beholder.testing.sample_log import log_of_arrays

# Person 0 likes item 0, person 1 items 0 and 1, person 2 items 0, 1 and 2: so item 0 has three
# likes, item 1 two, item 2 one, and items 3 and 4 none.
USERS = np.array([0, 1, 1, 2, 2, 2], np.int32)
ITEMS_OF = np.array([0, 0, 1, 0, 1, 2], np.int32)


def asking() -> Split:
    """Return three people: the first is asked for items 2 and 3, the others for 2 and for 4."""
    times = np.arange(6, dtype=np.int64)
    log = log_of_arrays(USERS, ITEMS_OF, times, np.ones(6), 3, 5, seed=1)
    cases = Cases(log, np.arange(3, dtype=np.int32), np.array([0, 2, 3, 4]), np.array([2, 3, 2, 4]))
    return Split("made", Dataset(log, {}, [""] * 5), cases, np.ones(5, bool))


LISTS = {
    "first": np.array([[2, 4, 3], [1, 2, -1], [4, -1, -1]], np.int32),
    "nothing": np.full((3, 3), -1, np.int32),
}


def test_right_answers_are_apart_by_the_likes_of_their_items() -> None:
    found = of_kind(strata(LISTS, asking()), ITEMS)
    assert [(named(one), one.cases) for one in found] == [("0", 2), ("1", 2)]
    third = 1 / np.log2(4)
    assert found[0].ndcg10["first"] == pytest.approx((third + 1) / 2)  # item 3 third, item 4 first
    assert found[1].ndcg10["first"] == pytest.approx((1 + 1 / np.log2(3)) / 2)
    assert found[0].ndcg10["nothing"] == 0


def test_and_by_the_likes_of_the_person() -> None:
    found = of_kind(strata(LISTS, asking()), PEOPLE)
    assert [(named(one), one.cases) for one in found] == [("1", 1), ("2 to 3", 2)]
    both = (1 + 1 / np.log2(4)) / (1 + 1 / np.log2(3))
    assert found[0].ndcg10["first"] == pytest.approx(both)


def test_tenths_of_people_by_their_likes_never_divide_equal_ones() -> None:
    found = tenths(LISTS, asking())
    assert [(named(one), one.cases) for one in found] == [("1", 1), ("2", 1), ("3", 1)]
    assert found[1].ndcg10["first"] == pytest.approx(1 / np.log2(3))
    assert found[2].ndcg10["first"] == 1
