"""Erasing a person: every row, every file, the key and the one above it; then it is done."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Table, delete, func, select

from beholder.durable import write_file
from beholder.errors import StoreError
from beholder.store import (
    answers,
    checkpoints,
    ledger,
    people,
    people_reports,
    person_networks,
    schema,
    segments,
)
from beholder.store.answer_log import AnswerLog
from beholder.store.database import Database
from beholder.store.ids import now
from beholder.store.keys import Keys, fingerprint
from beholder.store.records import Receipt, Who
from beholder.store.vacuum import vacuum
from beholder.workspace import Workspace

PATIENCE = 30.0  # seconds to wait for readers that keep old pages of the database alive
TUNED = ("projection", "last", "all", "mmcnn")  # encoders that learned from everybody
events, given, texts = schema.events, schema.given, schema.texts
PERSONAL = (schema.people, texts, given, schema.answers, events)


def erase(
    workspace: Workspace, database: Database, keys: Keys, waiting: AnswerLog, who: Who | bytes
) -> Receipt:
    """Erase what is held of a person, and return the proof.

    Bundles are marked first. What was begun stands in a file until all is done: after an
    interruption the next call finishes what is left, and its receipt is that of the whole. Someone
    unknown gets a receipt as well, which says so.

    Parameters
    ----------
    waiting
        Answers that are not written yet: those of the person are dropped. What waits in other
        processes is dropped when it would be written.
    who
        A person, or the hash under which they are known, as `unfinished` tells it.

    Raises
    ------
    StoreError
        If readers keep old pages alive; what is left then are traces in the write-ahead log.
    """
    mac = who if isinstance(who, bytes) else keys.mac(who)
    path = _path_of(workspace, mac)
    begun = _begun(path)
    if begun is None:
        begun = _Begun(Receipt(number=secrets.token_hex(16), asked=now()), mac=mac)
        begun.keep(path)
    keys.bury(mac)  # from here on nothing new is taken in; see `events.record`
    link = keys.find_one(mac)
    if link is not None:
        begun.since = keys.since(mac)
        begun.tells(
            known=True,
            key_fingerprint=fingerprint(keys.key(link)),
            subject=ledger.hashed(link.subject),
            bundles=mark_bundles(workspace, begun.since, begun.receipt.bundles),
        )
        with database.read() as connection:
            begun.counts(_held(connection, link.subject))
        ledger.keep(workspace.erasures, begun.receipt)
        begun.keep(path)
        begun.counts(delete_rows(database, workspace.store / "segments", waiting, link.subject))
        gone = person_networks.forget(workspace.networks, link.subject)
        begun.tells(networks=begun.receipt.networks + gone)
        checkpoints.drop(workspace)
        people_reports.drop(workspace)
        mark_networks(workspace, begun.since)
        ledger.keep(workspace.erasures, begun.receipt)
        begun.keep(path)
        keys.forget([link.subject])
    keys.prune()
    for each, tables in ((database, PERSONAL), (keys.database, (schema.links,))):
        empty_log(each)
        if begun.receipt.known:
            vacuum(each, tables)
    # Bundles that were written meanwhile are marked, too.
    bundles = mark_bundles(workspace, begun.since, begun.receipt.bundles)
    begun.tells(done=now(), bundles=bundles)
    if begun.receipt.known:  # else a folder that is never emptied would grow for nothing
        ledger.keep(workspace.erasures, begun.receipt)
    keys.rest(mac)
    path.unlink(missing_ok=True)
    return begun.receipt


def mark_network(mark: Path) -> None:
    """Leave a mark beside an encoder: it learned from somebody who was erased since."""
    old = mark.read_bytes() if mark.exists() else b""
    write_file(mark, old + msgspec.json.encode({"erased": now()}) + b"\n")


def mark_bundle(workspace: Workspace, name: str) -> None:
    """Leave a mark beside a bundle: it was fitted with events of somebody who was erased since."""
    mark_network(workspace.mark_of(name))


def mark_networks(workspace: Workspace, since: int | None) -> None:
    """Mark each encoder that was tuned after a person was first known, as bundles are marked."""
    for kind in TUNED:
        for path in (workspace.vectors / "graphs").glob(f"own-{kind}-*.onnx"):
            if since is not None and path.stat().st_mtime_ns >= since * 1_000_000:
                mark_network(path.with_suffix(".erased"))


class Removed(msgspec.Struct):
    """How much was deleted of a person.

    Attributes
    ----------
    first
        Arrival of the first event, milliseconds since 1970; None: there was none.
    """

    events: int = 0
    texts: int = 0
    answers: int = 0
    segments: int = 0
    first: int | None = None


class _Begun(msgspec.Struct):
    """An erasure that is not said to be done.

    Whoever restores a backup must know of it, too: its receipt, without an end, is in the ledger
    before anything is deleted.

    Attributes
    ----------
    since
        When the person was first known, milliseconds since 1970; None: never.
    mac
        Under which hash they are known: whoever finishes it need not know who they are.
    """

    receipt: Receipt
    since: int | None = None
    mac: bytes = b""

    def tells(self, **facts: Any) -> None:
        """Let the receipt say more."""
        self.receipt = msgspec.structs.replace(self.receipt, **facts)

    def counts(self, removed: Removed) -> None:
        """Count what is held or deleted: an interrupted call's own is not found again."""
        names = ("events", "texts", "answers", "segments")
        self.tells(**{n: max(getattr(self.receipt, n), getattr(removed, n)) for n in names})

    def keep(self, path: Path) -> None:
        """Write it down, durably."""
        write_file(path, msgspec.json.encode(self), mode=0o600)


