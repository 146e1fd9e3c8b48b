"""The import: from the files that a shop has to a workspace that can be trained on."""

from __future__ import annotations

import time
import uuid
from pathlib import Path

import pyarrow as pa

from beholder.catalogue import told_columns
from beholder.catalogue.events_of_file import EventsOfFile
from beholder.catalogue.import_interactions import import_interactions
from beholder.catalogue.import_items import import_items, import_pictures
from beholder.catalogue.import_users import import_users
from beholder.catalogue.import_vectors import Brought, import_vectors, read_vectors
from beholder.catalogue.peek import Peek, peek
from beholder.catalogue.pictures import Pictures
from beholder.catalogue.readers.folder import scan
from beholder.catalogue.refusals import Refusals
from beholder.catalogue.report import FileReport, Report, keep
from beholder.catalogue.request import Request
from beholder.catalogue.same_file import CHANGED, changed, of_file
from beholder.catalogue.without_people import WithoutPeople, without_people
from beholder.errors import UsageError, VectorsError
from beholder.media import file_names
from beholder.progress import SILENT, Progress
from beholder.store import Store
from beholder.store.ids import now
from beholder.unicode import writable
from beholder.workspace import Workspace

NOT_KEPT = "what was told of its columns is not kept for the next such file: {why}"


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
