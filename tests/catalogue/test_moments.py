from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beholder.catalogue.moments import (
    BAD,
    DAYS,
    EITHER,
    FAR,
    NO_CLOCK,
    NONE,
    REASONS,
    YEAR,
    milliseconds,
)
from beholder.catalogue.written_dates import slashed

NOON = 1_600_000_000_000  # 13 September 2020, 12:26:40 UTC


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1600000000", NOON),
        (1_600_000_000, NOON),
        ("1600000000.5", NOON + 500),
        ("1600000000000", NOON),
        ("1600000000000000", NOON),
        (1_600_000_000_000_000_000, NOON),
        ("2020-09-13T12:26:40Z", NOON),
        ("2020-09-13 12:26:40", NOON),
        ("2020-09-13T14:26:40+02:00", NOON),
        ("2020-09-13", 1_599_955_200_000),
        (date(2020, 9, 13), 1_599_955_200_000),
        (datetime(2020, 9, 13, 12, 26, 40, tzinfo=UTC), NOON),
        ("2020-09-13 12:26:40 UTC", NOON),
        ("2020-09-13 12:26:40.500 UTC", NOON + 500),
        ("2020-09-13 12:26:40+00", NOON),
        ("20200913", 1_599_955_200_000),
        (20200913, 1_599_955_200_000),
        (20200913.0, 1_599_955_200_000),
        ("202009131226", NOON - 40_000),
        ("20200913122640", NOON),
        ("20201301", FAR),  # no such month, and as seconds in 1970
        ("631152000", 631_152_000_000),
        ("631151999", FAR),
        ("1985-03-01", 478_483_200_000),  # written out it is meant
        ("2023", YEAR),
        (2023, YEAR),
        ("45231.5", DAYS),
        (45231, DAYS),
        ("0", NONE),
        (0.0, NONE),
        ("-", NONE),
        ("0000-00-00", NONE),
        ("0000-00-00 00:00:00", NONE),
        ("00.00.0000", NONE),
        ("1970-01-01", NONE),
        ("1970-01-01 01:00:00", NONE),  # the same in Berlin
        ("1969-12-31T19:00:00", NONE),  # and in New York
        ("1970-01-02", 86_400_000),
        ("0000-12-00", BAD),
        ("12", FAR),
        ("1e30", FAR),
        ("-5", BAD),
        ("1969-12-31", BAD),
        ("nan", NONE),
        ("1e400", BAD),
        ("16_000", BAD),
        ("13.09.2020", 1_599_955_200_000),
        ("13.9.2020 12:26", NOON - 40_000),
        ("13.09.2020 12:26:40", NOON),
        ("13.09.2020, 12:26:40", NOON),
        ("2020/09/13 12:26:40", NOON),
        ("2020-09-13 12.26", NOON - 40_000),  # no part of an hour
        ("2020-09-13T12.26", NOON - 40_000),
        ("2020-09-13 12.26.40", NOON),
        ("2020-09-13 12.26.40.500", NOON + 500),
        ("2020-09-13 12.26.40Z", NOON),
        ("2020-09-13 12.26 UTC", NOON - 40_000),
        ("20200913T12.26", NOON - 40_000),
        ("2020-09-13T12:26:40.500", NOON + 500),
        ("20200913T122640.500", NOON + 500),
        ("2020-09-13 9.05", 1_599_987_900_000),
        ("13.09.2020 12.26", NOON - 40_000),
        ("13.09.2020 12.26.40", NOON),
        ("2020/09/13 12.26", NOON - 40_000),
        ("2020-09-13 12:26.5", BAD),
        ("2020-09-13 12:26.40", BAD),
        ("2020-09-13 12.26:40", BAD),
        ("2020-09-13 12.5", BAD),
        ("2020-09-13 12,26", BAD),
        ("20200913T1226.5", BAD),
        ("2020-09-13 25.00", BAD),
        ("13.09.2020 12:26.40", BAD),
        ("32.09.2020", BAD),
        ("13.9.20", 1_599_955_200_000),
        ("13.09.20 12:26", NOON - 40_000),
        ("13. September 2020", 1_599_955_200_000),
        ("13 sept. 2020 12:26:40", NOON),
        ("13 de setembro de 2020", 1_599_955_200_000),
        ("Sep 13, 2020", 1_599_955_200_000),
        ("1er août 2020", 1_596_240_000_000),
        ("1. März 2020", 1_583_020_800_000),
        ("01-Mar-2020", 1_583_020_800_000),
        ("1 Vendémiaire 2020", BAD),
        ("31. Februar 2020", BAD),
        ("09/13/20", EITHER),
        ("09/13/2020", EITHER),  # alone, without the others of its file
        ("yesterday", BAD),
        ("", NONE),
        (None, NONE),
        (True, BAD),
        ([1], BAD),
    ],
)
def test_moments_in_every_usual_form(value: Any, expected: int) -> None:
    assert milliseconds([value]).tolist() == [expected]


class NoTime(datetime):
    """As pandas has one: a moment that is none, and says so when it is asked when it was."""

    def timestamp(self) -> float:
        raise ValueError("NaTType does not support timestamp")


def test_a_moment_that_is_none_is_no_error() -> None:
    assert milliseconds([NoTime(2020, 1, 1, tzinfo=UTC)]).tolist() == [NONE]


def test_every_code_that_is_no_moment_says_why() -> None:
    assert set(REASONS) == {BAD, YEAR, DAYS, FAR, EITHER, NO_CLOCK}
    assert all(code < 0 for code in REASONS)


numbers = st.integers(0, 2 * 10**12) | st.integers(6 * 10**8, 5 * 10**9)


@given(st.lists(numbers, max_size=20) | st.lists(numbers | st.none(), max_size=20))
def test_an_arrow_column_of_texts_means_what_its_values_mean(values: list[int | None]) -> None:
    texts = [None if value is None else str(value) for value in values]
    fast = milliseconds(pa.array(texts, pa.string()))
    np.testing.assert_array_equal(fast, milliseconds(texts))


@pytest.mark.parametrize(
    ("texts", "first", "expected"),
    [
        (["09/13/2020", "01/02/2020"], "month", [1_599_955_200_000, 1_577_923_200_000]),
        (["13/09/2020", "01/02/2020"], "day", [1_599_955_200_000, 1_580_515_200_000]),
        (["09/13/2020 12:26:40 PM", "9/13/2020 12:26 am"], "month", [NOON, NOON - 43_240_000]),
        (["01/02/2020", "03/04/2020"], "", [EITHER, EITHER]),
        (["13/09/2020", "09/13/2020"], "", [EITHER, EITHER]),
        (["09/13/20", "01/02/20"], "month", [1599955200000, 1577923200000]),
        (["13/09/20", "01/02/20"], "", [EITHER, EITHER]),
        (["13/09/20", "09/13/20"], "", [EITHER, EITHER]),
        (["13/13/2020", "01/02/2020"], "", [EITHER, EITHER]),
    ],
)
def test_dates_with_slashes_are_read_where_their_column_tells_how(
    texts: list[str], first: str, expected: list[int]
) -> None:
    dates = slashed([*texts, None, 5, "2020-01-01"])
    assert dates is not None
    assert dates.first == first
    assert milliseconds(texts, dates.first).tolist() == expected


def test_a_date_that_its_column_speaks_against_is_refused() -> None:
    assert milliseconds(["13/09/2020", "09/13/2020"], "month").tolist() == [
        EITHER,
        1_599_955_200_000,
    ]
    assert slashed(["2020-01-01", None]) is None
