"""Ids of any kind to numbers from 0."""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.errors import DataError
from beholder.frames.table import Column, absent


class Coded(NamedTuple):
    """Different ids, and which of them each row has.

    Attributes
    ----------
    ids
        As Python has them: 7, not numpy.int64(7).
    rows
        int32 (n,). Places in `ids`.
    """

    ids: list[Hashable]
    rows: NDArray[np.int32]


def coded(column: Column, what: str) -> Coded:
    """Number the ids of a column, in order where they have one and as they come elsewhere.

    Raises
    ------
    DataError
        If a row has no id, or one that is not hashable.
    """
    if isinstance(column, np.ndarray) and column.dtype.kind in "iuSU":
        different, rows = np.unique(column, return_inverse=True)
        return Coded(different.tolist(), rows.astype(np.int32))
    return _by_hash(column.tolist(), what)


def _by_hash(values: list[Hashable], what: str) -> Coded:
    places: dict[Hashable, int] = {}
    rows = np.empty(len(values), np.int32)
    for row, value in enumerate(values):
        if absent(value):
            raise DataError(f"row {row} has no {what}", remedy="leave such rows out", field=what)
        try:
            rows[row] = places.setdefault(value, len(places))
        except TypeError as error:
            raise DataError(
                f"row {row} has a {type(value).__name__} as its {what}",
                remedy="ids are texts, numbers, tuples: whatever can be the key of a dict",
                field=what,
            ) from error
    ids = list(places)
    kinds = {type(one) for one in ids}
    if kinds <= {str} or kinds <= {int, float}:  # as they would be in an array of one type
        order = sorted(range(len(ids)), key=ids.__getitem__)  # type: ignore[arg-type]
        ranks = np.empty(len(ids), np.int32)
        ranks[order] = np.arange(len(ids), dtype=np.int32)
        return Coded([ids[place] for place in order], ranks[rows])
    return Coded(ids, rows)