def _path_of(workspace: Workspace, mac: bytes) -> Path:
    workspace.erasures.mkdir(parents=True, exist_ok=True)
    return workspace.erasures / f"{hashlib.sha256(mac).hexdigest()[:32]}.begun"


def _begun(path: Path) -> _Begun | None:
    """Return what an interrupted call left; a file that cannot be read says nothing."""
    with suppress(FileNotFoundError, msgspec.DecodeError):
        return msgspec.json.decode(path.read_bytes(), type=_Begun)
    return None


def _held(connection: Connection, subject: bytes) -> Removed:
    """Count what is held of a person, but for segments, which are counted when they go."""
    found = people.find(connection, [subject]).get(subject)
    if found is None:
        return Removed()
    person = found[0]
    seqs = select(events.c.seq).where(events.c.person == person)

    def count(table: Table, which: ColumnElement[bool]) -> int:
        return int(
            connection.execute(select(func.count()).select_from(table).where(which)).scalar_one()
        )

    return Removed(
        count(events, events.c.person == person),
        count(texts, texts.c.seq.in_(seqs)),
        count(schema.answers, schema.answers.c.person == person),
    )


def delete_rows(database: Database, folder: Path, waiting: AnswerLog, subject: bytes) -> Removed:
    """Delete everything in the store that stands under a subject, and the files made of it."""
    with database.write() as connection:
        found = people.find(connection, [subject]).get(subject)
        if found is None:
            return Removed()
        person = found[0]
        mine = events.c.person == person
        seqs = select(events.c.seq).where(mine)
        first = connection.execute(select(func.min(events.c.arrived)).where(mine)).scalar()
        n_texts = connection.execute(delete(texts).where(texts.c.seq.in_(seqs))).rowcount
        connection.execute(delete(given).where(given.c.person == person))
        n_events = connection.execute(delete(events).where(mine)).rowcount
        n_answers = answers.forget(connection, person)
        connection.execute(delete(schema.people).where(schema.people.c.person == person))
        stale = segments.drop(connection, person)
    n_answers += waiting.forget(person)
    segments.unlink(folder, stale)
    return Removed(n_events, n_texts, n_answers, len(stale), first)


def empty_log(database: Database) -> None:
    """Wait until the write-ahead log of SQLite, which holds old pages, is empty."""
    if not database.is_sqlite:
        return
    deadline = time.monotonic() + PATIENCE
    while True:
        with database.outside() as driver:
            busy = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if not busy:
            return
        if time.monotonic() > deadline:
            raise StoreError(
                "the rows are deleted, but readers keep old pages of the store in use",
                remedy="stop long readings and erase again",
            )
        time.sleep(0.01)


def mark_bundles(workspace: Workspace, since: int | None, marked: Sequence[str] = ()) -> list[str]:
    """Mark each bundle that was made after a person was first known; return all their names.

    Events that were taken back or ended since may be in it as well, so that only the age counts.

    Parameters
    ----------
    since
        Milliseconds since 1970; None: never.
    marked
        Those that are marked for this already.
    """
    names = set(marked)
    if since is None or not workspace.bundles.is_dir():
        return sorted(names)
    for manifest in sorted(workspace.bundles.glob("*/manifest.json")):
        name = manifest.parent.name
        if _made(manifest) >= since and name not in names:
            mark_bundle(workspace, name)
            names.add(name)
    return sorted(names)


def _made(manifest: Path) -> int:
    """Return when a bundle was made, milliseconds since 1970, by itself or else by its file."""
    try:
        told = datetime.fromisoformat(msgspec.json.decode(manifest.read_bytes())["created"])
        return int(told.timestamp() * 1000) + 999  # it is told in whole seconds
    except (msgspec.DecodeError, KeyError, TypeError, ValueError):
        return int(manifest.stat().st_mtime * 1000)
