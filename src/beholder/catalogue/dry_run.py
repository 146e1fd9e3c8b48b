"""What an import would find, without changing anything."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Set
from functools import partial

import msgspec

from beholder.catalogue.behaviour_seen import BehaviourSeen, Looking
from beholder.catalogue.cancelled import REASON as CANCELLED
from beholder.catalogue.column_of_ids import column_of_ids
from beholder.catalogue.events_of_file import UNTIMED, EventsOfFile
from beholder.catalogue.foreseen import DryRun, Sight, Understood
from beholder.catalogue.ids import odd_in
from beholder.catalogue.import_interactions import makes_items
from beholder.catalogue.import_users import changes
from beholder.catalogue.items_before import ItemsBefore
from beholder.catalogue.items_from_rows import Spoken, records, type_of
from beholder.catalogue.made_twice import twice_among
from beholder.catalogue.mapping import unused
from beholder.catalogue.option_names import OptionNames
from beholder.catalogue.other_ids import OtherIds, attributes_of, ids_in
from beholder.catalogue.peek import Peek, peek
from beholder.catalogue.pictures import Pictures
from beholder.catalogue.points import points_in
from beholder.catalogue.price_marks import PriceMarks
from beholder.catalogue.rating_threshold import foreseen
from beholder.catalogue.readers import open_rows
from beholder.catalogue.readers.folder import scan
from beholder.catalogue.readers.interface import Batch
from beholder.catalogue.readers.until_cut import UntilCut
from beholder.catalogue.refusals import Refusals
from beholder.catalogue.request import Request
from beholder.catalogue.rows_of_item import RowsOfItems
from beholder.catalogue.run import vectors_of
from beholder.catalogue.same_file import CHANGED, changed, of_file
from beholder.catalogue.taken_back import WOULD, of_store
from beholder.catalogue.users_of_file import UsersOfFile, Wished
from beholder.catalogue.whole_file import held, leaves, missing, outlook
from beholder.store import ItemRecord, Purposes, Store
from beholder.store.records import Attribute
from beholder.unicode import writable

BATCHES = 4  # of interactions that are looked at
ROWS = 3  # that are shown


def dry_run(store: Store, request: Request) -> DryRun:
    """Look at the files of a request as an import would."""
    refusals = Refusals(None)
    folder = scan(request.media) if request.media else None
    found = DryRun(folder=folder is not None)
    pictures = Pictures(folder, store.workspace.media, 0)
    own = store.items()
    known = dict(zip(own["item_id"].to_pylist(), own["title"].to_pylist(), strict=True))
    pictured = set(own["item_id"].filter(own["picture"].is_valid()).to_pylist())

    def twice() -> list[str]:
        bare = [item for item, title in known.items() if title == item and item not in pictured]
        return twice_among(bare, others_of()) if bare else []

    others = OtherIds()
    others_of = partial(others.with_store, store)
    of_items: Peek | None = None
    for seen in peek(request, store.workspace.reports):
        ignored = unused(seen.what, seen.batch.columns, seen.mapping)
        sight = Sight(
            seen.what,
            seen.path.name,
            seen.mapping,
            [*ignored, *seen.batch.left],
            seen.first_rows(ROWS),
            said=list(seen.said),
        )
        found.sights.append(sight)
        with of_file(seen.path, seen.stamp):
            if seen.what == "items":
                before = len(refusals)
                before_it = ItemsBefore(known)
                spoken, shown = _look_at_items(
                    store, seen, pictures, refusals, found, sight, others, before_it
                )
                before_it.count(store, spoken.of, found.count)
                named, leave = spoken.titles_beside(known), set[str]()
                if request.leaving is not None:
                    there = held(store)
                    gone = missing(there, named.keys())
                    found.gone = outlook(gone, len(there), len(refusals) - before, bool(sight.cut))
                    leave = set(leaves(gone, len(there), found.gone, request.leaving))
                known = {item: title for item, title in known.items() if item not in leave} | named
                pictured = pictured - leave | shown
                of_items = seen
                others_of = partial(others.with_store, store, spoken.of, leave)
                sight.said += [f"warning: {each}" for each in twice()]
                if sight.cut or not named:
                    tables = request.tables()
                    found.not_read = [tables[what].name for what in tables if what != "items"]
                    break
            elif seen.what == "users":
                _look_at_users(store, seen, refusals, found, sight)
            else:
                makes = makes_items(store, len(known))
                reading = EventsOfFile(
                    seen.mapping,
                    request.kind,
                    seen.told.words,
                    request.user,
                    request.keep_cancelled,
                )
                looking = Looking(
                    seen.path.name,
                    reading,
                    known,
                    refusals,
                    makes,
                    others_of,
                )
                refused = "" if of_items is None else refusals.told_of(of_items.path.name)
                found.behaviour = _look_at_interactions(
                    seen, reading, looking, refusals, found, sight
                )
                back = of_store(store, looking.taken_back.named(store.seqs))
                found.count(WOULD, len(back))
                found.behaviour.items_refused = refused
                if looking.missing and not found.behaviour.near:
                    elsewhere = column_of_ids(looking.missing, _attributes(store, of_items))
                    found.behaviour.near = elsewhere
                if reading.ratings.total:
                    threshold, doubts = foreseen(store.workspace, reading.ratings, reading.scale)
                    found.behaviour.likes_from = threshold
                    found.behaviour.warnings += doubts
                known |= looking.made
                found.behaviour.warnings += twice() if found.behaviour.fits else []
        sight.said += [CHANGED] * changed(seen.path, seen.stamp)
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
    found.refused, found.cancelled = len(refusals), refusals.reasons[CANCELLED]
    found.reasons = dict(refusals.reasons.most_common())
    return found


def _look_at_items(
    store: Store,
    seen: Peek,
    pictures: Pictures,
    refusals: Refusals,
    found: DryRun,
    sight: Sight,
    others: OtherIds,
    before: ItemsBefore,
) -> tuple[Spoken, set[str]]:
    """Return what a file says of items, and which have pictures in the folder.

    Their other ids go into `others`, and what they say of items of the store into `before`.
    """
    refused_before = len(refusals)
    shown: dict[str, set[str]] = {}  # files by item
    spoken = Spoken(seen.mapping)
    alike = RowsOfItems(seen.mapping)
    points, options = points_in(seen.path, seen.mapping, seen.form), OptionNames()
    sight.said += points.said
    marks = PriceMarks.of(seen.mapping)
    rows = _rows(seen, refusals)
    for batch in rows:
        found.count_all(odd_in(batch, seen.mapping))
        marks.take(batch)
        spoken.see(batch.columns)
        for row in records(batch, seen.mapping, points, options):
            if row.record is None:
                refusals.add(seen.path.name, row.number, row.reason)
                continue
            item_id = row.record.item_id
            for rule in row.rules(seen.mapping):
                found.count(rule, example=f"item {item_id}, row {row.number}")
            _count_types(sight, row.record)
            spoken.take(row.record, row.said)
            before.take(row.record, spoken.of(item_id))
            again = alike.take(row.record, row.number)
            look = pictures.wanted if again is None else pictures.named
            files = look(item_id, row.pictures).files
            if again is None:
                others.take(item_id, ids_in(row.record.attributes))
            else:
                others.take(item_id, again.ids)
                for rule in again.rules(bool(files)):
                    found.count(rule, example=f"item {item_id}, row {row.number}")
            shown.setdefault(item_id, set()).update(files)
            if row.pictures and len(sight.pictures) < ROWS:
                told = writable([list(row.pictures), list(files)])
                sight.pictures.append(Understood(item_id, *told))
    sight.said += [*alike.said, *marks.foreseen(store.workspace)]
    sight.cut = str(rows.error or "")
    sight.refused_whole = not shown and len(refusals) > refused_before
    found.items = len(shown)
    _count(found, shown.values())
    return spoken, {item for item, files in shown.items() if files}


def _attributes(store: Store, seen: Peek | None) -> Iterator[Mapping[str, Attribute]]:
    """Yield the attributes of the items of a store, and of a file where there is one."""
    yield from (own for _, own in attributes_of(store))
    if seen is None:
        return
    for batch in _rows(seen, Refusals(None)):
        for row in records(batch, seen.mapping):
            if row.record is not None:
                yield row.record.attributes


def _look_at_users(
    store: Store, seen: Peek, refusals: Refusals, found: DryRun, sight: Sight
) -> None:
    meant: dict[str, Purposes] = {}  # what rows before would have set
    refused_before = len(refusals)

    def take(wished: Wished) -> None:
        user, wish, refused = wished
        before = meant[user] if user in meant else store.purposes(user)
        change = changes(wish, before)
        found.users_same += not change and not refused
        found.users_changed += change and not refused
        meant[user] = Purposes(**(msgspec.structs.asdict(before) | wish))

    said = UsersOfFile(seen.batch, seen.mapping, refusals.of(seen.path.name))
    rows = UntilCut(open_rows(seen.path, said, seen.form))
    for batch in rows:
        found.count_all(odd_in(batch, seen.mapping))
        for wished in said.of(batch):
            take(wished)
    for wished in said.rest():
        take(wished)
    found.users_refused, found.users_unnamed = len(refusals) - refused_before, said.unnamed
    told = found.users_changed + found.users_same
    sight.refused_whole = not told and found.users_refused > 0
    sight.cut = str(rows.error or "")


def _count_types(sight: Sight, record: ItemRecord) -> None:
    for name, value in record.attributes.items():
        sight.first.setdefault(name, writable(value))
        counts = sight.attributes.setdefault(name, {})
        told = type_of(value)
        counts[told] = counts.get(told, 0) + 1


def _look_at_folder(known: Set[str], pictures: Pictures, found: DryRun) -> None:
    """Count the pictures of items that a folder alone gives."""
    if not known:
        own = pictures.files.by_item
        found.items = len(own)
        _count(found, own.values())
        return
    found.items = len(known)
    _count(found, [pictures.wanted(item, []).files for item in known])


def _count(found: DryRun, shown: Collection[Collection[str]]) -> None:
    """Count items by the files that each shows, and these files, each once."""
    found.pictures = sum(len(files) > 0 for files in shown)
    found.several = sum(len(files) > 1 for files in shown)
    found.files = len({file for files in shown for file in files})


def _look_at_interactions(
    seen: Peek,
    reading: EventsOfFile,
    looking: Looking,
    refusals: Refusals,
    found: DryRun,
    sight: Sight,
) -> BehaviourSeen:
    refused_before = len(refusals)
    reading.look_through(seen.path, seen.form, looking.there)
    rows = _rows(seen, refusals)
    try:
        for n, batch in enumerate(rows):
            if n == BATCHES:
                looking.found.more = True
                break
            found.count_all(odd_in(batch, seen.mapping))
            looking.take(batch)
            if not looking.found.fits:
                break
    finally:
        rows.close()
    sight.cut = str(rows.error or "")
    found.count(UNTIMED, looking.untimed)
    behaviour = looking.end()
    refused = len(refusals) - refused_before
    faulty = refused > refusals.reasons[CANCELLED]
    sight.refused_whole = faulty and not (behaviour.kinds or behaviour.more)
    return behaviour


def _rows(seen: Peek, refusals: Refusals) -> UntilCut[Batch]:
    return UntilCut(open_rows(seen.path, refusals.of(seen.path.name), seen.form))
