"""The packed row of an answer: small, exact, and whole or refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from beholder.engine.answer_row import SOURCES, AnswerRow, pack, unpack
from beholder.errors import DataError, ShapeError

TYPES = (np.int32, np.float32, np.float32, np.uint8)


def of(*columns: list[float]) -> AnswerRow:
    return AnswerRow(
        *(np.array(column, kind) for column, kind in zip(columns, TYPES, strict=True))  # type: ignore[arg-type]
    )


@given(st.integers(0, 200).flatmap(lambda k: st.tuples(*(arrays.arrays(t, k) for t in TYPES))))
def test_a_row_comes_back_bit_for_bit(columns: tuple[np.ndarray, ...]) -> None:
    found = unpack(pack(AnswerRow(*columns)))
    for before, after in zip(columns, found, strict=True):
        assert after.dtype == before.dtype
        assert after.tobytes() == before.tobytes()


def test_twenty_places_take_263_bytes() -> None:
    row = of([7] * 20, [0.5] * 20, [1] * 20, [0] * 20)
    assert len(pack(row)) == 263


def test_the_bytes_are_those_of_the_format() -> None:
    row = of([1, 258], [1.0, -2.0], [1.0, 0.5], [0, 5])
    assert pack(row).hex(" ") == (
        "01 02 00 01 00 00 00 02 01 00 00 00 00 80 3f 00 00 00 c0 00 00 80 3f 00 00 00 3f 00 05"
    )


def test_the_chance_of_an_explored_item_is_kept() -> None:
    chance = np.float32(0.01 / 20 / 100_000)
    assert unpack(pack(of([1], [1], [float(chance)], [5]))).chances[0] == chance


def test_a_source_keeps_its_number() -> None:
    # Rows that were stored say these numbers: a new name goes to the end.
    assert SOURCES == ("history", "similar", "popular", "trending", "fresh", "explore", "pinned")


@pytest.mark.parametrize(
    "row", [of([1, 2], [1], [1, 1], [0, 0]), of(*[[1] * 1001] * 4)], ids=["unequal", "long"]
)
def test_arrays_that_disagree_or_are_too_long_are_refused(row: AnswerRow) -> None:
    with pytest.raises(ShapeError, match="an answer of"):
        pack(row)


def test_bytes_that_are_cut_longer_or_of_another_version_are_refused() -> None:
    whole = pack(of([1, 2, 3], [1, 1, 1], [1, 1, 1], [0, 0, 0]))
    for wrong in [*(whole[:size] for size in range(len(whole))), whole + b"\0", b"\2" + whole[1:]]:
        with pytest.raises(DataError, match="no answer that this version can read"):
            unpack(wrong)
