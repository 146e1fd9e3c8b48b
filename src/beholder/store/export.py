"""Everything that is held of a person, as plain records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import numpy as np
from sqlalchemy import Connection, select

from beholder.store import answers, consent, items, people, schema
from beholder.store.bulk import lookup
from beholder.store.database import Database
from beholder.store.event_form import Form, Stored
from beholder.store.keys import Keys, Link, unseal
from beholder.store.marks import event_id, marks
from beholder.store.records import Who

PAGE = 5_000
kinds, texts = schema.kinds, schema.texts
KINDS = select(kinds.c.code, kinds.c.name)


def export(database: Database, keys: Keys, form: Form, who: Who) -> Iterator[dict[str, Any]]:
    """Yield a record of the person, then one for each event, oldest arrival first.

    An event has `event_id`, `item`, `kind`, `time`, `arrived`, and where it has them `value`,
    `text`, `answer` and `place`; `own_id` says that it came under an id of its caller's, which is
    another event than the same without one. Then come the answers. Nothing is yielded for someone
    unknown.
    """
    link = keys.find_one(keys.mac(who))
    if link is None:
        return
    with database.read() as connection:
        found = people.find(connection, [link.subject]).get(link.subject)
        allowed = consent.read(connection, link.subject)
    if found is None or allowed is None:
        return
    person, profiling = found
    told = {"profiling": profiling, "purposes": msgspec.structs.asdict(allowed)}
    yield {"record": "person", who.kind: who.id, **told}
    yield from _events(database, keys, form, link, person)
    yield from answers.export(database, person)


def _events(
    database: Database, keys: Keys, form: Form, link: Link, person: int
) -> Iterator[dict[str, Any]]:
    after = 0
    while True:
        with database.read() as connection:
            rows = form.page(connection, link, person, after, PAGE)
            names = items.names(connection, [row.item for row in rows])
            named = {row.code: row.name for row in connection.execute(KINDS)}
            said = _texts(connection, [row.seq for row in rows])
        plain = _plain_marks(rows)
        for row, mark in zip(rows, plain, strict=True):
            record = {
                "record": "event",
                "event_id": event_id(row.time, row.mark),
                "item": names[row.item],
                "kind": named[row.kind],
                "time": row.time,
                "arrived": row.arrived,
            }
            if row.mark != mark:
                record["own_id"] = True
            if row.value is not None:
                record["value"] = row.value
            if row.answer is not None:
                record["answer"] = bytes(row.answer).hex()
            if row.place is not None:
                record["place"] = row.place
            if row.seq in said:
                record["text"] = unseal(keys.key(link), said[row.seq], link.subject)
            yield record
        if len(rows) < PAGE:
            return
        after = rows[-1].seq


def _texts(connection: Connection, seqs: Sequence[int]) -> dict[int, bytes]:
    found = lookup(connection, texts.c.seq, (texts.c.seq, texts.c.cipher), seqs)
    return {row[0]: bytes(row[1]) for row in found}


def _plain_marks(rows: Sequence[Stored]) -> list[int]:
    """Return the marks that the events would have without an id of their own."""
    found = marks(
        np.array([row.item for row in rows], np.int64),
        np.array([row.kind for row in rows], np.uint8),
        np.array([row.value for row in rows], np.float64),  # None becomes NaN
    )
    return [int(mark) for mark in found]
