"""What readers yield: some rows at a time, by column, with their place in the file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

BATCH = 50_000  # rows
MAX_COLUMNS = 1_000
MAX_LINE = 2**20  # bytes
Refuse = Callable[[int, str], None]
"""Called with the number of a row (or line) and the reason why it is left out."""


@dataclass(frozen=True)
class Batch:
    """Rows of a file.

    Attributes
    ----------
    rows
        Where each row stands: its line in a text file, its number from 1 elsewhere.
    columns
        For each column a list as long as `rows`: text, numbers, moments, lists of texts, or
        None where the row has nothing.
    size
        Bytes of the file that were read for it.
    """

    rows: list[int]
    columns: dict[str, list[Any]]
    size: int = 0

    def __len__(self) -> int:
        return len(self.rows)
