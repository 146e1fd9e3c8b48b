"""Items with behaviour that are compared by other contents: rows by hand."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from beholder.scorers.anew import compared_anew
from beholder.scorers.entry import Entry, Kernel
from beholder.scorers.interface import NewItems
from beholder.scorers.item_item import ItemItem

KNOWN = np.array([True, True, True, False])
BEHAVIOUR = np.array(
    [[0, 0.3, 0.1, 0], [0.2, 0, 0.4, 0], [0.5, 0.1, 0, 0], [0.7, 0.2, 0.6, 0]], np.float32
)
BEFORE = np.array([0.5, 0, 0.2, 0.4], np.float32)  # how alike the others are to item 1
AFTER = np.array([0, 0, 0.8, 0.9], np.float32)
AMONG_KNOWN, OF_NEW = Kernel("colour", 1.0, 2.0), Kernel("colour", 2.0, 3.0)


def looking(cosines: np.ndarray) -> NewItems:
    """Return item 1 as it is compared with all."""
    all_there_are = cosines[None, :]
    groups = np.full(1, -1, np.int32), np.full(4, -1, np.int32)
    return NewItems(
        np.array([1]),
        {"colour": lambda block: all_there_are[block].copy()},
        lambda block: all_there_are[block].copy(),
        groups,
        KNOWN,
    )


def with_content(cosines: np.ndarray) -> np.ndarray:
    """Return behaviour, with what is alike to item 1 added: both ways, and in the new column."""
    rows = BEHAVIOUR.copy()
    rows[1, :3] += 2 * cosines[:3]
    rows[:3, 1] += 2 * cosines[:3]
    rows[1, 3] += 3 * cosines[3] ** 2
    return rows


def scorer(by_content: np.ndarray | None = None) -> ItemItem:
    rows = sp.csr_array(with_content(BEFORE))
    entry = Entry(kernels=(OF_NEW,))
    return ItemItem(rows, entry=entry, content=(AMONG_KNOWN,), by_content=by_content)


def test_what_the_old_content_added_is_gone_and_what_the_new_one_adds_is_there() -> None:
    found = compared_anew(scorer(), looking(BEFORE), looking(AFTER)).rows.toarray()
    expected = with_content(AFTER)
    np.testing.assert_allclose(found[:3], expected[:3], atol=1e-6)
    np.testing.assert_allclose(found[3, [0, 2]], BEHAVIOUR[3, [0, 2]], atol=1e-6)


def test_content_that_is_put_back_gives_the_rows_from_before() -> None:
    there = compared_anew(scorer(), looking(BEFORE), looking(AFTER))
    back = compared_anew(there, looking(AFTER), looking(BEFORE)).rows.toarray()
    np.testing.assert_allclose(back, scorer().rows.toarray(), atol=1e-6)


def test_with_no_content_left_a_row_is_what_people_did() -> None:
    found = compared_anew(scorer(), looking(BEFORE), looking(np.zeros(4, np.float32)))
    np.testing.assert_allclose(found.rows.toarray(), BEHAVIOUR, atol=1e-6)


def test_how_much_of_a_row_is_content_follows() -> None:
    """Of item 1: 2 (.5 + .2) of 2.0 before, 2 * .8 of 2.2 after; of item 2: .4 of 1.0, then 1.6."""
    told = np.array([1 / 1.4, 1.4 / 2.0, 0.4 / 1.0, 0], np.float32)
    found = compared_anew(scorer(told), looking(BEFORE), looking(AFTER)).by_content
    assert found is not None
    np.testing.assert_allclose(found[:3], [0, 1.6 / 2.2, 1.6 / 2.2], atol=1e-6)
    assert told[1] == pytest.approx(0.7), "what others read is left as it was"


def test_a_row_of_which_nothing_is_left_is_content_alone() -> None:
    rows = np.zeros((4, 4), np.float32)
    rows[1, 0] = rows[0, 1] = 1.0
    before = ItemItem(sp.csr_array(rows), content=(AMONG_KNOWN,), by_content=np.ones(4, np.float32))
    was = looking(np.array([0.5, 0, 0, 0], np.float32))
    found = compared_anew(before, was, looking(np.zeros(4, np.float32)))
    assert not found.rows.toarray().any()
    assert found.by_content is not None
    assert found.by_content.tolist() == [1, 1, 1, 1]


def test_an_entry_that_was_cut_away_has_nothing_to_lose() -> None:
    """Rows keep two entries of known items: item 2 had been cut from row 1."""
    cut = with_content(BEFORE)
    cut[1, 2] = 0
    before = ItemItem(sp.csr_array(cut), entry=Entry(kernels=(OF_NEW,)), content=(AMONG_KNOWN,))
    nothing = looking(np.zeros(4, np.float32))
    found = compared_anew(before, looking(BEFORE), nothing).rows.toarray()
    assert found[1, 2] == 0
    assert found[1, 0] == pytest.approx(0.2)


@pytest.mark.parametrize(("other", "expected"), [(0.1, 0), (0.3, 2 * 0.3)])
def test_what_was_cut_away_comes_back_only_if_more_is_alike_now(
    other: float, expected: float
) -> None:
    cut = with_content(BEFORE)
    cut[1, 2] = 0
    before = ItemItem(sp.csr_array(cut), entry=Entry(kernels=(OF_NEW,)), content=(AMONG_KNOWN,))
    after = BEFORE.copy()
    after[2] = other
    found = compared_anew(before, looking(BEFORE), looking(after)).rows[1, 2]
    # What people did with both was cut away with it, and is not known any more.
    assert found == pytest.approx(expected, abs=1e-6)


def test_two_items_that_change_together_count_what_they_are_to_each_other_once() -> None:
    def both(pair: float) -> NewItems:
        cosines = np.array([[0, pair, 0.2, 0], [pair, 0, 0.6, 0]], np.float32)
        alike = {"colour": lambda block: cosines[block].copy()}
        groups = np.full(2, -1, np.int32), np.full(4, -1, np.int32)
        return NewItems(np.array([0, 1]), alike, alike["colour"], groups, KNOWN)

    before = BEHAVIOUR.copy()
    before[[0, 1], [1, 0]] += 2 * 0.5
    scorer = ItemItem(sp.csr_array(before), content=(AMONG_KNOWN,))
    found = compared_anew(scorer, both(0.5), both(0.9)).rows
    assert found[0, 1] == pytest.approx(BEHAVIOUR[0, 1] + 2 * 0.9)
    assert found[1, 0] == pytest.approx(BEHAVIOUR[1, 0] + 2 * 0.9)


def test_rows_that_are_read_meanwhile_are_left_as_they_are() -> None:
    before = scorer()
    kept = before.rows.toarray()
    compared_anew(before, looking(BEFORE), looking(AFTER))
    np.testing.assert_array_equal(before.rows.toarray(), kept)
