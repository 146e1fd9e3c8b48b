"""Sparse rows against dense NumPy: cutting, gathering, writing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from beholder.scorers import rows
from beholder.scorers.cutting import SAMPLED

NONE_APART = np.zeros(40, bool)


def random_matrix(seed: int, n: int, m: int, share: float = 0.4) -> np.ndarray:
    rng = np.random.default_rng(seed)
    dense = rng.normal(size=(n, m)).astype(np.float32)
    dense[rng.random((n, m)) > share] = 0
    return dense


def slow_cut(dense: np.ndarray, largest: int) -> np.ndarray:
    """Zero all but the largest entries by size of each row."""
    kept = np.zeros_like(dense)
    for row, own in enumerate(dense):
        order = np.argsort(-np.abs(own))[:largest]
        kept[row, order] = own[order]
    return kept


@given(
    seed=st.integers(0, 1000),
    n=st.integers(1, 12),
    m=st.integers(1, 15),
    largest=st.integers(1, 20),
    sparse=st.booleans(),
)
def test_cut_keeps_the_largest_by_size_of_each_row(
    seed: int, n: int, m: int, largest: int, sparse: bool
) -> None:
    dense = random_matrix(seed, n, m)
    found = rows.cut(sp.csr_array(dense) if sparse else dense, largest)
    np.testing.assert_array_equal(found.todense(), slow_cut(dense, largest))
    assert found.dtype == np.float32
    assert (found.data != 0).all()
    for row in range(n):  # gather and the file format want sorted columns
        assert (np.diff(found.indices[found.indptr[row] : found.indptr[row + 1]]) > 0).all()


@pytest.mark.parametrize("where", ["anywhere", "in the sample", "outside of it", "nearly nowhere"])
def test_a_long_row_is_cut_right_whatever_a_sample_says_of_it(where: str) -> None:
    n, m = 6, 4000
    dense = random_matrix(3, n, m, share=0.9)
    sampled = np.arange(m) % SAMPLED == 0
    if where == "in the sample":
        dense[:, sampled] *= 100
    elif where == "outside of it":
        dense[:, ~sampled] *= 100
    elif where == "nearly nowhere":
        dense[:, 7:] = 0
    for largest in (1, 20, 150, 1500):
        np.testing.assert_array_equal(rows.cut(dense, largest).todense(), slow_cut(dense, largest))
        above = slow_cut(np.maximum(dense, 0), largest)
        np.testing.assert_array_equal(rows.most(dense, largest).todense(), above)


@given(seed=st.integers(0, 1000), largest=st.integers(1, 12))
def test_rows_of_any_lengths_and_order_are_cut_together(seed: int, largest: int) -> None:
    dense = random_matrix(seed, 30, 40, share=1.0)
    rng = np.random.default_rng(seed)
    for row, length in enumerate(rng.integers(0, 40, 30)):
        dense[row, rng.permutation(40)[length:]] = 0
    coo = sp.coo_array(dense)
    order = np.lexsort((rng.random(coo.nnz), coo.row))  # columns in no order
    bounds = np.searchsorted(coo.row[order], np.arange(31))
    mixed = sp.csr_array((coo.data[order], coo.col[order], bounds), shape=dense.shape)
    found = rows.cut(mixed, largest)
    np.testing.assert_array_equal(found.todense(), slow_cut(dense, largest))
    assert found.has_sorted_indices


def test_some_columns_and_two_matrices_side_by_side() -> None:
    left, right = random_matrix(1, 5, 6), random_matrix(2, 5, 3)
    both = rows.beside(sp.csr_array(left), sp.csr_array(right))
    np.testing.assert_array_equal(both.todense(), np.hstack([left, right]))
    kept = np.array([1, 4])
    found = rows.only_columns(sp.csr_array(left), kept)
    expected = np.zeros_like(left)
    expected[:, kept] = left[:, kept]
    np.testing.assert_array_equal(found.todense(), expected)


def test_cut_goes_through_blocks_of_rows() -> None:
    dense = random_matrix(1, 2500, 30)
    np.testing.assert_array_equal(rows.cut(dense, 7).todense(), slow_cut(dense, 7))


@given(seed=st.integers(0, 1000), first=st.integers(1, 9), second=st.integers(1, 9))
def test_columns_set_apart_are_cut_on_their_own(seed: int, first: int, second: int) -> None:
    dense = random_matrix(seed, 6, 14, share=0.8)
    dense[:, 9:] /= 100  # in one cut they would lose every place
    apart = np.arange(14) >= 9
    found = rows.cut_apart(sp.csr_array(dense), apart, first, second).todense()
    expected = np.hstack([slow_cut(dense[:, :9], first), slow_cut(dense[:, 9:], second)])
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("sparse", [False, True])
def test_of_equal_entries_as_many_are_kept_as_there_are_places(sparse: bool) -> None:
    dense = np.array([[1, -1, 1, 1, 2], [3, 3, 3, 3, 3], [0, 0, 5, 0, 0]], np.float32)
    found = rows.cut(sp.csr_array(dense) if sparse else dense, 3).todense()
    assert (found != 0).sum(axis=1).tolist() == [3, 3, 1]
    assert found[0, 4] == 2
    assert found[2, 2] == 5


def test_rows_over_some_positions_are_spread_over_all() -> None:
    inner = random_matrix(4, 3, 3, share=0.7)
    found = rows.spread(sp.csr_array(inner), np.array([1, 2, 5]), 7).todense()
    expected = np.zeros((7, 7), np.float32)
    expected[np.ix_([1, 2, 5], [1, 2, 5])] = inner
    np.testing.assert_array_equal(found, expected)


@given(seed=st.integers(0, 1000), items=st.lists(st.integers(0, 9), max_size=12))
def test_gather_returns_the_rows_one_after_the_other(seed: int, items: list[int]) -> None:
    dense = random_matrix(seed, 10, 8, share=0.3)
    columns, values, lengths = rows.gather(sp.csr_array(dense), np.array(items, np.int32))
    assert lengths.tolist() == [int((dense[i] != 0).sum()) for i in items]
    expected = [(int(c), dense[i, c]) for i in items for c in np.flatnonzero(dense[i])]
    assert list(zip(columns.tolist(), values.tolist(), strict=True)) == expected


@pytest.mark.parametrize("share", [0.0, 0.1, 0.9])
def test_short_and_long_rows_are_gathered_alike(share: float) -> None:
    dense = random_matrix(5, 9, 3 * rows.SHORT, share)
    items = np.array([4, 0, 4, 8], np.int32)
    columns, values, lengths = rows.gather(sp.csr_array(dense), items)
    np.testing.assert_array_equal(
        columns, np.concatenate([np.flatnonzero(dense[i]) for i in items])
    )
    np.testing.assert_array_equal(values, np.concatenate([dense[i][dense[i] != 0] for i in items]))
    assert lengths.tolist() == (dense[items] != 0).sum(axis=1).tolist()


def test_saved_rows_come_back_with_their_facts(tmp_path: Path) -> None:
    import msgspec

    class Facts(msgspec.Struct):
        decay: float

    matrix = sp.csr_array(random_matrix(3, 6, 9))
    rows.save(matrix, tmp_path / "rows.safetensors", Facts(0.25))
    found = rows.load(tmp_path / "rows.safetensors")
    np.testing.assert_array_equal(found.todense(), matrix.todense())
    assert msgspec.json.decode(rows.read_facts(tmp_path / "rows.safetensors")) == {"decay": 0.25}


@pytest.mark.parametrize("shape", [(0, 0), (3, 0), (0, 4), (3, 4)])
def test_rows_without_entries_can_be_cut_and_written(
    shape: tuple[int, int], tmp_path: Path
) -> None:
    empty = sp.csr_array(shape, dtype=np.float32)
    assert rows.cut(empty, 5).shape == shape
    assert rows.cut(np.zeros(shape, np.float32), 5).shape == shape
    rows.save(empty, tmp_path / "rows.safetensors")
    assert rows.load(tmp_path / "rows.safetensors").shape == shape


@pytest.mark.parametrize("density", [0.0, 0.05, 0.9, 1.0])
def test_rows_of_one_length_say_the_same(density: float) -> None:
    rng = np.random.default_rng(3)
    dense = rng.random((40, 40)).astype(np.float32)
    dense[rng.random((40, 40)) >= density] = 0
    np.fill_diagonal(dense, 0)
    matrix = sp.csr_array(dense)
    level = rows.even(matrix)
    np.testing.assert_array_equal(level.toarray(), dense)
    items = np.array([3, 39, 0, 7], np.int32)
    columns, values, lengths = rows.gather(level, items, rows.form(level, NONE_APART).width)
    found = np.zeros((4, 40), np.float32)
    np.add.at(found, (np.repeat(np.arange(4), lengths), columns), values)
    np.testing.assert_array_equal(found, dense[items])
    if density == 0.9:
        width = np.diff(level.indptr).max()
        assert width == np.diff(level.indptr).min()
        assert rows.form(level, NONE_APART) == (width, width)
        assert rows.form(matrix, NONE_APART) == rows.MIXED


def test_columns_set_apart_come_last_in_each_row_as_a_table_of_their_own() -> None:
    rng = np.random.default_rng(4)
    apart = np.zeros(40, bool)
    apart[[2, 3, 17, 25, 26, 39]] = True
    dense = rng.random((40, 40)).astype(np.float32)
    dense[rng.random((40, 40)) >= 0.9] = 0
    level = rows.even(sp.csr_array(dense), apart)
    np.testing.assert_array_equal(level.toarray(), dense)
    longest = [int((dense[:, some] > 0).sum(axis=1).max()) for some in (~apart, apart)]
    assert rows.form(level, apart) == (sum(longest), longest[0])
    for own in level.indices.reshape(40, -1):
        assert len(set(own.tolist())) == len(own)
        assert apart[own].tolist() == [False] * longest[0] + [True] * longest[1]
    mixed = rows.form(rows.even(sp.csr_array(dense)), apart)
    assert mixed.width > 0
    assert mixed.first == 0


def test_rows_that_speak_of_columns_set_apart_alone_are_one_table() -> None:
    dense = np.zeros((4, 4), np.float32)
    dense[:, 2:] = [[1, 2]]
    apart = np.array([False, False, True, True])
    level = rows.even(sp.csr_array(dense), apart)
    np.testing.assert_array_equal(level.toarray(), dense)
    assert rows.form(level, apart) == (2, 0)


def test_rows_that_lie_in_two_tables_are_opened_as_they_were_saved(tmp_path) -> None:
    apart = np.array([True, False, False, False])
    dense = np.array([[13, 1, 2, 3], [4, 0, 5, 6], [7, 8, 0, 9], [10, 11, 12, 0]], np.float32)
    rows.save(rows.even(sp.csr_array(dense), apart), tmp_path / "rows.safetensors")
    found = rows.load(tmp_path / "rows.safetensors")
    assert rows.form(found, apart) == (4, 3)
    np.testing.assert_array_equal(found.toarray(), dense)
    np.testing.assert_array_equal((found @ found).toarray(), dense @ dense)
    np.testing.assert_array_equal(rows.cut(found, 1).toarray().max(axis=1), [13, 6, 9, 12])


def test_rows_that_two_tables_would_make_much_longer_lie_in_one() -> None:
    """Half of the rows speak of three columns set apart alone, the others of three others."""
    dense = np.zeros((6, 6), np.float32)
    dense[:3, 3:] = 1
    dense[3:, :3] = 1
    apart = np.arange(6) >= 3
    level = rows.even(sp.csr_array(dense), apart)
    assert rows.form(level, apart) == (3, 0)
    np.testing.assert_array_equal(level.toarray(), dense)


def test_rows_of_very_different_lengths_stay_as_they_are() -> None:
    dense = np.zeros((50, 50), np.float32)
    dense[0, 1:] = 1
    dense[1:, 0] = 1
    assert rows.even(sp.csr_array(dense)).nnz == 98


@pytest.mark.parametrize("which", [[0, 3, 7], [7], [0, 1, 2, 3, 4, 5, 6, 7], []])
def test_rows_give_way_to_others_empty_ones_too(which: list[int]) -> None:
    rng = np.random.default_rng(len(which))
    dense = (rng.random((8, 8)) * (rng.random((8, 8)) < 0.5)).astype(np.float32)
    others = (rng.random((len(which), 8)) * (rng.random((len(which), 8)) < 0.5)).astype(np.float32)
    if which:
        others[0] = 0  # nothing is said of the first any more
    expected = dense.copy()
    for row, own in zip(which, others, strict=True):
        expected[row] = own
    np.fill_diagonal(expected, 0)
    found = rows.replaced(sp.csr_array(dense), np.array(which, np.int64), sp.csr_array(others))
    np.testing.assert_array_equal(found.toarray(), expected)
    assert found.has_canonical_format
