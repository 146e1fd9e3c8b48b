"""Rows of co-occurrence are formed in blocks: the same rows, in memory that follows the blocks."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from beholder.dataset.dataset import Dataset
from beholder.models.itemknn import ItemKNNSettings, cosines
from beholder.models.session import SessionSettings, together
from beholder.models.spans import spans
from small_data import random_dataset, random_log


def of_cosines(dataset: Dataset, most: int) -> Iterator[sp.csr_array]:
    return cosines(dataset, ItemKNNSettings(), most)


def of_sessions(dataset: Dataset, most: int) -> Iterator[sp.csr_array]:
    return together(dataset.interactions, SessionSettings(), most)


BLOCKS = [of_cosines, of_sessions]
Blocks = Callable[[Dataset, int], Iterator[sp.csr_array]]


@given(sizes=st.lists(st.integers(0, 50), max_size=30), most=st.integers(1, 100))
def test_spans_hold_every_row_once_and_no_more_than_asked_for(sizes: list[int], most: int) -> None:
    found = list(spans(np.array(sizes, np.int64), most))
    assert [row for span in found for row in range(span.start, span.stop)] == [*range(len(sizes))]
    assert all(sum(sizes[span]) <= most or span.stop == span.start + 1 for span in found)
    joined = [sum(sizes[a.start : b.stop]) for a, b in pairwise(found)]
    assert all(both > most for both in joined)


@pytest.mark.parametrize("blocks", BLOCKS)
def test_blocks_of_rows_are_the_rows_of_one_block(blocks: Blocks) -> None:
    dataset = random_dataset(3)
    (whole,) = blocks(dataset, 10**9)
    some = list(blocks(dataset, 100))
    assert len(some) > 3
    assert whole.nnz > 100
    np.testing.assert_array_equal(sp.vstack(some).todense(), whole.todense())


@pytest.mark.parametrize("blocks", BLOCKS)
def test_memory_follows_the_blocks_and_not_the_square_of_the_items(blocks: Blocks) -> None:
    dataset = Dataset(random_log(n_users=40, n_items=600, n=10_000), {}, [""] * 600)
    _ = dataset.interactions.matrix

    def peak(most: int) -> int:
        tracemalloc.start()
        for _ in blocks(dataset, most):
            pass
        largest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return largest

    assert 4 * peak(20_000) < peak(10**9)
