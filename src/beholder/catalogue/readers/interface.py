"""What readers yield: some rows at a time, by column, with their place in the file."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

BATCH = 50_000  # rows
MAX_COLUMNS = 1_000
MAX_LINE = 2**20  # bytes
Refuse = Callable[[int, str], None]
"""Called with the number of a row (or line) and the reason why it is left out."""
Column = Sequence[Any]
"""Text, numbers, moments, lists of texts, or None; or an Arrow array of texts and nulls."""


class Seeing(ABC):
    """A `Refuse` that is shown the row before it is told of it, as far as there is a line of it."""

    @abstractmethod
    def see(self, line: bytes) -> None:
        """Look at the row that is refused next: its line, or the first `MAX_LINE` bytes of it."""

    @abstractmethod
    def __call__(self, row: int, reason: str) -> None:
        """Take the number of the row, and why it is left out."""


def leave_out(refuse: Refuse, row: int, reason: str, line: str | bytes) -> None:
    """Refuse a row, and show it to whom wants to see it."""
    if isinstance(refuse, Seeing):
        refuse.see((line.encode(errors="replace") if isinstance(line, str) else line)[:MAX_LINE])
    refuse(row, reason)


@dataclass(frozen=True)
class Batch:
    """Rows of a file.

    Attributes
    ----------
    rows
        Where each row stands: its line in a text file, its number from 1 elsewhere.
    columns
        For each name a column as long as `rows`.
    size
        Bytes of the file that were read for it.
    left
        Columns of the file that are of a type which is not read, with that type.
    keys
        For each row the names that it has, where rows name these themselves: what one lacks is
        not said, rather than empty. None: every row has all columns.
    delimiter
        What stands between fields, where something does.
    guarded
        How many cells stood in `="..."`, of which the inside was read.
    """

    rows: Sequence[int]
    columns: dict[str, Column]
    size: int = 0
    left: tuple[str, ...] = ()
    keys: Sequence[Collection[str]] | None = None
    delimiter: str = ""
    guarded: int = 0

    def __len__(self) -> int:
        return len(self.rows)

    def lists(self) -> dict[str, list[Any]]:
        """Return the columns as plain lists."""
        return {name: as_list(column) for name, column in self.columns.items()}


def as_list(column: Column) -> list[Any]:
    """Return a column as a plain list."""
    return column.to_pylist() if isinstance(column, pa.Array) else list(column)


def distinct(column: Column) -> tuple[list[Any], NDArray[np.int64]]:
    """Return the different values of a column, and for each row which of them it has.

    What is done to the values is then done once for each, which is most of the speed of an
    import.
    """
    if isinstance(column, pa.Array):
        coded = column.dictionary_encode(null_encoding="encode")
        return coded.dictionary.to_pylist(), coded.indices.to_numpy().astype(np.int64)
    places: dict[Any, int] = {}
    values: list[Any] = []
    codes = np.empty(len(column), np.int64)
    for i, value in enumerate(column):
        # 1, 1.0 and True are one key of a dictionary, but not one id; a list is no key at all.
        key = (type(value), value) if not isinstance(value, list | dict) else id(value)
        place = places.setdefault(key, len(values))
        if place == len(values):
            values.append(value)
        codes[i] = place
    return values, codes


def counted(column: Column) -> tuple[list[Any], list[int]]:
    """Return the different values of a column, and how many rows have each."""
    values, rows = distinct(column)
    return values, np.bincount(rows, minlength=len(values)).tolist()
