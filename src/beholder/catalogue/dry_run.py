"""What an import would find, without changing anything."""

from __future__ import annotations

from itertools import islice
from typing import Any

import msgspec

from beholder.catalogue.events_from_rows import as_id
from beholder.catalogue.items_from_rows import records
from beholder.catalogue.pictures import Pictures
from beholder.catalogue.readers import open_rows
from beholder.catalogue.readers.folder import scan
from beholder.catalogue.readers.interface import as_list
from beholder.catalogue.refusals import Refusals
from beholder.catalogue.run import Peek, Request, peek
from beholder.store import Store

BATCHES = 4  # of interactions that are looked at
ROWS = 3  # that are shown


class Sight(msgspec.Struct):
    """One file: what its columns are taken for, and how it begins."""

    what: str
    file: str
    mapping: dict[str, str]
    ignored: list[str]
    rows: list[dict[str, Any]]


class DryRun(msgspec.Struct):
    """What an import would find.

    Attributes
    ----------
    joined
        How many of the `looked_at` interactions name an item of the catalogue or of the file.
    pictures
        How many of `items` have a picture in the folder.
    """

    sights: list[Sight] = msgspec.field(default_factory=list)
    looked_at: int = 0
    joined: int = 0
    items: int = 0
    pictures: int = 0
    refused: int = 0
    reasons: dict[str, int] = msgspec.field(default_factory=dict)

    @property
    def fits(self) -> bool:
        """Whether at least half of the interactions join."""
        return self.joined * 2 >= self.looked_at


def dry_run(store: Store, request: Request) -> DryRun:
    """Look at the files of a request as an import would."""
    found = DryRun()
    refusals = Refusals(None)
    folder = scan(request.media) if request.media else None
    pictures = Pictures(folder, store.workspace.media, 0)
    known = set(store.items()["item_id"].to_pylist())
    for seen in peek(request):
        used = set(seen.mapping.values())
        ignored = [] if seen.what == "items" else sorted(set(seen.batch.columns) - used)
        found.sights.append(
            Sight(seen.what, seen.path.name, seen.mapping, ignored, seen.first_rows(ROWS))
        )
        if seen.what == "items":
            known |= _look_at_items(seen, pictures, refusals, found)
        elif seen.what == "interactions":
            _look_at_interactions(seen, known, refusals, found)
    if request.items is None and folder is not None:
        found.items = len(known)
        found.pictures = sum(pictures.file_of(item, None) is not None for item in known)
    found.refused, found.reasons = len(refusals), dict(refusals.reasons.most_common())
    return found


def _look_at_items(seen: Peek, pictures: Pictures, refusals: Refusals, found: DryRun) -> set[str]:
    ids: set[str] = set()
    for batch in open_rows(seen.path, lambda row, why: refusals.add(seen.path.name, row, why)):
        for row, item, picture in records(batch, seen.mapping):
            if isinstance(item, str):
                refusals.add(seen.path.name, row, item)
                continue
            found.pictures += pictures.file_of(item.item_id, picture) is not None
            ids.add(item.item_id)
    found.items = len(ids)
    return ids


def _look_at_interactions(seen: Peek, known: set[str], refusals: Refusals, found: DryRun) -> None:
    rows = open_rows(seen.path, lambda row, why: refusals.add(seen.path.name, row, why))
    try:
        for batch in islice(rows, BATCHES):
            items = [as_id(value) for value in as_list(batch.columns[seen.mapping["item_id"]])]
            found.looked_at += len(items)
            # Without any items the import makes them from the interactions: all join.
            found.joined += sum(item in known for item in items) if known else len(items)
    finally:
        rows.close()  # type: ignore[attr-defined]
