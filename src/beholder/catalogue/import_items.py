"""Items and their pictures into the store."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from msgspec import structs

from beholder.catalogue.items_from_rows import records
from beholder.catalogue.pictures import Pictures
from beholder.catalogue.readers import open_rows
from beholder.catalogue.refusals import Refusals
from beholder.catalogue.report import FileReport, Report
from beholder.progress import Progress
from beholder.store import ItemRecord, Store
from beholder.store.ids import why_not_id

AT_ONCE = 500  # items in one transaction
Found = tuple[ItemRecord, str | None]
"""An item without pictures, and the file of its picture."""
TWICE = "items that came twice in the file: the first one counts"


def import_items(
    store: Store,
    path: Path,
    mapping: dict[str, str],
    pictures: Pictures,
    refusals: Refusals,
    report: Report,
    progress: Progress,
) -> FileReport:
    """Read an items file and put its items; what is as it was stays untouched."""
    done = FileReport("items", path.name, mapping)
    before = len(refusals)
    seen: set[str] = set()

    def refuse(row: int, reason: str) -> None:
        refusals.add(path.name, row, reason)

    def wanted() -> Iterator[Found]:
        for batch in open_rows(path, refuse):
            done.read += len(batch)
            for row, found, picture in records(batch, mapping):
                if isinstance(found, str):
                    refuse(row, found)
                    done.read -= 1  # counted with the refused below
                elif found.item_id in seen:
                    report.rules[TWICE] = report.rules.get(TWICE, 0) + 1
                    done.same += 1
                else:
                    seen.add(found.item_id)
                    yield found, pictures.file_of(found.item_id, picture)
            progress.advance(batch.size)

    progress.start(f"items of {path.name}", path.stat().st_size)
    _put(store, wanted(), pictures, done)
    progress.finish()
    done.refused = len(refusals) - before
    done.read += done.refused
    return done


def import_pictures(store: Store, pictures: Pictures, progress: Progress) -> FileReport:
    """Give the items that the catalogue has the pictures that are named like them.

    In an empty catalogue every picture becomes an item.
    """
    assert pictures.folder is not None
    done = FileReport("media", pictures.folder.root.name)
    known = store.items()
    progress.start("pictures", len(pictures.folder.files))

    def wanted() -> Iterator[Found]:
        assert pictures.folder is not None
        if not known.num_rows:
            for file in pictures.folder.files:
                progress.advance()
                item_id = PurePosixPath(file).stem
                if not why_not_id(item_id):
                    yield ItemRecord(item_id, item_id), file
            return
        columns = ("item_id", "title", "attributes")
        for item_id, title, attributes in zip(
            *(known[name].to_pylist() for name in columns), strict=True
        ):
            found = pictures.file_of(item_id, None)
            if found is not None:
                progress.advance()
                yield ItemRecord(item_id, title, json.loads(attributes)), found

    _put(store, wanted(), pictures, done)
    progress.finish()
    done.read = done.added + done.changed + done.same
    return done


def _put(store: Store, items: Iterable[Found], pictures: Pictures, done: FileReport) -> None:
    waiting: list[Found] = []

    def put() -> None:
        pictures.keep(file for _, file in waiting)
        counts = store.put_items(
            [structs.replace(record, pictures=pictures.of(file)) for record, file in waiting]
        )
        done.added += counts.added
        done.changed += counts.changed
        done.same += counts.same
        waiting.clear()

    for found in items:
        waiting.append(found)
        if len(waiting) >= AT_ONCE:
            put()
    if waiting:
        put()
