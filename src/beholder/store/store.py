"""The store of a workspace: items, what people did, and who they are, behind one object."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from beholder.behaviour.event import Event
from beholder.errors import BeholderError, StoreError, UnknownItemError
from beholder.store import (
    answers,
    checkpoints,
    conflicts,
    consent,
    counters,
    events,
    item_media,
    items,
    people,
    people_reports,
    person_networks,
    segments,
    unfinished,
)
from beholder.store.answer_log import AnswerLog
from beholder.store.database import WAIT, Database, address
from beholder.store.encrypted_events import EncryptedEvents
from beholder.store.erase import erase
from beholder.store.expire import DAY, Ending, check_ending, ending, expire
from beholder.store.export import export
from beholder.store.ids import check_person, now
from beholder.store.in_sight import InSight, in_sight
from beholder.store.keys import Keys
from beholder.store.migrate import migrate
from beholder.store.newest import Did, newest
from beholder.store.plain_events import PlainEvents
from beholder.store.purposes import purposes, set_purposes
from beholder.store.records import (
    PURPOSES,
    Attribute,
    Counts,
    ItemRecord,
    Outcome,
    Purpose,
    Purposes,
    Receipt,
    Snapshot,
    TrainingEvents,
    Who,
)
from beholder.store.snapshots import snapshot, snapshots
from beholder.store.stated_form import state
from beholder.store.training import training_events
from beholder.store.trends import Rises, rises
from beholder.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa


class Store:
    """Safe to share between threads; several processes may open the same one.

    Every method is one transaction. All of them raise `StoreError` where the database does not
    answer, and `OverloadedError` where another writer holds it too long.
    """

    def __init__(self, workspace: Workspace, database: Database, keys: Keys) -> None:
        self.workspace = workspace
        self.database = database
        self.keys = keys
        self.profiling_default = workspace.settings.privacy.profiling_default
        self.segments = workspace.store / "segments"
        encrypted = workspace.settings.privacy.encrypt_events
        self.form = EncryptedEvents(keys) if encrypted else PlainEvents()
        self.waiting = AnswerLog()  # answers that a `GroupWriter` will write

    @classmethod
    def open(cls, workspace: Workspace, *, create: bool = False, wait: float = WAIT) -> Store:
        """Open the store of a workspace and bring it forward to this version's tables.

        Parameters
        ----------
        create
            Make store and keys where neither is there yet.
        wait
            Seconds that a transaction waits for another writer before it gives up.

        Raises
        ------
        StoreError
            If a part is missing, damaged, or of a newer version, or holds events of another form
            than `privacy.encrypt_events` says.
        """
        remote = workspace.settings.store.url
        path = workspace.store / "events.db"
        if not remote and not path.exists() and not create:
            raise StoreError(
                "store/events.db is missing", remedy="restore it, or make a new workspace"
            )
        url = address(workspace, "store")
        keys = Keys.open(workspace, create=create, wait=wait)
        database = Database(url, wait=wait)
        try:
            migrate(database, "store")
            state(database, workspace.settings.privacy.encrypt_events)
        except BaseException:
            database.close()
            keys.close()
            raise
        return cls(workspace, database, keys)

    def close(self) -> None:
        """Close all connections."""
        self.database.close()
        self.keys.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def put_items(self, records: Sequence[ItemRecord]) -> Counts:
        """Add items or change them; see `items.put`."""
        with self.database.write() as connection:
            return items.put(connection, records)

    def change_item(self, item_id: str, change: Callable[[ItemRecord], ItemRecord]) -> ItemRecord:
        """Put what is made of an item as it is now; of two changes at once none is lost.

        Raises
        ------
        UnknownItemError
            If there is none, or it was deleted.
        """
        with self.database.write() as connection:
            found = _one(connection, item_id)
            changed = change(ItemRecord(item_id, found["title"], found["attributes"]))
            items.put(connection, [changed])
        return changed

    def without_number(self, name: str, but: str = "") -> bool | None:
        """Return whether an attribute is no number somewhere; see `items.without_number`."""
        with self.database.read() as connection:
            return items.without_number(connection, name, but)

    def items(self, changed_after: int = 0) -> pa.Table:
        """Return the items that changed after a version, by seq; see `items.table`."""
        with self.database.read() as connection:
            return items.table(connection, changed_after)

    def item(self, item_id: str) -> dict[str, Any]:
        """Return one item: the columns of `items`, attributes parsed, and `pictures`: all hashes.

        Raises
        ------
        UnknownItemError
            If there is none, or it was deleted.
        """
        with self.database.read() as connection:
            return _one(connection, item_id)

    def was_deleted(self, item_id: str) -> bool:
        """Return whether there was an item of this id that is no longer in the catalogue."""
        with self.database.read() as connection:
            return items.was_deleted(connection, item_id)

    def pictures_of(self, item_ids: Sequence[str]) -> dict[str, list[str]]:
        """Return the SHA-256 of what items show, the cover first; without any: left out."""
        with self.database.read() as connection:
            return items.pictures(connection, item_ids)

    def words_of(self, item_ids: Sequence[str]) -> dict[str, tuple[str, dict[str, Attribute]]]:
        """Return title and attributes of items; those that are not there are left out."""
        with self.database.read() as connection:
            return items.words(connection, item_ids)

    def seqs(self, item_ids: Sequence[str]) -> NDArray[np.int64]:
        """Return the row numbers of items, int64, -1 where there is none."""
        with self.database.read() as connection:
            return items.seqs(connection, item_ids)

    def catalogue_version(self) -> int:
        """Return a number that rises with every change of items or pictures."""
        with self.database.look() as ask:
            return int(ask(items.VERSION)[0][0])

    def last_event(self) -> int:
        """Return how many events were ever stored."""
        with self.database.read() as connection:
            return counters.read(connection, "event")

    def hide(self, item_id: str, hidden: bool) -> None:
        """Take an item out of all answers, or bring it back."""
        self._mark(item_id, hidden=hidden)

    def delete_item(self, item_id: str) -> None:
        """Take an item out of the catalogue; what people did with it stays."""
        self._mark(item_id, deleted=True)

    def delete_items(self, item_ids: Sequence[str]) -> None:
        """Take items out of the catalogue at once; those that are not there are passed over."""
        with self.database.write() as connection:
            items.delete(connection, item_ids)

    def touch(self, item_ids: Sequence[str]) -> None:
        """Let servers look at items anew whose content outside of the store changed."""
        with self.database.write() as connection:
            items.touch(connection, item_ids)

    def set_picture_facts(self, facts: Mapping[str, tuple[int, int, str]]) -> None:
        """Keep width, height and colour (`#rrggbb`) by SHA-256 of the picture."""
        with self.database.write() as connection:
            item_media.set_facts(connection, self.database.is_sqlite, facts)

    def record(self, batch: Sequence[Event]) -> list[Outcome]:
        """Store events durably in one transaction; see `events.record`."""
        return events.record(self.database, self.keys, self.form, batch, self.profiling_default)

    def conflicting(self, batch: Sequence[Event]) -> list[bool]:
        """Return which events have an id that came before with another body; stores nothing."""
        return conflicts.conflicting(self.database, self.keys, self.form, batch)

    def holding(self, named: Sequence[tuple[Who, str]]) -> list[bool]:
        """Return which events there are, of people and the ids that the store gave."""
        return events.holding(self.database, self.keys, self.form, named)

    def retract(self, who: Who, event_id: str) -> bool:
        """Take an event back; whether there was one."""
        return self.retract_all([(who, event_id)]) == 1

    def retract_all(self, named: Sequence[tuple[Who, str]]) -> int:
        """Take events back, of people and their ids; return how many there were."""
        return events.retract(self.database, self.keys, self.form, self.segments, named)

    def snapshot(self, user: str | None = None, session: str | None = None) -> Snapshot:
        """Return what a request needs of a person, as of one moment."""
        named = [("user", user), ("session", session)]
        persons = [Who(kind, id) for kind, id in named if id is not None]  # type: ignore[arg-type]
        return snapshot(self.database, self.keys, self.form, persons, self.profiling_default)

    def snapshots(self, first: int, end: int) -> Iterator[tuple[bytes, Snapshot]]:
        """Yield what is known of people by row number; see `snapshots.snapshots`."""
        return snapshots(self.database, self.form, first, end)

    def highest_person(self) -> int:
        """Return the largest row number that a person may have."""
        with self.database.read() as connection:
            return counters.read(connection, "person")

    def held(self, highest: int) -> int:
        """Return how many of the first people are not erased; see `people.held`."""
        with self.database.read() as connection:
            return people.held(connection, highest)

    def allowing(self, purpose: Purpose) -> NDArray[np.bool_]:
        """Return who allows a purpose now, by row number; see `people.allowing`.

        Whoever is being erased, or was meant to be when it was interrupted, allows nothing.
        """
        with self.database.read() as connection:
            found = people.allowing(connection, purpose)
            leaving = people.find(connection, self.keys.leaving())
        for person, _ in leaving.values():
            found[person] = False
        return found

    def rises(self) -> Rises:
        """Return which items rise; see `trends.rises`."""
        threshold = self.workspace.settings.behaviour.rating_threshold
        return rises(self.database, self.form, threshold)

    def training_events(self, purpose: Purpose = "train") -> TrainingEvents:
        """Return all events that may be read for a purpose; see `training.training_events`."""
        return training_events(self.database, self.segments, self.form, purpose)

    def in_sight(self, purpose: Purpose = "train", newest: int = 0) -> InSight:
        """Return which places of answers were in sight; see `in_sight.in_sight`."""
        return in_sight(self.database, purpose, newest)

    def seal(self) -> int:
        """Write what is not yet in segments into new ones; return how many events.

        Encrypted events are in none.
        """
        return 0 if self.form.encrypted else segments.seal(self.database, self.segments, least=0)

    def ending(self, moment: int | None = None) -> Ending:
        """Count the events that `privacy.retention_days` allows no longer, and all."""
        at = now() if moment is None else moment
        return ending(self.database, self.workspace.settings.privacy.retention_days, at)

    def expire(self, moment: int | None = None, *, anyway: bool = False) -> int:
        """Delete the events that `privacy.retention_days` allows no longer; return how many.

        Answers older than `privacy.answers_days` go with them, tombstones whose day is over,
        networks of one person that were trained as long ago, and where trainings stand that learned
        from what is deleted; see `expire.expire`.

        Parameters
        ----------
        moment
            Milliseconds since 1970; None: now.
        anyway
            Even if it is much of all that there is.

        Raises
        ------
        ManyEndError
            If it is much, and `anyway` is not said. Nothing is deleted then.
        """
        privacy = self.workspace.settings.privacy
        at = now() if moment is None else moment
        if not anyway:
            check_ending(self.ending(at), privacy.retention_days, at)
        self.keys.clear(at)
        answers.expire(self.database, at - privacy.answers_days * DAY)
        ended = (at - privacy.retention_days * DAY) / 1000
        person_networks.expire(self.workspace.networks, ended)
        n = expire(self.database, self.segments, privacy.retention_days, at)
        if n:
            checkpoints.drop(self.workspace)
            people_reports.drop(self.workspace)
        return n

    def erase(self, user: str | Who) -> Receipt:
        """Erase a person; see `erase.erase`."""
        return erase(self.workspace, self.database, self.keys, self.waiting, _who(user))

    @property
    def unfinished(self) -> int:
        """How many erasures were begun and are not done."""
        return unfinished.count(self.workspace)

    def finish_erasures(self) -> int:
        """Finish the erasures that were interrupted; return how many are left."""
        failed: BeholderError | None = None
        for mac in unfinished.interrupted(self.workspace):
            try:
                erase(self.workspace, self.database, self.keys, self.waiting, mac)
            except BeholderError as error:  # the others do not wait for this one
                failed = failed or error
        if failed is not None:
            raise failed
        return self.unfinished

    def export(self, user: str | Who) -> Iterator[dict[str, Any]]:
        """Yield everything that is held of a person; see `export.export`."""
        return export(self.database, self.keys, self.form, _who(user))

    def keep_network(self, user: str | Who, data: bytes) -> None:
        """Keep a network of one person; see `person_networks.keep`."""
        person_networks.keep(self.workspace.networks, self.keys, _who(user), data)

    def network_of(self, user: str | Who) -> bytes | None:
        """Return the network of one person, None without any; see `person_networks.read`."""
        return person_networks.read(self.workspace.networks, self.keys, _who(user))

    def newest(self, user: str | Who, kinds: Collection[str]) -> list[Did]:
        """Return what somebody did last of some kinds, oldest first; see `newest.newest`."""
        return newest(self.database, self.keys, self.form, _who(user), kinds)

    def erased(self, user: str | Who) -> bool:
        """Whether somebody was erased less than a day ago, and has not asked to be known since."""
        return bool(self.keys.erased([self.keys.mac(_who(user))]))

    def purposes(self, user: str | Who) -> Purposes:
        """Return what somebody allows; see `purposes.purposes`."""
        return purposes(self.database, self.keys, _who(user), self.profiling_default)

    def set_purposes(self, user: str | Who, wish: Mapping[Purpose, bool]) -> Purposes:
        """Change what somebody allows; the next request already follows it.

        Who may no longer be learned from takes along where trainings stand; who may no longer be
        measured, the reports in which people are shown.

        Raises
        ------
        DataError
            If this is nobody's id.
        """
        who = _who(user)
        check_person(who.id, who.kind)
        known = self.keys.find_one(self.keys.mac(who)) is not None
        allowed = set_purposes(self.database, self.keys, who, wish, self.profiling_default)
        if known and wish.get("train") is False:
            checkpoints.drop(self.workspace)
        if known and wish.get("measure") is False:
            people_reports.drop(self.workspace)
        return allowed

    def refusing(self, *purposes: Purpose) -> int:
        """Return how many people refuse at least one of some purposes."""
        with self.database.read() as connection:
            return consent.refusing(connection, purposes)

    def set_profiling(self, user: str | Who, on: bool) -> None:
        """Allow all purposes, or none; see `set_purposes`."""
        self.set_purposes(user, dict.fromkeys(PURPOSES, on))

    def _mark(self, item_id: str, **flags: bool) -> None:
        with self.database.write() as connection:
            found = items.mark(connection, item_id, **flags)
        if not found:
            raise _unknown(item_id)


def _who(user: str | Who) -> Who:
    return user if isinstance(user, Who) else Who("user", user)


def _one(connection: Connection, item_id: str) -> dict[str, Any]:
    found = items.one(connection, item_id)
    if found is None:
        raise _unknown(item_id)
    return found


def _unknown(item_id: str) -> UnknownItemError:
    return UnknownItemError(f"no item {item_id!r} in the catalogue", remedy="import it first")
