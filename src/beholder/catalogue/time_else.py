"""Two columns of moments: where a row has none in the first, it has that of the second.

So are the books of a reader: `Date Read` where they were finished, and `Date Added` where not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from beholder.catalogue.mapping import first_match
from beholder.catalogue.moments import NONE
from beholder.errors import DataError
from beholder.unicode import plain

FIELD = "time_else"
BESIDE = {"dateread": "date_added"}
SAID = "where {column} is empty the moment is that of {other}"


def with_time_else(mapping: Mapping[str, str], columns: Sequence[str]) -> dict[str, str]:
    """Return the mapping of a file of behaviour, with the column that stands in for moments.

    Raises
    ------
    DataError
        If one stands in for moments that no column has.
    """
    found = dict(mapping)
    if "time" not in found:
        if FIELD in found:
            raise DataError(
                f"{found[FIELD]} stands in for moments, and no column looks like these",
                remedy="say which: --map time=COLUMN",
                field="time",
            )
        return found
    beside = BESIDE.get(plain(found["time"]))
    free = [name for name in columns if name and name not in found.values()]
    other = None if FIELD in found or beside is None else first_match(free, [beside])
    return found if other is None else found | {FIELD: other}


def filled_in(
    moments: NDArray[np.int64], others: NDArray[np.int64]
) -> tuple[NDArray[np.int64], int]:
    """Return moments, int64 (n,), with others where there is none, and how many these are."""
    gaps = moments == NONE
    return np.where(gaps, others, moments), int((gaps & (others > NONE)).sum())


def said(n: int, column: str, other: str) -> str:
    """Say which column stands in for which, and in how many rows."""
    return f"{SAID.format(column=column, other=other)} ({n:,} {'row' if n == 1 else 'rows'})"
