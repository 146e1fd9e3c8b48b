"""Recording what people did, in one durable transaction, and taking it back."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from sqlalchemy import Connection, delete, func, insert, select, update

from beholder.behaviour.event import Event
from beholder.behaviour.kinds import CODES
from beholder.store import counters, items, people, schema, segments
from beholder.store.bulk import insert_new, lookup
from beholder.store.database import Database
from beholder.store.event_form import Form, Stored
from beholder.store.ids import check_events, now
from beholder.store.keys import Keys, Link, seal
from beholder.store.marks import event_id, marks, parse
from beholder.store.records import Outcome, Status, Who

events, given, texts = schema.events, schema.given, schema.texts


Identity = tuple[int, int, int]
"""Person, moment and mark: what makes two events the same."""


@dataclass
class _Draft:
    """One event on its way into the tables."""

    event: Event
    name: str
    link: Link
    person: int
    item: int
    time: int
    mark: int = 0
    seq: int = 0
    given: bytes | None = None
    body: bytes = b""


def who(event: Event) -> Who:
    """Return whose event it is."""
    if event.user is not None:
        return Who("user", event.user)
    return Who("session", event.session or "")


def record(
    database: Database, keys: Keys, form: Form, batch: Sequence[Event], profiling: bool
) -> list[Outcome]:
    """Store events in one transaction; when this returns they are on the disk.

    Keys are committed before the events that need them. The tombstones are read once more
    inside of the transaction, when no erasure can be between its steps on this database.

    Raises
    ------
    DataError
        If one is malformed; nothing is stored then.
    StoreError
        If the transaction failed; nothing is stored then either.
    """
    at = now()
    check_events(batch, at)
    macs = [keys.mac(who(event)) for event in batch]
    links = keys.ensure(macs)
    with database.write() as connection:
        alive = keys.alive(links)
        rows = people.ensure(connection, [link.subject for link in alive.values()], profiling)
        item_seqs = items.seqs(connection, [event.item for event in batch])
        outcomes: list[Outcome | None] = [None] * len(batch)
        drafts: dict[int, _Draft] = {}
        for i, event in enumerate(batch):
            time = at if event.time is None else event.time
            link = alive.get(macs[i])
            if link is None:
                outcomes[i] = Outcome(event.event_id or "", "erased")
            elif item_seqs[i] < 0:
                outcomes[i] = Outcome(event.event_id or "", "unknown-item")
            else:
                person = rows[link.subject][0]
                name = event.event_id or ""
                drafts[i] = _Draft(event, name, link, person, int(item_seqs[i]), time)
        _mark(keys, form, list(drafts.values()))
        _settle(connection, keys, form, drafts, outcomes, at)
    return [outcome for outcome in outcomes if outcome is not None]


AT_ONCE = 500  # that are taken back in one transaction


def retract(
    database: Database, keys: Keys, form: Form, folder: Path, named: Sequence[tuple[Who, str]]
) -> int:
    """Take back events, of people and the names that these have; return how many there were.

    A caller's event id stays known, so that a late repeat does not bring the event back.
    """
    done = 0
    for start in range(0, len(named), AT_ONCE):
        some = [(keys.mac(person), name) for person, name in named[start : start + AT_ONCE]]
        links = keys.find({mac for mac, _ in some})
        stale: list[str] = []
        with database.write() as connection:
            rows = people.find(connection, [link.subject for link in links.values()])
            for mac, name in some:
                link = links.get(mac)
                if link is None or link.subject not in rows:
                    continue
                person = rows[link.subject][0]
                seq = _seq_of(connection, form, link, person, name)
                if seq is not None:
                    _forget(connection, seq)
                    stale += segments.drop(connection, person, seq)
                    done += 1
        segments.unlink(folder, stale)
    return done


def _seq_of(connection: Connection, form: Form, link: Link, person: int, name: str) -> int | None:
    """Return the event that a caller, or else the store, called so."""
    key = form.name(link, name)
    seq: int | None = connection.execute(select(given.c.seq).where(given.c.id == key)).scalar()
    return _by_name(connection, form, link, person, name) if seq is None else seq


def _forget(connection: Connection, seq: int) -> None:
    connection.execute(update(given).where(given.c.seq == seq).values(seq=None))
    connection.execute(delete(texts).where(texts.c.seq == seq))
    connection.execute(delete(events).where(events.c.seq == seq))


def holding(
    database: Database, keys: Keys, form: Form, named: Sequence[tuple[Who, str]]
) -> list[bool]:
    """Return which events there are, of people and the names that the store gave them."""
    macs = [keys.mac(person) for person, _ in named]
    links = keys.find(set(macs))
    with database.read() as connection:
        rows = people.find(connection, [link.subject for link in links.values()])
        return [
            mac in links
            and links[mac].subject in rows
            and _by_name(connection, form, links[mac], rows[links[mac].subject][0], name)
            is not None
            for mac, (_, name) in zip(macs, named, strict=True)
        ]


def count(connection: Connection) -> int:
    """Return how many events there are."""
    return int(connection.execute(select(func.count()).select_from(events)).scalar_one())


def _by_name(connection: Connection, form: Form, link: Link, person: int, name: str) -> int | None:
    parsed = parse(name)
    known = None if parsed is None else form.known(connection, link, person, *parsed)
    return None if known is None else known.seq


def _mark(keys: Keys, form: Form, drafts: list[_Draft]) -> None:
    found = marks(
        np.array([draft.item for draft in drafts], np.int64),
        np.array([CODES[draft.event.kind] for draft in drafts], np.uint8),
        np.array([draft.event.value for draft in drafts], np.float64),  # None becomes NaN
    )
    for draft, mark in zip(drafts, found.tolist(), strict=True):
        draft.mark = mark
        if draft.event.event_id is None:
            draft.name = event_id(draft.time, mark)
            continue
        draft.given = form.name(draft.link, draft.name)
        draft.mark = _own_mark(draft, draft.given)
        draft.body = body_of(keys, draft.link, draft.event)


def body_of(keys: Keys, link: Link, event: Event) -> bytes:
    """Return the hash, 16 bytes, by which a repeated event is known.

    Under the person's key: the hash of a review must not let anyone test a guess of it.
    """
    body = msgspec.json.encode(event)
    return hashlib.blake2b(body, key=keys.key(link), digest_size=16).digest()


def _own_mark(draft: _Draft, key: bytes) -> int:
    """Return the mark of an event that has an id of its own.

    It is another event than the same without an id, or with another one. A name that a store
    gave, as an export has it, says itself which event is meant.
    """
    named = parse(draft.name)
    if named is not None and named[0] == draft.time:
        return named[1]
    return draft.mark ^ int.from_bytes(key[:8], "little", signed=True)


def _settle(
    connection: Connection,
    keys: Keys,
    form: Form,
    drafts: dict[int, _Draft],
    outcomes: list[Outcome | None],
    at: int,
) -> None:
    """Insert what is new and fill in the outcomes."""
    bodies = _bodies(connection, [d.given for d in drafts.values() if d.given is not None])
    waiting: dict[int, _Draft] = {}
    for i, draft in drafts.items():
        if draft.given is not None and draft.given in bodies:
            same = bodies[draft.given] == draft.body
            outcomes[i] = Outcome(draft.name, "same" if same else "conflict")
            continue
        if draft.given is not None:
            bodies[draft.given] = draft.body
        waiting[i] = draft
    fresh: dict[Identity, _Draft] = {}
    for draft in waiting.values():
        fresh.setdefault(_identity(draft), draft)
    known, stored = _insert(connection, form, fresh, at)
    named = []  # first sight of a caller's id
    for i, draft in waiting.items():
        there = known[_identity(draft)]
        status: Status = "stored" if draft.seq in stored else "same"
        if draft.given is not None:
            if _alike(there, draft):
                named.append((draft.given, draft.person, there.seq, draft.body))
            else:  # an event that is named as the store names it, and is told otherwise
                status = "conflict"
        outcomes[i] = Outcome(draft.name, status)
    insert_new(connection, given, named)
    _write_texts(connection, keys, [d for d in fresh.values() if d.seq in stored])


def _insert(
    connection: Connection, form: Form, fresh: dict[Identity, _Draft], at: int
) -> tuple[dict[Identity, Stored], set[int]]:
    """Insert what is not there yet; return what is there now, and the seq of what was new."""
    first = counters.draw(connection, "event", len(fresh)) if fresh else 0
    for seq, draft in enumerate(fresh.values(), first):
        draft.seq = seq
    rows = {identity: _row(draft, at) for identity, draft in fresh.items()}
    stored = form.insert(connection, [(d.link, rows[i]) for i, d in fresh.items()])
    known: dict[Identity, Stored] = {}
    for identity, draft in fresh.items():
        new = draft.seq in stored
        there = None if new else form.known(connection, draft.link, *identity)
        known[identity] = there or rows[identity]
    return known, stored


def _identity(draft: _Draft) -> Identity:
    return draft.person, draft.time, draft.mark


def _alike(there: Stored, draft: _Draft) -> bool:
    told = (draft.item, CODES[draft.event.kind], draft.event.value)
    return (there.item, there.kind, there.value) == told


def _row(draft: _Draft, at: int) -> Stored:
    return Stored(
        seq=draft.seq,
        person=draft.person,
        item=draft.item,
        kind=CODES[draft.event.kind],
        time=draft.time,
        value=draft.event.value,
        arrived=at,
        mark=draft.mark,
        answer=None if draft.event.answer is None else bytes.fromhex(draft.event.answer),
        place=draft.event.place,
    )


def _bodies(connection: Connection, ids: list[bytes]) -> dict[bytes, bytes]:
    found = lookup(connection, given.c.id, (given.c.id, given.c.body), ids)
    return {bytes(row[0]): bytes(row[1]) for row in found}


def _write_texts(connection: Connection, keys: Keys, drafts: list[_Draft]) -> None:
    rows = [
        {"seq": d.seq, "cipher": seal(keys.key(d.link), d.event.text, d.link.subject)}
        for d in drafts
        if d.event.text is not None
    ]
    if rows:
        connection.execute(insert(texts), rows)
