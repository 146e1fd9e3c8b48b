"""A look at the beginning of each file of an import: what its columns mean."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from beholder.catalogue import told_columns
from beholder.catalogue.asked_columns import asked
from beholder.catalogue.first_rows import first_rows
from beholder.catalogue.kind_words import column_of_kinds, names_kinds
from beholder.catalogue.mapping import (
    FIELDS,
    WHO,
    check_maps,
    field_of,
    matches,
    named_beside,
)
from beholder.catalogue.nested import guess_flat, unread_column
from beholder.catalogue.readers.interface import Batch, as_list
from beholder.catalogue.readers.texts import USUAL, Form, other_than_said
from beholder.catalogue.request import Request, check
from beholder.catalogue.same_file import Stamp, of_file, stamp
from beholder.catalogue.time_else import with_time_else
from beholder.catalogue.time_of_day import with_time_of_day
from beholder.catalogue.told_columns import Told
from beholder.errors import DataError, UsageError
from beholder.unicode import writable

MARKED = (
    "the file is read as {marked}, as the byte order mark at its start says, and not as {asked}"
)
AS_BEFORE = (
    "columns as told before: {pairs} (--map FIELD=COLUMN tells otherwise, --map FIELD= forgets it)"
)
WORDS_AS_BEFORE = "words as told before: {pairs} (--map-kind WORD=KIND tells otherwise)"


@dataclass(frozen=True)
class Peek:
    """The beginning of one file, and what its columns mean.

    Attributes
    ----------
    said
        Which encoding it says itself, where another was asked for, which columns are as an import
        before told, and what is asked about its columns, in words.
    told
        What is told of this file now, or was told of one with the same columns.
    forgotten
        Fields of which that was told before, and holds no more.
    stamp
        Of the file as it was when its beginning was read.
    """

    what: str
    path: Path
    mapping: dict[str, str]
    batch: Batch
    form: Form = USUAL
    said: tuple[str, ...] = ()
    told: Told = field(default_factory=Told)
    forgotten: tuple[str, ...] = ()
    stamp: Stamp = None

    def first_rows(self, n: int) -> list[dict[str, Any]]:
        """Return some rows as they are in the file, as far as they can be written."""
        columns = {
            name: [writable(value) for value in as_list(column[:n])]
            for name, column in self.batch.columns.items()
        }
        return [
            {name: column[i] for name, column in columns.items()}
            for i in range(min(n, len(self.batch)))
        ]


def peek(request: Request, reports: Path) -> list[Peek]:
    """Look at the beginning of each file and find out what its columns mean.

    Parameters
    ----------
    reports
        Where the workspace keeps what was told of columns.

    Raises
    ------
    UsageError, DataError
        If the request cannot be meant, or a file lacks what it needs.
    """
    check(request)
    firsts: dict[str, tuple[Path, Batch]] = {}
    stamps: dict[str, Stamp] = {}
    for what, path in request.tables().items():
        stamps[what] = stamp(path)
        with of_file(path, stamps[what]):
            firsts[what] = path, first_rows(what, path, request.form)
            _check_no_person(path, firsts[what][1])
    every = [name for _, batch in firsts.values() for name in batch.columns]
    if firsts:
        _check_types(request.maps, {what: batch for what, (_, batch) in firsts.items()})
        check_maps(request.maps, every)
    seen = []
    for what, (path, batch) in firsts.items():
        with of_file(path):
            found = _seen(what, path, batch, request, reports)
            seen.append(replace(found, stamp=stamps[what]))
    _check_used(request.maps, seen)
    _check_forgotten(request.maps, seen)
    return seen


def _seen(what: str, path: Path, batch: Batch, request: Request, reports: Path) -> Peek:
    now_told = {
        ours: theirs
        for ours, theirs in request.maps.items()
        if theirs and theirs in batch.columns and field_of(what, ours)
    }
    named = request.form.header  # columns 1, 2, 3 say nothing of what is in them
    before = told_columns.before(reports, what, batch.columns) if named else Told()
    earlier = told_columns.still(before.columns, request.maps)
    if what == "interactions" and request.user is not None:
        earlier = {ours: theirs for ours, theirs in earlier.items() if ours not in WHO}
    told = earlier | now_told
    # Words are of a column of kinds: of another one they were not told.
    there = "kind" in told and told["kind"] == before.columns.get("kind")
    earlier_words = {w: k for w, k in before.words.items() if there and w not in request.words}
    words = earlier_words | request.words
    mapping = _meant(what, path, batch, request, told, words)
    marked = other_than_said(path, request.form.encoding)
    said = asked(batch, mapping) if what == "items" else []
    if marked:
        said.insert(0, MARKED.format(marked=marked.upper(), asked=request.form.encoding))
    whose = named_beside(batch.columns, mapping, request.user) if what == "interactions" else ""
    said += [whose] * bool(whose)
    if earlier:
        pairs = ", ".join(f"{ours}={theirs}" for ours, theirs in earlier.items())
        said.insert(0, AS_BEFORE.format(pairs=pairs))
    if earlier_words:
        pairs = ", ".join(f"{word}={kind}" for word, kind in earlier_words.items())
        said.append(WORDS_AS_BEFORE.format(pairs=pairs))
    if words and what == "interactions" and "kind" in mapping:
        told["kind"] = mapping["kind"]
    else:
        words = {}
    forgotten = tuple(f for f in before.columns if request.maps.get(f) == "")
    return Peek(what, path, mapping, batch, request.form, tuple(said), Told(told, words), forgotten)


def _meant(
    what: str,
    path: Path,
    batch: Batch,
    request: Request,
    told: dict[str, str],
    words: dict[str, str],
) -> dict[str, str]:
    """Return what columns mean: as told, by name, and kinds by the column that names some."""
    mapping = guess_flat(
        what, batch, told, path, request.form, what == "interactions" and request.user is not None
    )
    if what == "interactions":
        mapping = with_time_of_day(mapping, batch, told, path.name)
        mapping = with_time_else(mapping, list(batch.columns))
    if what != "interactions" or "kind" in told:
        return mapping
    used = {column for field, column in mapping.items() if field != "kind"}
    free = {name: column for name, column in batch.columns.items() if name not in used}
    for column in matches(list(free), FIELDS[what]["kind"]):
        if names_kinds(free[column], words):
            return mapping | {"kind": column}
    other = None if request.kind else column_of_kinds(free, words)
    return mapping if other is None else mapping | {"kind": other}


def _check_types(maps: dict[str, str], firsts: dict[str, Batch]) -> None:
    """Refuse a `--map` that names a column of a type which is not read."""
    unread = [(told, what) for what, batch in firsts.items() for told in batch.left]
    for ours, theirs in maps.items():
        for told, what in unread:
            if told.startswith(f"{theirs} ("):
                raise UsageError(
                    f"--map {ours}={theirs}: {told} is of a type that is not read",
                    remedy=unread_column(told, what),
                )


def _check_used(maps: dict[str, str], files: list[Peek]) -> None:
    """Refuse a `--map` whose column is only in files that have no such field."""
    for ours, theirs in maps.items():
        have = [file for file in files if theirs in file.batch.columns]
        if have and not any(field_of(file.what, ours) for file in have):
            raise UsageError(
                f"--map {ours}={theirs}: {have[0].what} have no field {ours}",
                remedy="one of " + ", ".join(sorted(FIELDS[have[0].what])),
            )


def _check_forgotten(maps: dict[str, str], files: list[Peek]) -> None:
    """Refuse to forget of a field what nobody told."""
    for ours, theirs in maps.items():
        if not theirs and not any(ours in file.forgotten for file in files):
            raise UsageError(
                f"--map {ours}= forgets what was told of {ours}, and nothing was told of it",
                remedy="leave it out",
            )


def _check_no_person(path: Path, batch: Batch) -> None:
    """Refuse the export of a person, whose rows are of several kinds."""
    if len(batch) and "record" in batch.columns and "schema" in batch.columns:
        (schema,) = as_list(batch.columns["schema"][:1])
        if str(schema).startswith("beholder-person-"):
            raise DataError(
                f"{path.name} is the export of a person",
                remedy=f"beholder user import DIR {path.name}",
            )
