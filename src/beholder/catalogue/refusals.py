"""Rows that were left out: all of them in a file, the first few in the report."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import TextIO

import msgspec

SHOWN = 20
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Refusal(msgspec.Struct, frozen=True):
    """One row that was left out.

    Attributes
    ----------
    row
        Line of a text file, else number of the row from 1.
    """

    file: str
    row: int
    reason: str


class Refusals:
    """Collects refusals. The file is made with the first one.

    Parameters
    ----------
    path
        Where the file goes; None keeps the first few and the counts only.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.first: list[Refusal] = []
        self.reasons: Counter[str] = Counter()
        self._file: TextIO | None = None

    def __len__(self) -> int:
        return self.reasons.total()

    def add(self, file: str, row: int, reason: str) -> None:
        """Note that a row was left out."""
        self.reasons[reason] += 1
        if len(self.first) < SHOWN:
            self.first.append(Refusal(file, row, reason))
        if self.path is None:
            return
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8", errors="replace", newline="")
            csv.writer(self._file).writerow(["file", "row", "reason"])
        csv.writer(self._file).writerow([escaped(file), row, escaped(reason)])

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()


def escaped(text: str) -> str:
    """Return a cell that no spreadsheet will run as a formula."""
    return "'" + text if text.startswith(FORMULA) else text
