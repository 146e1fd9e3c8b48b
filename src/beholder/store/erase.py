"""Erasing a person: every row, every file, the key; only then is it said to be done."""

from __future__ import annotations

import secrets
import time
from pathlib import Path

import msgspec
from sqlalchemy import delete, func, select

from beholder.durable import write_file
from beholder.errors import StoreError
from beholder.store import answers, ledger, people, schema, segments
from beholder.store.answer_log import AnswerLog
from beholder.store.database import Database
from beholder.store.ids import now
from beholder.store.keys import Keys, fingerprint
from beholder.store.records import Receipt, Who
from beholder.workspace import Workspace

PATIENCE = 30.0  # seconds to wait for readers that keep old pages of the database alive
events, given, texts = schema.events, schema.given, schema.texts


def erase(
    workspace: Workspace, database: Database, keys: Keys, waiting: AnswerLog, who: Who
) -> Receipt:
    """Erase what is held of a person, and return the proof.

    Parameters
    ----------
    waiting
        Answers that are not written yet: those of the person are dropped. What waits in other
        processes is dropped when it would be written.

    Someone unknown gets the same answer, so that nobody can ask who is known. It can be called
    again after an interruption, and then finishes what is left. A receipt without an end is kept
    before anything is deleted: whoever restores a backup must know of what was begun, too.

    Raises
    ------
    StoreError
        If readers keep old pages alive; what is left then are traces in the write-ahead log.
    """
    asked = now()
    mac = keys.mac(who)
    link = keys.find_one(mac)
    keys.bury(mac)  # from here on nothing new is taken in; see `events.record`
    counts = Removed()
    print_of_key = subject = ""
    if link is not None:
        print_of_key, subject = fingerprint(keys.key(link)), ledger.hashed(link.subject)
    begun = Receipt(
        number=secrets.token_hex(16),
        asked=asked,
        done=0,
        known=link is not None,
        events=0,
        texts=0,
        segments=0,
        key_fingerprint=print_of_key,
        bundles=[],
        subject=subject,
    )
    ledger.keep(workspace.erasures, begun)
    if link is not None:
        counts = delete_rows(database, workspace.store / "segments", waiting, link.subject)
        keys.forget(mac)
    for each in (database, keys.database):
        empty_log(each)
    receipt = msgspec.structs.replace(
        begun,
        done=now(),
        events=counts.events,
        texts=counts.texts,
        segments=counts.segments,
        bundles=mark_bundles(workspace.bundles, counts.first),
        answers=counts.answers,
    )
    ledger.keep(workspace.erasures, receipt)
    return receipt


class Removed(msgspec.Struct):
    """How much was deleted of a person."""

    events: int = 0
    texts: int = 0
    answers: int = 0
    segments: int = 0
    first: int | None = None  # arrival of the person's first event


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


def mark_bundles(folder: Path, first: int | None) -> list[str]:
    """Leave a mark beside each bundle that was made after the person's first event arrived.

    Parameters
    ----------
    first
        Milliseconds since 1970; None: there was none.

    Returns
    -------
    The names of the bundles.
    """
    if first is None or not folder.is_dir():
        return []
    marked = []
    for manifest in sorted(folder.glob("*/manifest.json")):
        if _cut_off(manifest) >= first:
            name = manifest.parent.name
            mark = folder / f"{name}.erased"
            old = mark.read_bytes() if mark.exists() else b""
            write_file(mark, old + msgspec.json.encode({"erased": now()}) + b"\n")
            marked.append(name)
    return marked


def _cut_off(manifest: Path) -> int:
    """Return up to when a bundle has seen events: what it says itself, else when it was made."""
    try:
        found = msgspec.json.decode(manifest.read_bytes())
        return int(found["cut_off"])
    except (msgspec.DecodeError, KeyError, TypeError, ValueError):
        return int(manifest.stat().st_mtime * 1000)
