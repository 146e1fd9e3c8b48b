"""Columns of typed attributes as arrays: what one comparison over all items reads.

Texts are compared once for each different text, then looked up for each item.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from beholder.rules.conditions import Operator, Value
from beholder.rules.values import Cell, FacetType

Mask = NDArray[np.bool_]
Places = NDArray[np.integer]
_ARROW = {
    "=": pc.equal,
    "!=": pc.not_equal,
    "<": pc.less,
    "<=": pc.less_equal,
    ">": pc.greater,
    ">=": pc.greater_equal,
}
_NUMPY = {
    "=": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


class Column(Protocol):
    """One attribute of n items. A comparison with a missing value is false."""

    def __len__(self) -> int: ...
    def exists(self) -> Mask:
        """Return where there is a value, bool (n,)."""
        ...

    def compare(self, operator: Operator, value: Value) -> Mask:
        """Return where the comparison holds, bool (n,)."""
        ...

    def among(self, values: Sequence[Value]) -> Mask:
        """Return where the value is one of these, bool (n,)."""
        ...

    def says(self, test: Callable[[str], bool]) -> Mask:
        """Return where the value is a text for which a test holds, bool (n,)."""
        ...

    def at(self, positions: Places) -> Self:
        """Return the column of these positions, in their order."""
        ...

    def joined(self, after: Self) -> Self:
        """Return this column followed by another of its type."""
        ...

    def entries(self) -> list[tuple[Hashable, ...]]:
        """Return the values of each item: none, one, or several."""
        ...

    def arrow(self) -> pa.Array:
        """Return the column as it is kept in a file."""
        ...


@dataclass(frozen=True, eq=False)
class Numbers:
    """float64 (n,), NaN where missing."""

    values: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.values)

    def exists(self) -> Mask:
        return ~np.isnan(self.values)

    def compare(self, operator: Operator, value: Value) -> Mask:
        found: Mask = _NUMPY[operator](self.values, value)
        return found & self.exists() if operator == "!=" else found

    def among(self, values: Sequence[Value]) -> Mask:
        return np.isin(self.values, np.array(values, np.float64))

    def says(self, test: Callable[[str], bool]) -> Mask:
        return np.zeros(len(self), bool)

    def at(self, positions: Places) -> Self:
        return type(self)(self.values[positions])

    def joined(self, after: Self) -> Self:
        return type(self)(np.concatenate([self.values, after.values]))

    def entries(self) -> list[tuple[Hashable, ...]]:
        return [() if value != value else (value,) for value in self.values.tolist()]

    def arrow(self) -> pa.Array:
        return pa.array(self.values, mask=np.isnan(self.values))


@dataclass(frozen=True, eq=False)
class Coded:
    """int32 (n,), places in `values` (Arrow texts or booleans), -1 where missing."""

    codes: NDArray[np.int32]
    values: pa.Array

    def __len__(self) -> int:
        return len(self.codes)

    def exists(self) -> Mask:
        return self.codes >= 0

    def compare(self, operator: Operator, value: Value) -> Mask:
        return looked_up(_ARROW[operator](self.values, value), self.codes)

    def among(self, values: Sequence[Value]) -> Mask:
        wanted = pa.array(list(values), self.values.type)
        return looked_up(pc.is_in(self.values, wanted), self.codes)

    def says(self, test: Callable[[str], bool]) -> Mask:
        return looked_up(_tested(self.values, test), self.codes)

    def at(self, positions: Places) -> Self:
        return type(self)(self.codes[positions], self.values)

    def joined(self, after: Self) -> Self:
        values, codes = merged(self.values, after.values, after.codes)
        return type(self)(np.concatenate([self.codes, codes]), values)

    def entries(self) -> list[tuple[Hashable, ...]]:
        return [() if code < 0 else (code,) for code in self.codes.tolist()]

    def arrow(self) -> pa.Array:
        if pa.types.is_boolean(self.values.type):
            return pa.array(self.compare("=", True), mask=self.codes < 0)
        return pa.DictionaryArray.from_arrays(
            pa.array(self.codes, mask=self.codes < 0), self.values
        )


@dataclass(frozen=True, eq=False)
class Lists:
    """Item i has the texts `values[codes[starts[i]:starts[i + 1]]]`; none where missing."""

    starts: NDArray[np.int32]
    codes: NDArray[np.int32]
    values: pa.Array

    def __len__(self) -> int:
        return len(self.starts) - 1

    def exists(self) -> Mask:
        return np.diff(self.starts) > 0

    def compare(self, operator: Operator, value: Value) -> Mask:
        return self._any(looked_up(_ARROW[operator](self.values, value), self.codes))

    def among(self, values: Sequence[Value]) -> Mask:
        wanted = pa.array(list(values), self.values.type)
        return self._any(looked_up(pc.is_in(self.values, wanted), self.codes))

    def says(self, test: Callable[[str], bool]) -> Mask:
        return self._any(looked_up(_tested(self.values, test), self.codes))

    def _any(self, entry: Mask) -> Mask:
        so_far = np.concatenate([[0], np.cumsum(entry, dtype=np.int32)])
        return np.diff(so_far[self.starts]) > 0

    def at(self, positions: Places) -> Self:
        lengths = np.diff(self.starts)[positions]
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        shift = np.repeat(self.starts[:-1][positions] - starts[:-1], lengths)
        return type(self)(starts, self.codes[np.arange(starts[-1]) + shift], self.values)

    def joined(self, after: Self) -> Self:
        values, codes = merged(self.values, after.values, after.codes)
        starts = np.concatenate([self.starts, after.starts[1:] + self.starts[-1]])
        return type(self)(starts.astype(np.int32), np.concatenate([self.codes, codes]), values)

    def entries(self) -> list[tuple[Hashable, ...]]:
        codes, starts = self.codes.tolist(), self.starts.tolist()
        return [tuple(codes[a:b]) for a, b in pairwise(starts)]

    def arrow(self) -> pa.Array:
        words = pa.DictionaryArray.from_arrays(pa.array(self.codes), self.values)
        return pa.ListArray.from_arrays(pa.array(self.starts), words)


def looked_up(holds: pa.Array, codes: NDArray[np.int32]) -> Mask:
    """Return for each code whether it holds for its value; -1, which is missing, never does."""
    table: Mask = np.append(holds.to_numpy(zero_copy_only=False).astype(bool), False)
    return table[codes]


def _tested(values: pa.Array, test: Callable[[str], bool]) -> pa.Array:
    held = [isinstance(value, str) and test(value) for value in values.to_pylist()]
    return pa.array(held, pa.bool_())


def merged(
    values: pa.Array, others: pa.Array, codes: NDArray[np.int32]
) -> tuple[pa.Array, NDArray[np.int32]]:
    """Return `values` with what is new in `others` behind, and the codes of the others in it."""
    # The few are looked for among the many, never the other way: one item costs no hash of all.
    shared = np.flatnonzero(pc.is_in(values, value_set=others).to_numpy(zero_copy_only=False))
    among = pc.index_in(others, value_set=values.take(pa.array(shared)))
    new = others.filter(pc.is_null(among))
    places = np.append(shared, -1)[among.fill_null(-1).to_numpy(zero_copy_only=False)]
    places[places < 0] = np.arange(len(new)) + len(values)
    table = np.append(places, -1).astype(np.int32)
    return pa.concat_arrays([values, new]) if len(new) else values, table[codes]


def column_of(cells: Sequence[Cell], facet_type: FacetType) -> Column:
    """Return a column of values that are of the type already, None where missing."""
    if facet_type == "number":
        return Numbers(np.array([np.nan if cell is None else cell for cell in cells], np.float64))
    if facet_type == "list":
        rows: list[Any] = [cell or [] for cell in cells]
        starts = np.cumsum([0, *map(len, rows)]).astype(np.int32)
        words = pa.array([word for row in rows for word in row], pa.string()).dictionary_encode()
        return Lists(starts, _codes(words), words.dictionary)
    if facet_type == "boolean":
        flags = [-1 if cell is None else int(bool(cell)) for cell in cells]
        return Coded(np.array(flags, np.int32), pa.array([False, True]))
    words = pa.array(cells, pa.string()).dictionary_encode()
    return Coded(_codes(words), words.dictionary)


def from_arrow(array: pa.Array, facet_type: FacetType) -> Column:
    """Return the column that `Column.arrow` made an array of."""
    if facet_type == "number":
        return Numbers(array.to_numpy(zero_copy_only=False))
    if facet_type == "list":
        starts = array.offsets.to_numpy()
        return Lists(starts, _codes(array.values), array.values.dictionary)
    if facet_type == "boolean":
        codes = array.cast(pa.int32()).fill_null(-1).to_numpy(zero_copy_only=False)
        return Coded(codes, pa.array([False, True]))
    return Coded(_codes(array), array.dictionary)


def _codes(words: pa.DictionaryArray) -> NDArray[np.int32]:
    codes: NDArray[np.int32] = words.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return codes
