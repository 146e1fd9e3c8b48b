"""Rows that were left out: the first few in the report, many in a file, all of them counted."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import TextIO

import msgspec

from beholder.catalogue.readers.interface import Refuse

SHOWN = 20
LISTED = 100_000  # rows in the file
REASONS = 1_000  # that are counted apart
LONGEST = 300  # characters of a reason
SHORT = 80  # of an id that is told
OTHER = "refused for other reasons"
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

    A broken file may have millions: those behind the first 100,000 are counted alone, and so are
    reasons behind the first 1,000, together.

    Parameters
    ----------
    path
        Where the file goes; None keeps the first few and the counts only.

    Attributes
    ----------
    first
        The first few.
    reasons, of_files
        How many rows were left out, by reason and by file.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.first: list[Refusal] = []
        self.reasons: Counter[str] = Counter()
        self.of_files: Counter[str] = Counter()
        self._rows = 0
        self._file: TextIO | None = None

    def __len__(self) -> int:
        return self._rows

    def add(self, file: str, row: int, reason: str, item: str | None = None) -> None:
        """Note that a row was left out.

        Parameters
        ----------
        item
            The item that it names, which is told with the row; rows are counted by reason alone.
        """
        reason = reason if len(reason) <= LONGEST else reason[: LONGEST - 1] + "…"
        counted = reason if reason in self.reasons or len(self.reasons) < REASONS else OTHER
        self.reasons[counted] += 1
        self.of_files[file] += 1
        self._rows += 1
        if item is not None:
            reason = f"{reason}: {item if len(item) <= SHORT else item[: SHORT - 1] + '…'}"
        if len(self.first) < SHOWN:
            self.first.append(Refusal(file, row, reason))
        if self.path is None or self._rows > LISTED:
            return
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8", errors="replace", newline="")
            csv.writer(self._file).writerow(["file", "row", "reason"])
        csv.writer(self._file).writerow([escaped(file), row, escaped(reason)])

    def of(self, file: str) -> Refuse:
        """Return what notes the rows of one file."""
        return lambda row, reason: self.add(file, row, reason)

    def told_of(self, file: str) -> str:
        """Return how many rows of a file were left out, and why the first, in words."""
        n = self.of_files[file]
        first = next((each for each in self.first if each.file == file), None)
        if first is None:
            return ""
        rows = "1 row" if n == 1 else f"{n:,} rows"
        return (
            f"{rows} of {file} {'is' if n == 1 else 'are'} refused: row {first.row} {first.reason}"
        )

    @property
    def shown(self) -> list[Refusal]:
        """The first few, file by file and row by row."""
        files = list(dict.fromkeys(refusal.file for refusal in self.first))
        return sorted(self.first, key=lambda each: (files.index(each.file), each.row))

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()


def escaped(text: str) -> str:
    """Return a cell that no spreadsheet will run as a formula."""
    return "'" + text if text.startswith(FORMULA) else text
