"""Layers of later items, written out: five items, of which two came one after the other."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from beholder.scorers import rows
from beholder.scorers.interface import Query
from beholder.scorers.layers import Gathered, Layer, gather, joined
from beholder.scorers.rows import MIXED

# What each item (a row) says of each; 3 came late, and 4 after it.
WHOLE = np.array(
    [
        [0.0, 0.5, 0.25, 1.0, 0.0],
        [0.5, 0.0, 0.0, 2.0, 3.0],
        [0.0, 0.75, 0.0, 0.0, 4.0],
        [0.125, 0.0, 5.0, 0.0, 6.0],
        [7.0, 0.0, 8.0, 9.0, 0.0],
    ],
    np.float32,
)
MIX = np.array([[1.0, 0.0, 0.0], [0.0, 0.25, 0.75]], np.float32)
NOTHING_NEW = np.zeros(5, bool)


def sparse(dense: np.ndarray) -> sp.csr_array:
    return sp.csr_array(dense.astype(np.float32))


def base() -> sp.csr_array:
    return sparse(WHOLE[:3, :3])


def layers() -> tuple[Layer, Layer]:
    first = Layer(sparse(WHOLE[:3, 3:4]), sparse(WHOLE[3:4, :4]), sparse(MIX[:1]))
    return first, Layer(sparse(WHOLE[:4, 4:]), sparse(WHOLE[4:]), sparse(MIX[1:]))


def query(items: list[int], weights: list[float], among_new: list[float] | None = None) -> Query:
    other = None if among_new is None else np.array(among_new, np.float32)
    weighed = np.array(weights, np.float32)
    return Query(np.array(items, np.int32), weighed, np.array([0, len(items)]), (), other)


def table(read: Gathered, n: int) -> np.ndarray:
    """Return what each item of the history adds to each column, (n, 5)."""
    found = np.zeros((n, 5))
    np.add.at(found, (np.repeat(read.owner, read.lengths), read.columns), read.values)
    return found


HISTORIES = [
    [0, 2],  # all were there from the start
    [3],
    [4, 3, 1],
    [1, 4, 1, 3, 0],  # an item twice, others between
    [2, 2],
]


@pytest.mark.parametrize("items", HISTORIES, ids=str)
def test_every_item_adds_its_whole_row_times_its_weight(items: list[int]) -> None:
    weights = [0.5, 2.0, 0.25, 1.0, 4.0][: len(items)]
    read = gather(base(), MIXED, layers(), query(items, weights), NOTHING_NEW)
    np.testing.assert_array_equal(
        table(read, len(items)), np.array(weights)[:, None] * WHOLE[items]
    )
    assert (read.columns.dtype, read.values.dtype) == (np.intp, np.float32)


@pytest.mark.parametrize("items", HISTORIES, ids=str)
def test_new_columns_take_the_other_weights(items: list[int]) -> None:
    weights, others = [0.5, 2.0, 0.25, 1.0, 4.0], [8.0, 0.0, 16.0, 0.125, 3.0]
    weights, others = weights[: len(items)], others[: len(items)]
    new = np.array([False, True, False, True, True])  # 1 was there and has no behaviour
    read = gather(base(), MIXED, layers(), query(items, weights, others), new)
    expected = np.where(new, np.array(others)[:, None], np.array(weights)[:, None]) * WHOLE[items]
    np.testing.assert_array_equal(table(read, len(items)), expected)


def test_of_an_empty_history_and_of_empty_rows_nothing_is_read() -> None:
    for read in (
        gather(base(), MIXED, layers(), query([], []), NOTHING_NEW),
        gather(sparse(np.zeros((3, 3))), MIXED, (), query([0, 1], [1, 1]), NOTHING_NEW),
    ):
        assert len(read.columns) == len(read.values) == 0
        assert read.lengths.sum() == 0
        assert len(read.lengths) == len(read.owner)


def test_rows_of_one_length_are_read_with_layers_of_any() -> None:
    """The width is that of the base alone; two of its rows are filled with a 0."""
    columns, values = [1, 2, 0, 1, 0, 1], [0.5, 0.25, 0.5, 0, 0, 0.75]
    told = np.array(values, np.float32), np.array(columns, np.int32), np.array([0, 2, 4, 6])
    even = sp.csr_array(told, shape=(3, 3))
    form = rows.form(even, NOTHING_NEW[:3])
    assert form.width == 2
    np.testing.assert_array_equal(even.toarray(), WHOLE[:3, :3])
    read = gather(even, form, layers(), query([2, 4, 0], [1, 2, 4]), NOTHING_NEW)
    expected = np.array([[1], [2], [4]]) * WHOLE[[2, 4, 0]]
    np.testing.assert_array_equal(table(read, 3), expected)


def test_what_is_read_is_not_written_to() -> None:
    matrix, later = base(), layers()
    before = [one.toarray() for one in (matrix, *later[0], *later[1])]
    gather(matrix, MIXED, later, query([1, 4, 3], [5, 5, 5], [7, 7, 7]), np.ones(5, bool))
    after = [one.toarray() for one in (matrix, *later[0], *later[1])]
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one, other)


def test_two_layers_are_one_with_both_their_items() -> None:
    one = joined(*layers())
    np.testing.assert_array_equal(one.columns.toarray(), WHOLE[:3, 3:])
    np.testing.assert_array_equal(one.rows.toarray(), WHOLE[3:])
    np.testing.assert_array_equal(one.mix.toarray(), MIX)


def test_a_history_reads_the_same_from_layers_that_were_joined() -> None:
    asked = query([4, 0, 3], [1, 2, 4], [8, 16, 32])
    new = np.array([False, False, True, True, True])
    apart = gather(base(), MIXED, layers(), asked, new)
    together = gather(base(), MIXED, (joined(*layers()),), asked, new)
    np.testing.assert_array_equal(table(apart, 3), table(together, 3))
