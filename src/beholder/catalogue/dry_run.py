"""What an import would find, without changing anything."""

from __future__ import annotations

from collections.abc import Set
from itertools import islice
from typing import Any

import msgspec

from beholder.catalogue.behaviour_seen import BehaviourSeen, Looking
from beholder.catalogue.events_of_file import EventsOfFile
from beholder.catalogue.items_from_rows import records, type_of
from beholder.catalogue.mapping import unused
from beholder.catalogue.pictures import Pictures
from beholder.catalogue.readers import open_rows
from beholder.catalogue.readers.folder import scan
from beholder.catalogue.refusals import Refusal, Refusals
from beholder.catalogue.run import Peek, Request, peek, vectors_of
from beholder.catalogue.whole_file import SHOWN, Gone, missing_from
from beholder.store import ItemRecord, Store

BATCHES = 4  # of interactions that are looked at
ROWS = 3  # that are shown


class Understood(msgspec.Struct):
    """What the pictures of an item are taken for: the names in its row, and the files found."""

    item: str
    names: list[str]
    files: list[str]


class Sight(msgspec.Struct):
    """One file: what its columns are taken for, how it begins, and its first pictures.

    Attributes
    ----------
    attributes
        Of items: in how many rows each is read as which type.
    """

    what: str
    file: str
    mapping: dict[str, str]
    ignored: list[str]
    rows: list[dict[str, Any]]
    pictures: list[Understood] = msgspec.field(default_factory=list)
    attributes: dict[str, dict[str, int]] = msgspec.field(default_factory=dict)


class DryRun(msgspec.Struct):
    """What an import would find.

    Attributes
    ----------
    behaviour
        What the first interactions are taken for; None: there is no such file.
    pictures, several
        How many of `items` have a picture in the folder, and how many more than one.
    files
        How many pictures they have together.
    vectors, known
        How many vectors computed elsewhere there are, and how many are of items of the catalogue
        or of the file.
    gone
        What would leave the catalogue with a file that has all of it.
    files_skipped
        As in a report.
    left, left_first
        As in a report: `pictures_left`.
    """

    sights: list[Sight] = msgspec.field(default_factory=list)
    behaviour: BehaviourSeen | None = None
    items: int = 0
    pictures: int = 0
    several: int = 0
    files: int = 0
    vectors: int = 0
    known: int = 0
    gone: Gone = Gone()
    files_skipped: dict[str, int] = msgspec.field(default_factory=dict)
    left: dict[str, int] = msgspec.field(default_factory=dict)
    left_first: dict[str, list[str]] = msgspec.field(default_factory=dict)
    refused: int = 0
    refused_first: list[Refusal] = msgspec.field(default_factory=list)
    reasons: dict[str, int] = msgspec.field(default_factory=dict)

    @property
    def fits(self) -> bool:
        """Whether at least half of the interactions join."""
        seen = self.behaviour
        return seen is None or seen.joined * 2 >= seen.looked_at


def dry_run(store: Store, request: Request) -> DryRun:
    """Look at the files of a request as an import would."""
    found = DryRun()
    refusals = Refusals(None)
    folder = scan(request.media) if request.media else None
    pictures = Pictures(folder, store.workspace.media, 0)
    own = store.items()
    known = dict(zip(own["item_id"].to_pylist(), own["title"].to_pylist(), strict=True))
    for seen in peek(request):
        ignored = unused(seen.what, seen.batch.columns, seen.mapping)
        sight = Sight(
            seen.what,
            seen.path.name,
            seen.mapping,
            [*ignored, *seen.batch.left],
            seen.first_rows(ROWS),
        )
        found.sights.append(sight)
        if seen.what == "items":
            named = _look_at_items(seen, pictures, refusals, found, sight)
            if request.leaving is not None:
                missing, _ = missing_from(store, named.keys())
                found.gone = Gone(len(missing), tuple(missing[:SHOWN]))
            known |= named
        elif seen.what == "interactions":
            found.behaviour = _look_at_interactions(seen, request, known, refusals)
    if request.items is None and folder is not None:
        _look_at_folder(known.keys(), pictures, found)
    brought = vectors_of(store.workspace, request, refusals)
    if brought is not None:
        found.vectors = len(brought.ids)
        found.known = sum(item in known for item in brought.ids)
    if folder is not None:
        found.files_skipped = dict(folder.skipped.most_common())
    found.left, found.left_first = dict(pictures.left.most_common()), pictures.examples
    found.refused_first = refusals.shown
    found.refused, found.reasons = len(refusals), dict(refusals.reasons.most_common())
    return found


def _look_at_items(
    seen: Peek, pictures: Pictures, refusals: Refusals, found: DryRun, sight: Sight
) -> dict[str, str]:
    shown: dict[str, int] = {}  # pictures by item
    titles: dict[str, str] = {}
    for batch in open_rows(
        seen.path, lambda row, why: refusals.add(seen.path.name, row, why), seen.form
    ):
        for row in records(batch, seen.mapping):
            if row.record is None:
                refusals.add(seen.path.name, row.number, row.reason)
                continue
            item_id = row.record.item_id
            _count_types(sight.attributes, row.record)
            titles.setdefault(item_id, row.record.title)
            look = pictures.named if item_id in shown else pictures.wanted
            files = look(item_id, row.pictures).files
            shown[item_id] = shown.get(item_id, 0) + len(files)
            if row.pictures and len(sight.pictures) < ROWS:
                sight.pictures.append(Understood(item_id, list(row.pictures), list(files)))
    found.items = len(shown)
    _count(found, list(shown.values()))
    return titles


def _count_types(types: dict[str, dict[str, int]], record: ItemRecord) -> None:
    for name, value in record.attributes.items():
        counts = types.setdefault(name, {})
        told = type_of(value)
        counts[told] = counts.get(told, 0) + 1


def _look_at_folder(known: Set[str], pictures: Pictures, found: DryRun) -> None:
    """Count the pictures of items that a folder alone gives."""
    if not known:
        own = pictures.files.by_item
        found.items = len(own)
        _count(found, [len(files) for files in own.values()])
        return
    found.items = len(known)
    _count(found, [len(pictures.wanted(item, []).files) for item in known])


def _count(found: DryRun, pictures: list[int]) -> None:
    found.pictures = sum(n > 0 for n in pictures)
    found.several = sum(n > 1 for n in pictures)
    found.files = sum(pictures)


def _look_at_interactions(
    seen: Peek, request: Request, titles: dict[str, str], refusals: Refusals
) -> BehaviourSeen:
    # Without any items the import makes them from the interactions: all join.
    reading = EventsOfFile(seen.mapping, request.kind, request.words)
    looking = Looking(seen.path.name, reading, titles, refusals)
    rows = open_rows(seen.path, lambda row, why: refusals.add(seen.path.name, row, why), seen.form)
    try:
        for batch in islice(rows, BATCHES):
            looking.take(batch)
    finally:
        rows.close()  # type: ignore[attr-defined]
    return looking.end()
