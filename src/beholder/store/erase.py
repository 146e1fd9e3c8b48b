"""Erasing a person: every row, every file, the key; only then is it said to be done."""

from __future__ import annotations

import hashlib
import secrets
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import msgspec
from sqlalchemy import ColumnElement, Connection, Table, delete, func, select

from beholder.durable import write_file
from beholder.errors import StoreError
from beholder.store import answers, people, schema, segments
from beholder.store.answer_log import AnswerLog
from beholder.store.database import Database
from beholder.store.ids import now
from beholder.store.keys import Keys, fingerprint
from beholder.store.records import Receipt, Who
from beholder.workspace import Workspace

ERASURES = "erasures"  # folder of receipts among the reports
PATIENCE = 30.0  # seconds to wait for readers that keep old pages of the database alive
events, given, texts = schema.events, schema.given, schema.texts


def erase(
    workspace: Workspace, database: Database, keys: Keys, waiting: AnswerLog, who: Who
) -> Receipt:
    """Erase what is held of a person, and return the proof.

    Bundles are marked first. What was begun stands in a file until all is done: after an
    interruption the next call finishes what is left, and its receipt is that of the whole.

    Parameters
    ----------
    waiting
        Answers that are not written yet: those of the person are dropped. What waits in other
        processes is dropped when it would be written.

    Someone unknown gets the same answer, so that nobody can ask who is known.

    Raises
    ------
    StoreError
        If readers keep old pages alive; what is left then are traces in the write-ahead log.
    """
    mac = keys.mac(who)
    begun = _begun(workspace, mac) or _Begun(secrets.token_hex(16), now())
    link = keys.find_one(mac)
    keys.bury(mac)  # from here on nothing new is taken in; see `events.record`
    path = _path_of(workspace, mac)
    if link is not None:
        begun.since = keys.since(mac)
        begun.key_fingerprint = fingerprint(keys.key(link))
        begun.bundles = _mark_bundles(workspace, begun)
        with database.read() as connection:
            begun.counts = begun.counts.most(_held(connection, link.subject))
        write_file(path, msgspec.json.encode(begun), mode=0o600)
        counts = _delete_rows(database, workspace.store / "segments", waiting, link.subject)
        begun.counts = begun.counts.most(counts)
        write_file(path, msgspec.json.encode(begun), mode=0o600)
        keys.forget(mac)
    for each in (database, keys.database):
        _truncate_log(each)
    receipt = Receipt(
        number=begun.number,
        asked=begun.asked,
        done=now(),
        known=begun.since is not None,
        events=begun.counts.events,
        texts=begun.counts.texts,
        segments=begun.counts.segments,
        key_fingerprint=begun.key_fingerprint,
        bundles=_mark_bundles(workspace, begun),  # those that were written meanwhile, too
        answers=begun.counts.answers,
    )
    write_file(
        workspace.reports / ERASURES / f"{receipt.number}.json", msgspec.json.encode(receipt)
    )
    path.unlink(missing_ok=True)
    return receipt


def mark_bundle(workspace: Workspace, name: str) -> None:
    """Leave a mark beside a bundle: it was fitted with events of somebody who was erased since."""
    mark = workspace.mark_of(name)
    old = mark.read_bytes() if mark.exists() else b""
    write_file(mark, old + msgspec.json.encode({"erased": now()}) + b"\n")


class _Counts(msgspec.Struct):
    events: int = 0
    texts: int = 0
    answers: int = 0
    segments: int = 0

    def most(self, other: _Counts) -> _Counts:
        """Return the larger of each: what an interrupted call deleted is not found again."""
        pairs = zip(msgspec.structs.astuple(self), msgspec.structs.astuple(other), strict=True)
        return _Counts(*(max(pair) for pair in pairs))


class _Begun(msgspec.Struct):
    """An erasure that is not said to be done.

    Attributes
    ----------
    since
        When the person was first known, milliseconds since 1970; None: never.
    """

    number: str
    asked: int
    since: int | None = None
    key_fingerprint: str = ""
    bundles: list[str] = []
    counts: _Counts = msgspec.field(default_factory=_Counts)


def _path_of(workspace: Workspace, mac: bytes) -> Path:
    folder = workspace.reports / ERASURES
    folder.mkdir(exist_ok=True)
    return folder / f"{hashlib.sha256(mac).hexdigest()[:32]}.begun"


def _begun(workspace: Workspace, mac: bytes) -> _Begun | None:
    """Return what an interrupted call left; a file that cannot be read says nothing."""
    with suppress(FileNotFoundError, msgspec.DecodeError):
        return msgspec.json.decode(_path_of(workspace, mac).read_bytes(), type=_Begun)
    return None


def _held(connection: Connection, subject: bytes) -> _Counts:
    """Count what is held of a person, but for segments, which are counted when they go."""
    found = people.find(connection, [subject]).get(subject)
    if found is None:
        return _Counts()
    person = found[0]
    seqs = select(events.c.seq).where(events.c.person == person)

    def count(table: Table, which: ColumnElement[bool]) -> int:
        return int(
            connection.execute(select(func.count()).select_from(table).where(which)).scalar_one()
        )

    return _Counts(
        count(events, events.c.person == person),
        count(texts, texts.c.seq.in_(seqs)),
        count(schema.answers, schema.answers.c.person == person),
    )


def _delete_rows(database: Database, folder: Path, waiting: AnswerLog, subject: bytes) -> _Counts:
    with database.write() as connection:
        found = people.find(connection, [subject]).get(subject)
        if found is None:
            return _Counts()
        person = found[0]
        mine = events.c.person == person
        seqs = select(events.c.seq).where(mine)
        n_texts = connection.execute(delete(texts).where(texts.c.seq.in_(seqs))).rowcount
        connection.execute(delete(given).where(given.c.person == person))
        n_events = connection.execute(delete(events).where(mine)).rowcount
        n_answers = answers.forget(connection, person)
        connection.execute(delete(schema.people).where(schema.people.c.person == person))
        stale = segments.drop(connection, person)
    n_answers += waiting.forget(person)
    segments.unlink(folder, stale)
    return _Counts(n_events, n_texts, n_answers, len(stale))


def _truncate_log(database: Database) -> None:
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


def _mark_bundles(workspace: Workspace, begun: _Begun) -> list[str]:
    """Mark each bundle that was made after a person was first known; return all their names.

    Events that were taken back or ended since may be in it as well, so that only the age counts.
    """
    if begun.since is None or not workspace.bundles.is_dir():
        return begun.bundles
    marked = set(begun.bundles)
    for manifest in sorted(workspace.bundles.glob("*/manifest.json")):
        name = manifest.parent.name
        if _made(manifest) >= begun.since and name not in marked:
            mark_bundle(workspace, name)
            marked.add(name)
    return sorted(marked)


def _made(manifest: Path) -> int:
    """Return when a bundle was made, milliseconds since 1970, by itself or else by its file."""
    try:
        told = datetime.fromisoformat(msgspec.json.decode(manifest.read_bytes())["created"])
        return int(told.timestamp() * 1000) + 999  # it is told in whole seconds
    except (msgspec.DecodeError, KeyError, TypeError, ValueError):
        return int(manifest.stat().st_mtime * 1000)
