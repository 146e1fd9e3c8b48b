"""Tables in text: CSV with commas, semicolons, tabs, bars or `::`, and a first line of names.

Most files are plain: no quotes, the same number of fields in every line. Arrow reads such a
block at several million rows a second, and refuses it as a whole if anything is odd. What it
refuses is read again line by line with the standard library, which finds the broken line. A
line stands apart from the others unless a quote that it opens is closed on a later one: thus a
quote that is never closed spoils one line and not the rest of the file.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NoReturn

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from beholder.catalogue.readers.interface import (
    MAX_COLUMNS,
    MAX_LINE,
    Batch,
    Column,
    Refuse,
    as_list,
    leave_out,
)
from beholder.catalogue.readers.lines import BLOCK, blocks, decode
from beholder.catalogue.readers.texts import USUAL, Form
from beholder.catalogue.readers.until_cut import UntilCut
from beholder.errors import DataError

DELIMITERS = ",;\t|"
COLONS, UNIT = "::", "\x1f"  # two letters between fields, and the one that is read in their place
QUOTED = re.compile(r'"((?:[^"]|"")*)"')
# By which spreadsheets leave numbers as they are: `="00123"`, `'00123`.
GUARDED = re.compile(r"""="((?:[^"]|"")*)"|'([0-9]{3,})""")
APOSTROPHE = "^'([0-9]{3,})$"
# Columns in which most cells begin so are guarded, `'A-12`; words with an apostrophe have no digit.
ID_BEHIND = re.compile(r"'(?=[^\s']*[0-9])[^\s']+")
MARKED = r"^'([^\s']+)$"
MARKED_CELL = re.compile(MARKED)
SEPARATOR = re.compile(r"sep=(.)", re.IGNORECASE)
MOST_LINES = 1_000  # of one row, inside of quotes


def read(path: Path, refuse: Refuse, form: Form = USUAL) -> Iterator[Batch]:
    """Yield the rows of a CSV file; every value is text, an empty one None.

    Raises
    ------
    DataError
        If the file has no usable first line.
    """
    csv.field_size_limit(2 * BLOCK)  # lines are bounded already; this is the reader's own limit
    table = _Table(path, refuse, form)
    for number, block in table.blocks:
        yield table.plain(number, block) or table.careful(number, block)
    table.blocks.check()


