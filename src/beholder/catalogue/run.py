"""The import: from the files that a shop has to a workspace that can be trained on."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from beholder.behaviour.kinds import CODES
from beholder.catalogue import told_columns
from beholder.catalogue.asked_columns import asked
from beholder.catalogue.events_of_file import EventsOfFile
from beholder.catalogue.first_rows import first_rows
from beholder.catalogue.import_interactions import import_interactions
from beholder.catalogue.import_items import import_items, import_pictures
from beholder.catalogue.import_users import import_users
from beholder.catalogue.import_vectors import Brought, import_vectors, read_vectors
from beholder.catalogue.kind_words import column_of_kinds, names_kinds
from beholder.catalogue.mapping import (
    FIELDS,
    WHO,
    check_maps,
    field_of,
    matches,
    meant_by,
    named_beside,
)
from beholder.catalogue.nested import guess_flat, unread_column
from beholder.catalogue.pictures import Pictures
from beholder.catalogue.readers.folder import scan
from beholder.catalogue.readers.interface import Batch, as_list
from beholder.catalogue.readers.texts import USUAL, Form, other_than_said
from beholder.catalogue.refusals import Refusals
from beholder.catalogue.report import FileReport, Report, keep
from beholder.catalogue.same_file import CHANGED, Stamp, changed, of_file, stamp
from beholder.catalogue.time_else import with_time_else
from beholder.catalogue.time_of_day import with_time_of_day
from beholder.catalogue.told_columns import Told
from beholder.catalogue.whole_file import Agree
from beholder.catalogue.without_people import WithoutPeople, without_people
from beholder.errors import DataError, UsageError, VectorsError
from beholder.media import file_names
from beholder.progress import SILENT, Progress
from beholder.store import Store
from beholder.store.ids import check_person, now
from beholder.unicode import writable
from beholder.workspace import Workspace

MARKED = (
    "the file is read as {marked}, as the byte order mark at its start says, and not as {asked}"
)
AS_BEFORE = (
    "columns as told before: {pairs} (--map FIELD=COLUMN tells otherwise, --map FIELD= forgets it)"
)
WORDS_AS_BEFORE = "words as told before: {pairs} (--map-kind WORD=KIND tells otherwise)"
NOT_KEPT = "what was told of its columns is not kept for the next such file: {why}"


@dataclass(frozen=True)
class Request:
    """What to import.

    Attributes
    ----------
    maps
        Our names of columns to the files' names; an empty one forgets what was told before.
    kind
        What happened in an interactions file that does not say.
    words
        Kinds of the words that it has; see `kind_words.codes_of`.
    form
        Of text files.
    leaving
        Asked before much of the catalogue leaves it, where `items` has all of it; None: nothing
        does.
    user
        The person of all behaviour, where its file names none.
    keep_cancelled
        Whether purchases of orders that were cancelled count.
    vectors, ids
        Vectors computed elsewhere; `vectors_name` is what they are called here.
    """

    items: Path | None = None
    media: Path | None = None
    interactions: Path | None = None
    users: Path | None = None
    vectors: Path | None = None
    ids: Path | None = None
    vectors_name: str = "given"
    maps: dict[str, str] = field(default_factory=dict)
    kind: str | None = None
    words: dict[str, str] = field(default_factory=dict)
    form: Form = USUAL
    leaving: Agree | None = None
    user: str | None = None
    keep_cancelled: bool = False

    def tables(self) -> dict[str, Path]:
        """Return the files with rows, by what they hold, in the order of import."""
        named = {"items": self.items, "users": self.users, "interactions": self.interactions}
        return {what: path for what, path in named.items() if path is not None}


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
    _check(request)
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


def import_files(
    workspace: Workspace, store: Store, request: Request, progress: Progress = SILENT
) -> tuple[Report, Path]:
    """Import files, and return the report and where it is kept.

    It can be interrupted and run again: what was stored before counts as the same.
    """
    began = time.monotonic()
    report = Report(now())
    name = f"import-{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}-{uuid.uuid4().hex[:4]}"
    refusals = Refusals(workspace.reports / f"{name}-refused.csv")
    folder = scan(request.media) if request.media else None
    pictures = Pictures(folder, workspace.media, workspace.settings.media.max_bytes)
    private: list[WithoutPeople] = []
    try:
        seen_first = peek(request, workspace.reports)
        brought = vectors_of(workspace, request, refusals)
        for seen in seen_first:
            private.append(WithoutPeople(seen.what, seen.batch, seen.mapping, seen.form.header))
            with of_file(seen.path, seen.stamp):
                done = _import_one(
                    store, seen, request, pictures, refusals, report, progress, private[-1]
                )
            done.unread = list(seen.batch.left)
            done.said = [*seen.said, *done.said]
            done.said += [CHANGED] * changed(seen.path, seen.stamp)
            report.files.append(done)
            if seen.form.header and done.refused < done.read:
                done.said += _keep_told(workspace.reports, seen)
            if seen.what == "items" and (done.refused_whole or done.cut):
                break  # behaviour would find nothing, or make items that are ids alone
        if folder is not None and request.items is None:
            report.files.append(import_pictures(store, pictures, report, progress))
        if brought is not None:
            report.files.append(import_vectors(store, brought, report))
    finally:
        refusals.close()
        file_names.keep(workspace.media, pictures.names())
    _finish(store, report, pictures, refusals)
    report.seconds = round(time.monotonic() - began, 3)
    return report, keep(without_people(report, private), workspace.reports, name)


def _keep_told(reports: Path, seen: Peek) -> list[str]:
    """Keep what was told of a file; return why not, where another import does so as well."""
    try:
        told_columns.keep(reports, seen.what, seen.batch.columns, seen.told, seen.forgotten)
    except UsageError as error:
        return [NOT_KEPT.format(why=error.message)]
    return []


def _import_one(
    store: Store,
    seen: Peek,
    request: Request,
    pictures: Pictures,
    refusals: Refusals,
    report: Report,
    progress: Progress,
    private: WithoutPeople,
) -> FileReport:
    path, mapping = seen.path, seen.mapping
    if seen.what == "items":
        return import_items(
            store,
            path,
            mapping,
            pictures,
            refusals,
            report,
            progress,
            request.form,
            request.leaving,
        )
    if seen.what == "users":
        return import_users(store, path, mapping, seen.batch, refusals, report, request.form)
    reading = EventsOfFile(
        mapping, request.kind, seen.told.words, request.user, request.keep_cancelled
    )
    return import_interactions(
        store, path, reading, refusals, report, progress, private, request.form
    )


def vectors_of(workspace: Workspace, request: Request, refusals: Refusals) -> Brought | None:
    """Read the vectors of a request, and refuse what could not be kept; None: it has none."""
    path, name = request.vectors, request.vectors_name
    if path is None:
        return None
    if name in workspace.settings.encode.encoders:
        raise VectorsError(
            f"{name!r} is an encoder of this workspace, whose vectors are of pictures",
            remedy="give yours a name of their own: --vectors-name NAME",
        )
    with of_file(path):
        return read_vectors(workspace.vectors, request.vectors_name, path, request.ids, refusals)


def _finish(store: Store, report: Report, pictures: Pictures, refusals: Refusals) -> None:
    report.refused = refusals.shown
    report.reasons = dict(refusals.reasons.most_common())
    if len(refusals) and refusals.path is not None:
        report.refused_file = f"reports/{refusals.path.name}"
    items = store.items()
    report.items_without_media = items["picture"].null_count
    report.folder = pictures.folder is not None
    before = _shown_before(items, pictures)
    shown = pictures.shown | before
    report.pictures_found, report.pictures_different = len(shown), len(set(shown.values()))
    if pictures.folder is not None:
        spare = [
            file for file in pictures.folder.files if not (file in pictures.used or file in before)
        ]
        report.media_without_items = len(spare)
        report.media_without_items_first = writable(spare[:10])
        report.files_skipped = dict(pictures.folder.skipped.most_common())
    report.pictures_left = dict(pictures.left.most_common())
    report.pictures_left_first = pictures.examples


def _shown_before(items: pa.Table, pictures: Pictures) -> dict[str, str]:
    """Return the files of the folder that items show from an import before, with their SHA-256."""
    if pictures.folder is None:
        return {}
    shown = items["media"].combine_chunks().flatten().field("hash").to_pylist()
    names = file_names.of(pictures.media, set(shown))
    return pictures.shown_before({file: digest for digest, file in names.items()})


def _check(request: Request) -> None:
    if not request.tables() and request.media is None and request.vectors is None:
        raise UsageError(
            "there is nothing to import", remedy="give --items, --media or --interactions"
        )
    if request.leaving is not None and request.items is None:
        raise UsageError("--full is of a file of items", remedy="add --items FILE")
    _check_user(request)
    if request.kind is not None and request.kind not in CODES:
        raise UsageError(f"there is no kind {request.kind!r}", remedy="one of " + ", ".join(CODES))
    if request.ids is not None and request.vectors is None:
        raise UsageError("--ids names the rows of vectors", remedy="add --vectors FILE")
    for name in request.maps:
        if not any(field_of(what, name) for what in FIELDS):
            raise UsageError(
                f"--map {name}=...: there is no field {name}",
                remedy=f"did you mean {meant_by(name)}?",
            )


def _check_user(request: Request) -> None:
    if request.user is None:
        return
    if request.interactions is None:
        raise UsageError("--user is of a file of behaviour", remedy="add --interactions FILE")
    if request.maps.get("user") or request.maps.get("session"):
        raise UsageError(
            "--user says that the file is of one person, and --map that a column names them",
            remedy="say one of both",
        )
    try:
        check_person(request.user, "--user")
    except DataError as error:
        raise UsageError(error.message, remedy="--user me") from error


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
