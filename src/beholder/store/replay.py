"""Erasing once more, in a store that was restored, whoever was erased since it was copied."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, insert, select

from beholder.store import schema
from beholder.store.answer_log import AnswerLog
from beholder.store.database import Database
from beholder.store.erase import Removed, delete_rows, empty_log, mark_bundles
from beholder.store.ids import now
from beholder.store.keys import TOMBSTONE, Keys
from beholder.store.ledger import hashed
from beholder.store.records import Receipt
from beholder.workspace import Workspace

links, tombstones = schema.links, schema.tombstones


def replay(workspace: Workspace, store: Database, keys: Keys, receipts: Iterable[Receipt]) -> int:
    """Erase those whom receipts name, their rows, links and keys; return how many there were.

    Bundles that had seen them are marked. Late events of those who were erased less than a day
    ago are refused, as they were before.
    """
    named = {receipt.subject: receipt for receipt in receipts if receipt.subject}
    with store.read() as connection:
        held = connection.execute(select(schema.people.c.subject))
        found = {bytes(row[0]) for row in held if hashed(bytes(row[0])) in named}
    known = [_erase(workspace, store, subject).first for subject in sorted(found)]
    forgotten = _forget(keys, named)
    known += forgotten.values()
    for database in (store, keys.database):
        empty_log(database)
    mark_bundles(workspace, min((since for since in known if since is not None), default=None))
    return len(found | forgotten.keys())


def _erase(workspace: Workspace, store: Database, subject: bytes) -> Removed:
    return delete_rows(store, workspace.store / "segments", AnswerLog(), subject)


def _forget(keys: Keys, named: dict[str, Receipt]) -> dict[bytes, int]:
    """Destroy links and keys, and bury those whose day is not over.

    Returns
    -------
    The subjects, and when each was first known, milliseconds since 1970.
    """
    with keys.database.read() as connection:
        rows = [
            (bytes(row.subject), bytes(row.id_mac), int(row.created))
            for row in connection.execute(select(links.c.subject, links.c.id_mac, links.c.created))
            if hashed(bytes(row.subject)) in named
        ]
    with keys.database.write() as connection:
        for subject, mac, _ in rows:
            connection.execute(delete(tombstones).where(tombstones.c.id_mac == mac))
            until = named[hashed(subject)].asked + TOMBSTONE
            if until > now():
                connection.execute(insert(tombstones).values(id_mac=mac, until=until))
    if rows:
        keys.forget([subject for subject, _, _ in rows])
        keys.prune()
    return {subject: created for subject, _, created in rows}