class _Table:
    """A file whose first line has been read.

    Columns at the end that have no name are none, as long as nothing stands in them.
    """

    def __init__(self, path: Path, refuse: Refuse, form: Form) -> None:
        self.refuse = refuse
        source = blocks(path, refuse, form.encoding)
        number, block = next(source, (1, b""))
        first, rest = _first(path, block, form.header)
        given = SEPARATOR.fullmatch(first)
        if given:  # as a spreadsheet says it
            number += 1
            first, rest = _first(path, rest, form.header)
        self.delimiter = given[1] if given else max(DELIMITERS, key=first.count)
        if not given and _has_colons(first):
            self.delimiter = UNIT
            first, rest = first.replace(COLONS, UNIT), rest.replace(COLONS.encode(), UNIT.encode())
            source = ((at, one.replace(COLONS.encode(), UNIT.encode())) for at, one in source)
        names = _names(path, first, self.delimiter, form.header)
        self.width = len(names)
        self.names = names[: max((i + 1 for i, name in enumerate(names) if name), default=0)]
        at, begin = (number + 1, rest) if form.header else (number, first.encode() + b"\n" + rest)
        self.blocks = UntilCut(self._all(at, begin, source))
        self._marked: set[str] | None = None  # columns whose cells begin with an apostrophe

    def plain(self, number: int, block: bytes) -> Batch | None:
        """Return the rows of a block that has nothing odd; None where it has."""
        odd = b'"' in block or not block.strip() or _has_long_line(block)
        if odd or self.width > len(self.names):
            return None
        n = block.count(b"\n") + (not block.endswith(b"\n"))
        try:
            found = pa.csv.read_csv(
                pa.py_buffer(block),
                pa.csv.ReadOptions(
                    column_names=self.names, use_threads=False, block_size=len(block) + 1
                ),
                pa.csv.ParseOptions(delimiter=self.delimiter, quote_char=False),
                pa.csv.ConvertOptions(
                    column_types=dict.fromkeys(self.names, pa.string()),
                    strings_can_be_null=True,
                    null_values=[""],
                ),
            )
        except pa.ArrowInvalid:
            return None
        if found.num_rows != n:
            return None  # an empty line is among them, which would shift the numbers
        columns = {name: found[name].combine_chunks() for name in self.names}
        guarded = 0
        if b"'" in block:
            marked = self._marked_of(columns)
            for name, column in columns.items():
                pattern = MARKED if name in marked else APOSTROPHE
                n_guarded = pc.sum(pc.match_substring_regex(column, pattern)).as_py() or 0
                if n_guarded:
                    columns[name] = pc.replace_substring_regex(column, pattern, r"\1")
                    guarded += n_guarded
        elif self._marked is None:
            self._marked = set()  # the first rows tell
        rows = range(number, number + n)
        return Batch(rows, columns, len(block), delimiter=self.delimiter, guarded=guarded)

    def careful(self, number: int, block: bytes) -> Batch:
        """Return the rows of a block line by line."""
        lines = decode(number, block, self.refuse)
        rows: list[int] = []
        values: list[list[str]] = []
        size, at = len(block), 0
        while at < len(lines):
            taken = 1
            if lines[at].count('"') % 2 and self._open(lines[at]):
                taken, more = self._span(lines, at)
                size += more
            try:
                fields = self._fields(lines[at : at + taken])
            except csv.Error as error:
                taken, fields = 1, self._unquoted(lines[at])
                if not fields:
                    leave_out(self.refuse, number + at, str(error), lines[at])
            if fields:
                rows.append(number + at)
                values.append(fields)
            at += taken
        columns: list[tuple[str, ...]] = (
            list(zip(*values, strict=True)) if values else [()] * len(self.names)
        )
        marked = self._marked_of(dict(zip(self.names, columns, strict=True)))
        guarded = sum(_is_guarded(text) for each in values for text in each)
        if guarded:
            columns = [tuple(map(unguarded, column)) for column in columns]
        for place, name in enumerate(self.names):
            if name in marked:
                guarded += sum(MARKED_CELL.fullmatch(text) is not None for text in columns[place])
                columns[place] = tuple(MARKED_CELL.sub(r"\1", text) for text in columns[place])
        texts: dict[str, Column] = {
            name: [text or None for text in column]
            for name, column in zip(self.names, columns, strict=True)
        }
        return Batch(rows, texts, size, delimiter=self.delimiter, guarded=guarded)

    def _marked_of(self, columns: Mapping[str, Column]) -> set[str]:
        """Return the columns in which most cells begin with an apostrophe, by the first rows."""
        if self._marked is None:
            there = {name: [t for t in as_list(column) if t] for name, column in columns.items()}
            if not any(there.values()):
                return set()
            self._marked = {
                name
                for name, texts in there.items()
                if 2 * sum(text[0] == "'" and _is_marked(text) for text in texts) > len(texts)
            }
        return self._marked

    def _all(
        self, number: int, rest: bytes, source: Iterator[tuple[int, bytes]]
    ) -> Iterator[tuple[int, bytes]]:
        if rest:
            yield number, rest
        yield from source

    def _open(self, line: str) -> bool:
        """Whether a quote is open at the end: the mark of inches in a plain field opens none."""
        try:
            next(csv.reader([line], delimiter=self.delimiter, strict=True))
        except csv.Error:
            return True
        return False

    def _span(self, lines: list[str], at: int) -> tuple[int, int]:
        """Return how many lines the record at `at` has, 0 where its quote is never closed.

        The second number is how many bytes were read for it from the blocks that follow; their
        lines are appended to `lines`.
        """
        size, more = len(lines[at]), 0
        for i in range(at + 1, at + MOST_LINES):
            if i == len(lines):
                number, block = next(self.blocks, (0, b""))
                if not block:
                    return 0, more
                lines += decode(number, block, self.refuse)
                more += len(block)
            size += len(lines[i])
            if size > MAX_LINE:
                return 0, more
            if lines[i].count('"') % 2:
                return i - at + 1, more
        return 0, more

    def _fields(self, lines: list[str]) -> list[str]:
        """Return the fields of one record; none where it is empty.

        Raises
        ------
        csv.Error
            With what is wrong with it.
        """
        if not lines:
            raise csv.Error("opens a quote that is not closed")
        whole = [line + "\n" for line in lines[:-1]] + lines[-1:]
        try:
            found = list(csv.reader(whole, delimiter=self.delimiter, strict=True))
        except csv.Error as error:
            raise csv.Error(f"is no CSV: {error}") from error
        if len(found) > 1:
            raise csv.Error("has a quote in the middle of a field")
        if not found or not found[0]:
            return []  # an empty line is no row
        fields, n = found[0], len(self.names)
        if n != len(fields) and (len(fields) > self.width or any(fields[n:]) or len(fields) < n):
            raise csv.Error(f"has {len(fields)} fields, the first line {n}")
        if self.delimiter == UNIT:  # inside of quotes it stands for what was there
            return [field.replace(UNIT, COLONS) for field in fields[:n]]
        return fields[:n]

    def _unquoted(self, line: str) -> list[str]:
        """Return the fields of a line whose quotes are letters, as files with tabs or `::` have it.

        Those around a whole field are quotes nonetheless.
        """
        fields = line.split(self.delimiter)
        letters = self.delimiter in ("\t", UNIT) and len(fields) == self.width == len(self.names)
        return [_inside(field) for field in fields] if letters else []


