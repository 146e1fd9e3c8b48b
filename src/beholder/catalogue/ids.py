"""Ids as files have them: text or whole numbers, and words that say that there is none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from beholder.catalogue.readers.interface import Batch, Column, distinct
from beholder.store.ids import NOTHING, says_nothing, why_not_id
from beholder.unicode import is_unicode

SPACED = "ids with spaces around them, which were taken off"
POINTED = (
    "ids such as 123.0, as programs write whole numbers where a column has gaps: kept as they "
    "stand (write the column as text or as whole numbers, if 123 is meant)"
)
GUARDED = (
    """cells such as ="00123" or '00123, by which spreadsheets keep zeros: what stands inside is """
    "read"
)
POINT = re.compile(r"^\s*[0-9]+\.0+\s*$")


@dataclass(frozen=True)
class Coded:
    """A column of ids.

    Attributes
    ----------
    ids
        Arrow array of the different ones; null for what is no id.
    rows
        For each row the place of its id in `ids`.
    """

    ids: pa.Array
    rows: NDArray[np.int64]

    def of(self, row: int) -> str | None:
        """Return the id of a row."""
        found: str | None = self.ids[int(self.rows[row])].as_py()
        return found

    @property
    def named(self) -> NDArray[np.bool_]:
        """bool (rows,). Whether a row has an id."""
        there: NDArray[np.bool_] = pc.is_valid(self.ids).to_numpy(zero_copy_only=False)
        return there[self.rows]

    @property
    def valid(self) -> NDArray[np.bool_]:
        """bool (rows,). Whether a row has an id that the store takes."""
        good = [one is not None and not why_not_id(one) for one in self.ids.to_pylist()]
        return np.array(good, bool)[self.rows]

    def of_rows(self, rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which of `ids` some rows have, bool (ids,), of bool (rows,)."""
        found = np.zeros(len(self.ids), bool)
        found[self.rows[rows]] = True
        return found


def coded(column: Column) -> Coded:
    """Return the ids of a column: zeros in front stay, spaces around them do not."""
    if isinstance(column, pa.Array):
        arrow = column.dictionary_encode(null_encoding="encode")
        bare = pc.utf8_trim_whitespace(arrow.dictionary)
        nothing = pc.is_in(pc.utf8_lower(bare), pa.array(["", *sorted(NOTHING)]))
        ids = pc.if_else(nothing, pa.scalar(None, pa.string()), bare)
        return once(Coded(ids.cast(pa.string()), arrow.indices.to_numpy()))
    values, rows = distinct(column)
    return once(Coded(pa.array([as_id(value) for value in values], pa.string()), rows))


def odd_in(batch: Batch, mapping: Mapping[str, str]) -> dict[str, int]:
    """Return how many rows or cells are written otherwise than meant, by how, in words."""
    found = Counter({GUARDED: batch.guarded})
    for who in ("item_id", "user", "session"):
        if who in mapping:
            found.update(odd(batch.columns[mapping[who]]))
    return dict(found)


def odd(column: Column) -> dict[str, int]:
    """Return how many rows have an id that may be written otherwise than meant, by how."""
    if isinstance(column, pa.Array):
        spaced = pc.not_equal(column, pc.utf8_trim_whitespace(column))
        pointed = pc.match_substring_regex(column, POINT.pattern)
        return {SPACED: pc.sum(spaced).as_py() or 0, POINTED: pc.sum(pointed).as_py() or 0}
    texts = [value for value in column if isinstance(value, str)]
    return {
        SPACED: sum(text != text.strip() for text in texts),
        POINTED: sum(POINT.search(text) is not None for text in texts),
    }


def once(found: Coded) -> Coded:
    """Return ids each once: with spaces and without them it is one."""
    arrow = found.ids.dictionary_encode(null_encoding="encode")
    return Coded(arrow.dictionary, arrow.indices.to_numpy()[found.rows])


def as_id(value: Any) -> str | None:
    """Return an id as text; None for what is no id."""
    if isinstance(value, str):
        bare = value.strip()
        there = bare and is_unicode(bare)
        return bare if there and not says_nothing(bare) else None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return None
