"""Items and their pictures into the store."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Set
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from msgspec import structs

from beholder.catalogue.ids import odd_in
from beholder.catalogue.items_before import STAYS, TITLED, count_fewer, fewer, staying
from beholder.catalogue.items_from_rows import TITLE, Row, records, told
from beholder.catalogue.made_twice import made_twice
from beholder.catalogue.mapping import unused
from beholder.catalogue.option_names import OptionNames
from beholder.catalogue.other_ids import Ids, add, ids_in, is_of_all_rows, with_ids
from beholder.catalogue.pictures import MANY, MOST, Pictures, Wanted
from beholder.catalogue.points import points_in
from beholder.catalogue.price_marks import PriceMarks
from beholder.catalogue.readers import open_rows
from beholder.catalogue.readers.texts import USUAL, Form
from beholder.catalogue.readers.until_cut import UntilCut
from beholder.catalogue.refusals import Refusals
from beholder.catalogue.report import FileReport, Report
from beholder.catalogue.rows_of_item import Again, RowsOfItems
from beholder.catalogue.same_file import changed, stamp
from beholder.catalogue.shown_pictures import LOST, REPLACED, STAY, merged
from beholder.catalogue.stock_of_rows import NAMES as STOCKS
from beholder.catalogue.stock_of_rows import Stock, sells_out, with_more, with_prices, without_stock
from beholder.catalogue.whole_file import Agree, held, let_go, missing, outlook
from beholder.progress import Progress
from beholder.store import ItemRecord, Store
from beholder.store.ids import why_no_item
from beholder.store.records import Attribute

if TYPE_CHECKING:
    import pyarrow as pa

AT_ONCE = 500  # items in one transaction
IN_FOLDERS = (
    "pictures in folders: each is an item of its own (where a folder is an item, give --items with "
    "the folders' names as ids)"
)
BY_PATH = (
    "pictures whose name other folders have too: each is an item called by its path (where a "
    "folder is an item, give --items with the folders' names as ids)"
)


class Found(NamedTuple):
    """An item without pictures, the files of its pictures, and what its row says, as in `Row`.

    Attributes
    ----------
    ids
        Its other ids, sizes and colours, of all its rows.
    stock
        What its later rows say of its stock.
    prices
        Those of a later row, where the first is sold out.
    """

    record: ItemRecord
    wanted: Wanted
    ids: Ids
    said: frozenset[str] | None = None
    stock: Stock = {}  # noqa: RUF012
    prices: Stock = {}  # noqa: RUF012

    def then(self, more: Wanted, again: Again) -> Found:
        """Return this with what a later row of the item adds."""
        add(self.ids, again.ids)
        stock = with_more(self.stock, again.stock)
        prices = again.prices or self.prices
        return self._replace(wanted=self.wanted.then(more), stock=stock, prices=prices)

    def told_by(self, own: Mapping[str, Attribute]) -> dict[str, Attribute]:
        """Return attributes with what later rows say of stock and prices."""
        return with_prices(with_more(own, self.stock), self.prices)


class ItemsImport:
    """Items on their way into the store, and what became of them.

    Several rows of one item are one item with the pictures of all of them. A list that would
    become shorter waits until the whole file was read, since a later row may still name what
    seems to be missing.
    """

    def __init__(
        self, store: Store, pictures: Pictures, rows: RowsOfItems, done: FileReport, report: Report
    ) -> None:
        self.store = store
        self.pictures = pictures
        self.rows = rows
        self.done = done
        self.report = report
        self.told: set[str] | None = None  # what the file says of items; None: all that there is
        self._kept: set[str] = set()
        self._titled: set[str] = set()
        self._last: Found | None = None
        self._waiting: list[Found] = []
        self._shorter: dict[str, Found] = {}
        self._late: dict[str, Found] = {}  # of items that were put already
        self._stock_unsaid: set[str] = set()  # items whose first row says nothing of it
        self._stay: dict[str, list[str]] = {}  # shown before, and not named so far

    def take(self, row: Row, record: ItemRecord) -> None:
        """Take a row: an item with its pictures and other ids, or more of these of one before."""
        item_id = record.item_id
        again = self.rows.take(record, row.number)
        if again is None:
            wanted = self.pictures.wanted(item_id, row.pictures)
            self.add(Found(record, wanted, ids_in(record.attributes, is_of_all_rows), row.said))
            if row.said is not None and not row.said.intersection(STOCKS):
                self._stock_unsaid.add(item_id)
            return
        more = self.pictures.named(item_id, row.pictures)
        last = self._last
        if last is not None and last.record.item_id == item_id:
            self._last = last.then(more, again)
        elif more.files or again.ids or again.stock:
            before = self._late.get(item_id, Found(record, Wanted(), {}))
            self._late[item_id] = before.then(more, again)
        self._count_row(f"item {item_id}, row {row.number}", bool(more.files), again)

    def add(self, found: Found | None) -> None:
        """Take an item that is not among those before; None: there are no more."""
        if self._last is not None:
            self._waiting.append(self._last)
        self._last = found
        if len(self._waiting) >= AT_ONCE:
            self._put()

    def finish(self, progress: Progress) -> None:
        """Put what is left."""
        self.add(None)
        self._put()
        for item_id, found in self._shorter.items():
            late = self._late.pop(item_id, None)
            if late is not None:
                add(found.ids, late.ids)
                stock = with_more(found.stock, late.stock)
                found = found._replace(
                    wanted=found.wanted.then(late.wanted),
                    stock=stock,
                    prices=late.prices or found.prices,
                )
            self._waiting.append(found)
            if len(self._waiting) >= AT_ONCE:
                self._put(last=True)
        self._put(last=True)
        self._put_late(progress)
        for item_id, stay in self._stay.items():
            if stay:
                self.pictures.note(STAY, f"item {item_id}", len(stay))

    def _put(self, last: bool = False) -> None:
        """Store what waits; `last`: the file has nothing more to say of these."""
        self.pictures.keep(found.wanted for found in self._waiting)
        ids = [found.record.item_id for found in self._waiting]
        had, words = self.store.pictures_of(ids), self.store.words_of(ids)
        self._waiting = [
            found._replace(record=self._whole(found, words.get(found.record.item_id)))
            for found in self._waiting
        ]
        ready = []
        for found in self._waiting:
            item_id = found.record.item_id
            if not last and self._lacks(found, words.get(item_id)):
                self._shorter[item_id] = found
                continue
            if last and item_id in words:
                gone = fewer(words[item_id][1], found.ids, self._said(found) or set())
                count_fewer(item_id, gone, self.report.count)
            hashes, whole = self.pictures.hashes(item_id, found.wanted)
            if not hashes:
                ready.append(found.record)
                continue
            after = merged(hashes, had.get(item_id, []), whole)
            if after.lost and not last:
                self._shorter[item_id] = found
                continue
            if after.lost:
                self.pictures.note(LOST, f"item {item_id}", len(after.lost))
            if after.replaced is not None:
                self.pictures.note(REPLACED, f"item {item_id}")
            if after.stay:
                self._stay[item_id] = after.stay
            self.report.items_with_several += len(after.pictures) > 1
            ready.append(structs.replace(found.record, pictures=after.pictures))
        counts = self.store.put_items(ready)
        self.done.added += counts.added
        self.done.changed += counts.changed
        self.done.same += counts.same
        self._waiting.clear()

    def _whole(self, found: Found, before: tuple[str, dict[str, Attribute]] | None) -> ItemRecord:
        """Return an item with what it had and its row or file does not speak of."""
        attributes = found.told_by(with_ids(found.record.attributes, found.ids))
        record = structs.replace(found.record, attributes=attributes)
        said = self._said(found)
        if before is None or said is None:
            return record
        title, attributes = before
        stays = staying(attributes, said | record.attributes.keys())
        if stays:
            self._kept.add(record.item_id)
            self.report.rules[STAYS] = len(self._kept)
        named = TITLE in said
        if not named and title != record.title:
            self._titled.add(record.item_id)
            self.report.rules[TITLED] = len(self._titled)
        title = record.title if named else title
        return structs.replace(record, title=title, attributes=stays | record.attributes)

    def _lacks(self, found: Found, before: tuple[str, dict[str, Attribute]] | None) -> bool:
        """Whether an item would lose other ids, which a later row may still name."""
        said = self._said(found)
        if before is None or said is None:
            return False
        less = bool(fewer(before[1], found.ids, said))
        return less or sells_out(before[1], found.record.attributes)

    def _said(self, found: Found) -> Set[str] | None:
        """Return what is said of an item; None: all that there is."""
        return self.told if found.said is None else found.said

    def _put_late(self, progress: Progress) -> None:
        """Add the pictures and ids of rows that stood apart from the others of their item."""
        late = list(self._late.items())
        if late:
            progress.start("items whose rows stand apart", len(late))
        for start in range(0, len(late), AT_ONCE):
            some = dict(late[start : start + AT_ONCE])
            self._put_some_late(some)
            progress.advance(len(some))
        if late:
            progress.finish()

    def _put_some_late(self, late: dict[str, Found]) -> None:
        self.pictures.keep(found.wanted for found in late.values())
        pictures, words = self.store.pictures_of(list(late)), self.store.words_of(list(late))
        ready = []
        for item_id, found in late.items():
            if item_id not in words:
                continue  # somebody deleted it meanwhile
            hashes, _ = self.pictures.hashes(item_id, found.wanted)
            title, before = words[item_id]
            had = pictures.get(item_id, [])
            both = list(dict.fromkeys([*had, *hashes]))
            ids = ids_in(before, is_of_all_rows)
            add(ids, found.ids)
            stale = item_id in self._stock_unsaid and bool(found.stock)  # of a file before
            own = without_stock(before) if stale else before
            attributes = found.told_by(with_ids(own, ids))
            if both != had or attributes != before:
                ready.append(ItemRecord(item_id, title, attributes, both))
            self.report.items_with_several += len(had) <= 1 < len(both)
            stay = self._stay.get(item_id, [])
            self._stay[item_id] = [picture for picture in stay if picture not in hashes]
        self.store.put_items(ready)

    def _count_row(self, here: str, pictures: bool, again: Again) -> None:
        """Count a later row of an item."""
        same = not (pictures or again.ids or again.full or again.stock or again.otherwise)
        self.done.same += same
        self.done.more += not same
        for rule in again.rules(pictures):
            self.report.count(rule, example=here)


def import_items(
    store: Store,
    path: Path,
    mapping: dict[str, str],
    pictures: Pictures,
    refusals: Refusals,
    report: Report,
    progress: Progress,
    form: Form = USUAL,
    leaving: Agree | None = None,
) -> FileReport:
    """Read an items file and put its items; what is as it was stays untouched.

    Parameters
    ----------
    leaving
        Asked before much leaves the catalogue, which the file has as a whole; None: nothing does.
    """
    done = FileReport("items", path.name, mapping)
    before = len(refusals)
    there = [] if leaving is None else held(store)  # before the file adds others
    began = stamp(path)
    refuse = refusals.of(path.name)

    alike = RowsOfItems(mapping)
    progress.start(f"reading {path.name}", path.stat().st_size, "bytes")
    work, marks = ItemsImport(store, pictures, alike, done, report), PriceMarks.of(mapping)
    points, options = points_in(path, mapping, form), OptionNames()
    rows = UntilCut(open_rows(path, refuse, form))
    for batch in rows:
        done.read += len(batch)
        report.count_all(odd_in(batch, mapping))
        work.told = (work.told or set()) | told(batch.columns, mapping)
        done.ignored = unused("items", [*done.ignored, *batch.columns], mapping)
        marks.take(batch)
        for row in records(batch, mapping, points, options):
            if row.record is None:
                refuse(row.number, row.reason)
                done.read -= 1  # counted with the refused below
                continue
            for rule in row.rules(mapping):
                report.count(rule, example=f"item {row.record.item_id}, row {row.number}")
            work.take(row, row.record)
        progress.advance(batch.size)
    work.finish(progress)
    progress.finish()
    done.cut = str(rows.error or "")
    done.refused = len(refusals) - before
    done.read += done.refused
    done.said += [*points.said, *alike.said, *marks.words(store.workspace)]
    if leaving is not None:
        gone = missing(there, alike.seen.keys())
        other = changed(path, began)
        found = outlook(gone, len(there), done.refused, bool(done.cut), other)
        done.gone = let_go(store, gone, len(there), found, leaving)
    done.said += [f"warning: {twice}" for twice in made_twice(store)]
    return done


def import_pictures(
    store: Store, pictures: Pictures, report: Report, progress: Progress
) -> FileReport:
    """Give the items that the catalogue has the pictures that are named like them.

    In an empty catalogue every picture becomes an item.
    """
    assert pictures.folder is not None
    done = FileReport("media", pictures.folder.root.name)
    known = store.items()
    progress.start("pictures", len(pictures.folder.files))
    work = ItemsImport(store, pictures, RowsOfItems({}), done, report)
    for found in _of_items(known, pictures) if known.num_rows else _as_items(pictures):
        work.add(found)
        progress.advance(len(found.wanted.files))
    work.finish(progress)
    progress.finish()
    done.read = done.added + done.changed + done.same
    return done


def _of_items(known: pa.Table, pictures: Pictures) -> Iterator[Found]:
    columns = (known[name].to_pylist() for name in ("item_id", "title", "attributes"))
    for item_id, title, attributes in zip(*columns, strict=True):
        wanted = pictures.wanted(item_id, [])
        if wanted.files:
            yield Found(ItemRecord(item_id, title, json.loads(attributes)), wanted, {})


def _as_items(pictures: Pictures) -> Iterator[Found]:
    for item_id, files in pictures.files.by_item.items():
        reason = why_no_item(item_id)
        if reason:
            pictures.note(f"pictures without an item: a name that {reason}", files[0], len(files))
            continue
        if len(files) > MOST:
            pictures.note(MANY, f"item {item_id}: {files[MOST]} and after", len(files) - MOST)
        if "/" in item_id:
            pictures.note(BY_PATH, f"item {item_id}: {files[0]}", len(files))
        elif any("/" in file for file in files):
            pictures.note(IN_FOLDERS, f"item {item_id}: {files[0]}", len(files))
        yield Found(ItemRecord(item_id, item_id), Wanted().then(Wanted(tuple(files))), {})