def unguarded(field: str) -> str:
    """Return what stands inside of a cell such as `="00123"` or `'00123`; another as it is."""
    guarded = GUARDED.fullmatch(field)
    if guarded is None:
        return field
    return guarded[2] or guarded[1].replace('""', '"')


def _is_guarded(field: str) -> bool:
    return field.startswith(('="', "'")) and GUARDED.fullmatch(field) is not None  # few begin so


def _is_marked(text: str) -> bool:
    return ID_BEHIND.fullmatch(text) is not None


def _has_colons(first: str) -> bool:
    """Whether `::` stands between the fields of a first line; bars may be inside of these."""
    return COLONS in first and all(
        first.count(mark) < first.count(COLONS) for mark in DELIMITERS.replace("|", "")
    )


def _inside(field: str) -> str:
    """Return a field without the quotes around it, where it has such."""
    quoted = QUOTED.fullmatch(field)
    return quoted[1].replace('""', '"') if quoted else field


def _has_long_line(block: bytes) -> bool:
    at = 0
    while len(block) - at > MAX_LINE:
        end = block.rfind(b"\n", at, at + MAX_LINE + 1)
        if end < 0:
            return True
        at = end + 1
    return False


def _first(path: Path, block: bytes, header: bool) -> tuple[str, bytes]:
    """Return the first line, and what follows it."""
    end = block.find(b"\n") + 1 or len(block)

    def refuse(_: int, reason: str) -> NoReturn:
        raise DataError(f"the first line of {path.name} {reason}", remedy=_of_first(header))

    return decode(1, block[:end], refuse)[0], block[end:]


def _of_first(header: bool) -> str:
    """Return what the first line of a file is to be, in words."""
    return "the first line names the columns" if header else "write it as the lines behind it"


def _names(path: Path, first: str, delimiter: str, header: bool) -> list[str]:
    if not first.strip():
        empty = "its first line names the columns" if header else "each of its lines is a row"
        raise DataError(f"{path.name} is empty", remedy=empty)
    try:
        names = next(csv.reader([first], delimiter=delimiter, strict=True))
    except csv.Error as error:
        what = "list of names" if header else "row"
        raise DataError(
            f"the first line of {path.name} is no {what}: {error}", remedy=_of_first(header)
        ) from error
    names = [unguarded(name).strip() for name in names]
    if not header:
        names = [str(number) for number in range(1, len(names) + 1)]
    if len(names) > MAX_COLUMNS:
        raise DataError(
            f"{path.name} has {len(names)} columns, {MAX_COLUMNS} may be", remedy="take some out"
        )
    named = [name for name in names if name]
    twice = {name for name in named if named.count(name) > 1}
    inside = [i + 1 for i, name in enumerate(names) if not name and any(names[i:])]
    if len(inside) > 1:
        raise DataError(
            f"columns {', '.join(map(str, inside))} of {path.name} have no name",
            remedy="name them, or say --no-header if the first line is a row",
        )
    if twice:
        raise DataError(
            f"{path.name} has two columns named {min(twice)!r}",
            remedy="rename one of them, or say --no-header if the first line is a row",
        )
    return names
