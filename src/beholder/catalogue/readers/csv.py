"""Tables in text: CSV with commas, semicolons, tabs or bars, and a first line of names.

The standard library's reader splits well-formed lines at the speed of C; the care is in what
it is given. A line is parsed apart from the others, unless a quote that it opens is closed
on a later line: thus a quote that is never closed spoils one line and not the rest of the file.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from beholder.catalogue.readers.interface import BATCH, MAX_COLUMNS, MAX_LINE, Batch, Refuse
from beholder.catalogue.readers.lines import blocks
from beholder.errors import DataError

DELIMITERS = ",;\t|"
MOST_LINES = 1_000  # of one row, inside of quotes

Row = tuple[int, list[str]]


def read(path: Path, refuse: Refuse) -> Iterator[Batch]:
    """Yield the rows of a CSV file; every value is text, an empty one None.

    Raises
    ------
    DataError
        If the file has no usable first line.
    """
    csv.field_size_limit(MAX_LINE)
    records = _Records(path, refuse)
    names = records.header()
    rows: list[int] = []
    values: list[list[str]] = []
    size = 0
    for numbers, found, read_bytes in records.chunks():
        for number, value in zip(numbers, found, strict=True):
            if len(value) == len(names):
                rows.append(number)
                values.append(value)
            elif value:  # an empty line is no row
                refuse(number, f"has {len(value)} fields, the first line {len(names)}")
        size += read_bytes
        if len(rows) >= BATCH:
            yield _batch(names, rows, values, size)
            rows, values, size = [], [], 0
    if rows:
        yield _batch(names, rows, values, size)


def _batch(names: list[str], rows: list[int], values: list[list[str]], size: int) -> Batch:
    columns: dict[str, list[Any]] = {
        name: [text or None for text in column]
        for name, column in zip(names, zip(*values, strict=True), strict=True)
    }
    return Batch(rows, columns, size)


class _Records:
    """The lines of a file, put together to records where quotes span lines."""

    def __init__(self, path: Path, refuse: Refuse) -> None:
        self.path = path
        self.refuse = refuse
        self.blocks = blocks(path, refuse)
        self.number = 1  # of the first line in `lines`
        self.lines: list[str] = []
        self.size = 0
        self.delimiter = ","

    def header(self) -> list[str]:
        """Return the names of the columns."""
        if not self._more() or not self.lines[0].strip():
            raise DataError(f"{self.path.name} is empty", remedy="its first line names the columns")
        first = self.lines[0]
        self.delimiter = max(DELIMITERS, key=first.count)
        try:
            names = next(csv.reader([first], delimiter=self.delimiter, strict=True))
        except csv.Error as error:
            raise DataError(
                f"the first line of {self.path.name} is no list of names: {error}",
                remedy="the first line names the columns",
            ) from error
        names = [name.strip() for name in names]
        self.lines, self.number = self.lines[1:], 2
        _check(self.path, names)
        return names

    def chunks(self) -> Iterator[tuple[list[int], list[list[str]], int]]:
        """Yield numbers of rows, their fields, and the bytes they took."""
        while self.lines or self._more():
            size, self.size = self.size, 0
            if any('"' in line for line in self.lines):
                numbers, records = self._quoted()
                yield numbers, self._parse(numbers, records), size
            else:
                lines, number = self.lines, self.number
                self.lines, self.number = [], number + len(lines)
                numbers = list(range(number, number + len(lines)))
                yield numbers, self._parse(numbers, lines), size

    def _more(self) -> bool:
        found = next(self.blocks, None)
        if found is None:
            return False
        number, lines, size = found
        if not self.lines:
            self.number = number
        self.lines += lines
        self.size += size
        return True

    def _quoted(self) -> tuple[list[int], list[str]]:
        """Take complete records off the front of `lines`."""
        numbers: list[int] = []
        records: list[str] = []
        at = 0
        while at < len(self.lines):
            odd = self.lines[at].count('"') % 2
            taken = self._span(at) if odd and self._open(self.lines[at]) else 1
            if taken:
                numbers.append(self.number + at)
                records.append("\n".join(self.lines[at : at + taken]))
            else:
                self.refuse(self.number + at, "opens a quote that is not closed")
            at += taken or 1
        self.lines, self.number = [], self.number + at
        return numbers, records

    def _open(self, line: str) -> bool:
        """Whether a quote is open at the end: the mark of inches in a plain field opens none."""
        try:
            next(csv.reader([line], delimiter=self.delimiter, strict=True))
        except csv.Error:
            return True
        return False

    def _span(self, at: int) -> int:
        """Return how many lines the record at `at` has; 0 where its quote is never closed."""
        size = len(self.lines[at])
        for i in range(at + 1, at + MOST_LINES):
            if i == len(self.lines) and not self._more():
                return 0
            size += len(self.lines[i])
            if size > MAX_LINE:
                return 0
            if self.lines[i].count('"') % 2:
                return i - at + 1
        return 0

    def _parse(self, numbers: list[int], records: list[str]) -> list[list[str]]:
        try:
            if not any("\n" in record for record in records):
                found = list(csv.reader(records, delimiter=self.delimiter, strict=True))
                if len(found) == len(records):
                    return found
        except csv.Error:
            pass  # one of them is broken; below says which
        return [self._one(number, record) for number, record in zip(numbers, records, strict=True)]

    def _one(self, number: int, record: str) -> list[str]:
        lines = [line + "\n" for line in record.split("\n")]
        try:
            found = list(csv.reader(lines, delimiter=self.delimiter, strict=True))
        except csv.Error as error:
            self.refuse(number, f"is no CSV: {error}")
            return []
        if len(found) > 1:
            self.refuse(number, "has a quote in the middle of a field")
            return []
        return found[0] if found else []


def _check(path: Path, names: list[str]) -> None:
    if len(names) > MAX_COLUMNS:
        raise DataError(
            f"{path.name} has {len(names)} columns, {MAX_COLUMNS} may be", remedy="take some out"
        )
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise DataError(
            f"{path.name} has two columns named {min(twice)!r}", remedy="rename one of them"
        )
