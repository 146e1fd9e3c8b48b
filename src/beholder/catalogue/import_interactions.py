"""What people did, from a file into the store: looked up, checked, loaded in large runs."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from beholder.behaviour.event import Event
from beholder.behaviour.kinds import KINDS
from beholder.catalogue.cancelled import REASON as CANCELLED
from beholder.catalogue.column_of_ids import column_of_ids
from beholder.catalogue.directory import Directory
from beholder.catalogue.events_from_rows import Columns
from beholder.catalogue.events_of_file import NOT_THERE, UNTIMED, EventsOfFile, kept, of_ids_alone
from beholder.catalogue.ids import Coded, as_id, odd_in
from beholder.catalogue.joined_ids import SHARED, JoinedIds, names_beside
from beholder.catalogue.made_twice import made_twice
from beholder.catalogue.moments import NONE
from beholder.catalogue.near_ids import NearIds
from beholder.catalogue.other_ids import OtherIds, attributes_of
from beholder.catalogue.rating_threshold import words_of_ratings
from beholder.catalogue.readers import open_rows
from beholder.catalogue.readers.interface import Batch, as_list
from beholder.catalogue.readers.texts import USUAL, Form
from beholder.catalogue.readers.until_cut import UntilCut
from beholder.catalogue.refusals import Refusals
from beholder.catalogue.report import FileReport, Report
from beholder.catalogue.taken_back import BACK, TakenBack, of_store
from beholder.catalogue.without_people import WithoutPeople
from beholder.errors import DataError
from beholder.progress import Progress
from beholder.settings_line import given, write_line
from beholder.store import ItemRecord, Store, Who
from beholder.store.ids import check_event, now, why_no_item
from beholder.store.loading import Loader
from beholder.store.rates import busy
from beholder.unicode import is_unicode
from beholder.workspace import Workspace

AT_ONCE = 512  # events in one transaction where each has a text, an id or an answer
APART = ("text", "event_id", "answer", "place")
ERASED = -1  # as `Loader.people` says it
CONFLICT = "event_id came before, in a row that says something else: an id is of one event"
ERASED_WORDS = "its person was erased today"
BOTS = (
    "people above {cap} events on a day (most likely programs): all is kept, and training counts "
    "the newest {cap} of a day"
)


class InteractionsImport:
    """One interactions file on its way into the store."""

    def __init__(
        self,
        store: Store,
        loader: Loader,
        path: Path,
        reading: EventsOfFile,
        refusals: Refusals,
        items_refused: str = "",
    ) -> None:
        self.store = store
        self.loader = loader
        self.path = path
        self.reading = reading
        self.mapping = reading.mapping
        self.refusals = refusals
        self.items_refused = items_refused
        known = store.items().select(["item_id", "seq"])
        self.items = Directory()
        ids = known["item_id"].to_pylist()
        self.items.add(ids, known["seq"].to_pylist())
        self.near = NearIds(ids)
        others, column = cache(lambda: OtherIds().with_store(store)), self.mapping["item_id"]
        self.joins, self._joins_looked_up = (
            JoinedIds(ids, self._is_item, others, column) for _ in range(2)
        )
        self.makes_items = makes_items(store, known.num_rows)
        self.users, self.sessions = Directory(), Directory()
        self.singly = [0, 0]  # stored and same, of events with a text or an id
        self.rows = self.joined = self.untimed = self.made = 0
        self.taken_back = TakenBack()
        self._makes_kept = False

    def take(self, batch: Batch) -> None:
        """Store what a batch has: items and people are made of rows that are kept alone."""
        found = self.reading.take(batch)
        ids, shared = self.joins.take(found.items)
        names = names_beside(found.items, ids)
        found = replace(found, items=ids)
        codes = self.items.find(ids.ids)
        there = self._joined(ids, codes, shared)
        reasons = self.reading.faults(found, there, shared)
        apart = self._apart(batch, found, reasons)
        reasons |= self.reading.unrated(found, reasons)
        people = self._people_rows(found, reasons)
        self.reading.rate(found, reasons)
        keep = kept(len(batch), reasons)
        self.taken_back.take(found, names, keep)
        items = self._item_rows(found.items, codes, keep)
        for row in sorted(reasons):
            item = found.items.of(row) if reasons[row] in (NOT_THERE, SHARED) else None
            self.refusals.add(self.path.name, batch.rows[row], reasons[row], item)
        self.untimed += int((keep & (found.times == NONE)).sum())
        self._record([(batch.rows[row], event) for row, event in apart.items() if keep[row]])
        keep[list(apart)] = False
        self.loader.add(
            people[keep],
            items[keep],
            found.kinds[keep],
            found.times[keep],
            found.values[keep],
            names[keep],
        )

    def _is_item(self, ids: pa.Array) -> NDArray[np.bool_]:
        """Return which ids, bool (ids,), are an item's by now."""
        there: NDArray[np.bool_] = self.items.find(ids) != Directory.MISSING
        return there

    def there(self, items: Coded) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return whose item there is or may be made, and who names several, bool (n,) each.

        Nothing of it is counted.
        """
        ids, shared = self._joins_looked_up.take(items)
        return self._there(ids, self.items.find(ids.ids), shared), shared

    def _there(
        self, items: Coded, codes: NDArray[np.int32], shared: NDArray[np.bool_]
    ) -> NDArray[np.bool_]:
        """Return whose item is in the catalogue or may be made, bool (n,).

        Parameters
        ----------
        codes
            int32 (ids,). Row numbers of items.
        shared
            bool (n,). Which rows name several.
        """
        known = codes != Directory.MISSING
        if self.makes_items:
            unknown = items.ids.filter(pa.array(~known)).to_pylist()
            known[~known] = [one is not None and not why_no_item(one) for one in unknown]
        there: NDArray[np.bool_] = known[items.rows] & ~shared
        return there

    def _joined(
        self, items: Coded, codes: NDArray[np.int32], shared: NDArray[np.bool_]
    ) -> NDArray[np.bool_]:
        """Return the same, and count it."""
        there = self._there(items, codes, shared)
        self.rows += len(there)
        self.joined += int(there.sum())
        self.near.look(items, np.flatnonzero(~there & ~shared).tolist())
        if self.rows == len(there) and len(there) and self.joined * 2 < self.rows:
            why = self.joins.several or self.near.words or self._elsewhere(items, codes)
            raise under_half(self.path.name, self.joined, self.rows, why, self.items_refused)
        return there

    def _elsewhere(self, items: Coded, codes: NDArray[np.int32]) -> str:
        """Return which column of the items has ids that none of them is called by, in words."""
        unknown = items.ids.filter(pa.array(codes == Directory.MISSING)).drop_null().to_pylist()
        return column_of_ids(set(unknown), (own for _, own in attributes_of(self.store)))

    def _people_rows(self, found: Columns, reasons: dict[int, str]) -> NDArray[np.int32]:
        """Return the row number of the person of each row that is kept, int32 (n,)."""
        rows = np.full(len(found.kinds), Directory.MISSING, np.int32)
        asked = kept(len(rows), reasons)
        for column, sessions in ((found.users, False), (found.sessions, True)):
            if column is not None:  # of whom no user is named, it is the session
                here = asked & column.named
                rows[here] = self._numbers_of(column, here, sessions)
                asked &= ~here
        reasons |= dict.fromkeys(np.flatnonzero(rows == ERASED).tolist(), ERASED_WORDS)
        return rows

    def _numbers_of(
        self, column: Coded, here: NDArray[np.bool_], sessions: bool
    ) -> NDArray[np.int32]:
        """Return the row number of the person of some rows; those met first are looked up."""
        known = self.sessions if sessions else self.users
        codes = known.find(column.ids)
        fresh = _fresh(column, codes, here)
        if fresh:
            persons = [Who("session" if sessions else "user", person) for person in fresh]
            known.add(fresh, self.loader.people(persons))
            codes = known.find(column.ids)
        return codes[column.rows[here]]

    def _item_rows(
        self, items: Coded, codes: NDArray[np.int32], keep: NDArray[np.bool_]
    ) -> NDArray[np.int32]:
        """Return the row number of the item of each row; those of rows that are kept are made."""
        fresh = _fresh(items, codes, keep)
        if fresh:
            if not self._makes_kept:
                keep_makes_items(self.store.workspace, self.path.name)
                self._makes_kept = True
            there = self.store.words_of(fresh)  # another import may just have made some
            new = [item_id for item_id in fresh if item_id not in there]
            counts = self.store.put_items([ItemRecord(item_id, item_id) for item_id in new])
            self.items.add(fresh, self.store.seqs(fresh).tolist())
            self.near.make(new)
            self.made += counts.added + counts.changed  # deleted ones come back
            codes = self.items.find(items.ids)
        return codes[items.rows]

    def _apart(self, batch: Batch, found: Columns, reasons: dict[int, str]) -> dict[int, Event]:
        """Return the events that have a text, an id or an answer, by row: stored one by one."""
        special = np.zeros(len(batch), bool)
        for field in APART:
            if field in self.mapping:
                column = batch.columns[self.mapping[field]]
                special |= np.array([value is not None for value in as_list(column)], bool)
        made: dict[int, Event] = {}
        for row in np.flatnonzero(special & kept(len(batch), reasons)).tolist():
            event = self._event(batch, found, row)
            try:
                check_event(event, now())
                made[row] = event
            except DataError as error:
                reasons[row] = error.message
        for row, told_before in zip(made, self.store.conflicting(list(made.values())), strict=True):
            if told_before:
                reasons[row] = CONFLICT
        return made

    def _event(self, batch: Batch, found: Columns, row: int) -> Event:
        user = found.users.of(row) if found.users is not None else None
        session = found.sessions.of(row) if found.sessions is not None else None
        value = float(found.values[row])
        return Event(
            item=str(found.items.of(row)),
            kind=KINDS[found.kinds[row] - 1],  # type: ignore[arg-type]
            user=user,
            session=session if user is None else None,
            value=None if np.isnan(value) else value,
            time=int(found.times[row]),
            event_id=self._cell(batch, "event_id", row),
            text=self._text(batch, row),
            answer=self._cell(batch, "answer", row),
            place=_place(self._cell(batch, "place", row)),
        )

    def _record(self, made: list[tuple[int, Event]]) -> None:
        for start in range(0, len(made), AT_ONCE):
            some = made[start : start + AT_ONCE]
            outcomes = self.store.record([event for _, event in some])
            for (row, _), outcome in zip(some, outcomes, strict=True):
                if outcome.status == "stored":
                    self.singly[0] += 1
                elif outcome.status == "same":
                    self.singly[1] += 1
                else:  # somebody else wrote meanwhile
                    why = CONFLICT if outcome.status == "conflict" else f"event: {outcome.status}"
                    self.refusals.add(self.path.name, row, why)

    def _cell(self, batch: Batch, field: str, row: int) -> str | None:
        if field not in self.mapping:
            return None
        return as_id(as_list(batch.columns[self.mapping[field]][row : row + 1])[0])

    def _text(self, batch: Batch, row: int) -> str | None:
        if "text" not in self.mapping:
            return None
        (found,) = as_list(batch.columns[self.mapping["text"]][row : row + 1])
        return found if isinstance(found, str) and is_unicode(found) else as_id(found)


def makes_items(store: Store, n_items: int) -> bool:
    """Return whether items that only behaviour names are made; for an empty catalogue, they are."""
    workspace = store.workspace
    if n_items or given(workspace.toml, "behaviour", "makes_items"):
        # As they are now: another import may have written it since they were read.
        return Workspace(workspace.root).settings.behaviour.makes_items
    return True


def keep_makes_items(workspace: Workspace, file: str) -> None:
    """Write into the settings that items are made, before the first one is, where it isn't said.

    So the log of the next day is read as this one, and an import that was interrupted goes on as
    it began.
    """
    if not given(workspace.toml, "behaviour", "makes_items"):
        comment = f"{file} came without items: those that behaviour names are made"
        write_line(workspace.toml, "behaviour", "makes_items", True, comment)


def _fresh(column: Coded, codes: NDArray[np.int32], rows: NDArray[np.bool_]) -> list[str]:
    """Return the ids of some rows, bool (n,), that have no number yet, of numbers (ids,)."""
    wanted = (codes == Directory.MISSING) & column.of_rows(rows)
    found: list[str] = column.ids.filter(pa.array(wanted)).to_pylist()
    return found


def _place(text: str | None) -> int | None:
    """Return a place; what is no number is refused as a place that no answer has."""
    if text is None:
        return None
    return int(text) if text.isascii() and text.isdigit() else -1


def import_interactions(
    store: Store,
    path: Path,
    reading: EventsOfFile,
    refusals: Refusals,
    report: Report,
    progress: Progress,
    private: WithoutPeople,
    form: Form = USUAL,
) -> FileReport:
    """Read an interactions file and store its events; what is there already stays untouched."""
    done = FileReport("interactions", path.name, reading.mapping)
    before = len(refusals)
    tables = (each.file for each in report.files if each.what == "items")
    items_refused = "".join(refusals.told_of(file) for file in tables)

    def refuse(row: int, reason: str) -> None:
        refusals.add(path.name, row, reason)
        done.read += 1

    with Loader(store) as loader:
        work = InteractionsImport(store, loader, path, reading, refusals, items_refused)
        reading.look_through(path, form, work.there, progress)
        progress.start(f"reading {path.name}", path.stat().st_size, "bytes")
        rows = UntilCut(open_rows(path, refuse, form))
        for batch in rows:
            done.read += len(batch)
            report.count_all(odd_in(batch, reading.mapping))
            work.take(batch)
            private.take(batch, reading.unknown)
            progress.advance(batch.size)
    progress.finish()
    done.cut = str(rows.error or "")
    done.refused = len(refusals) - before
    done.cancelled = refusals.reasons[CANCELLED]
    done.added = loader.stored + work.singly[0]
    done.same = loader.same + work.singly[1]
    report.joined = work.joined / work.rows if work.rows else None
    done.unknown_kinds, done.more_unknown_kinds = reading.unknown_kinds, reading.more_unknown
    done.ignored = reading.unused.names
    done.said = [*work.joins.words, *reading.said]
    doubts = [
        *work.joins.doubts,
        *reading.warnings,
        *filter(None, [work.near.twins, work.joins.several]),
        *made_twice(store),
    ]
    done.said += [f"warning: {doubt}" for doubt in doubts]
    done.said += of_ids_alone(work.made)
    if work.near.words:
        done.said.append(f"{NOT_THERE}: {work.near.words}")
    if done.added or done.same:  # else nobody's ratings are there
        done.said += words_of_ratings(store.workspace, reading.ratings, reading.scale, path.name)
    report.count(UNTIMED, work.untimed)
    back = of_store(store, work.taken_back.named(store.seqs))
    report.count(BACK, store.retract_all(back))
    _name_bots(store, report)
    return done


def _name_bots(store: Store, report: Report) -> None:
    cap = store.workspace.settings.behaviour.daily_cap
    people, _ = busy(store.database, store.form, cap)
    if people:
        report.rules[BOTS.format(cap=cap)] = people


def under_half(file: str, joined: int, rows: int, near: str = "", refused: str = "") -> DataError:
    """Return the error of a file whose items are mostly not in the catalogue.

    Parameters
    ----------
    near
        What the rows may mean instead, in words.
    refused
        Which items of the same import were refused, in words.
    """
    first = f"{refused}; so " if refused else ""
    mend = "mend the file of items, " if refused else "import the items first, "
    return DataError(
        f"{first}only {joined} of the first {rows} rows of {file} name an item of the catalogue"
        + (f"; {near}" if near else ""),
        remedy=mend + "say which column has their ids (--map item_id=COLUMN), or "
        "let behaviour make them: behaviour.makes_items = true in beholder.toml",
        field="item_id",
    )
