"""What the keys of people stand under: the root key and the bucket keys, ready to be used.

The first version wrapped people's keys with the root key itself. Such a store is brought under
bucket keys once, when it is opened, and its root key is replaced: what a database or a disk still
has of keys that were wrapped before opens no more.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, select, update

from beholder.durable import overwrite_file, unlink_overwritten, write_file
from beholder.errors import StoreError
from beholder.secret_files import read_secret
from beholder.store import schema
from beholder.store.bucket_file import (
    BUCKETS,
    NAME,
    SHARED,
    BucketFile,
    Ring,
    bounds_of,
    new_ring,
    unwrap,
    wrap,
)
from beholder.store.bucket_keys import check, first_names, names, prune, wrap_anew
from beholder.store.database import Database

ROOT = 32  # bytes of the root key
LOST = "restore it; the keys of people need it"
FILE, NEXT = "root.key", "root.next"
links, keyring = schema.links, schema.keyring


def ready(database: Database, secrets: Path) -> tuple[bytes, BucketFile]:
    """Return the root key and the bucket keys, made or brought forward where that is due.

    What a renewal or a bringing forward that was stopped has left is finished.

    Raises
    ------
    StoreError
        If one is missing, or is not that of the database.
    """
    file = BucketFile(secrets / NAME)
    with database.read() as connection:
        begun = bool(names(connection, (0,)))
    if not begun:
        _begin(database, secrets, file, _root(database, secrets))
    root = _root(database, secrets)
    check(database, file)
    with suppress(StoreError, OSError):  # no room, or no turn: the next erasure has to
        prune(database, file)
    return root, file


def wrong_root() -> StoreError:
    """Return what is said where the root key is not that of the database."""
    return StoreError(
        "secrets/root.key is not the key of this store",
        remedy="restore the one that was made with it",
    )


def _begin(database: Database, secrets: Path, file: BucketFile, root: bytes) -> None:
    """Make the bucket keys, and wrap with them what the root key wraps."""
    with database.write() as connection:
        if names(connection, (0,)):
            return  # another process was quicker
        rings = connection.execute(select(keyring.c.name, keyring.c.wrapped)).all()
        opened = [(row.name, unwrap(AESGCM(root), row.wrapped, row.name.encode())) for row in rings]
        if any(key is None for _, key in opened):
            raise wrong_root()
        ring = _ring(file)
        first_names(connection, ring)
        if not opened:
            return
        fresh = os.urandom(ROOT)
        write_file(secrets / NEXT, fresh, mode=0o600)
        for name, key in opened:
            wrapped = wrap(AESGCM(fresh), key or b"", name.encode())
            connection.execute(
                update(keyring).where(keyring.c.name == name).values(wrapped=wrapped)
            )
        for bucket in range(BUCKETS):
            _bring(connection, bucket, AESGCM(root), AESGCM(ring[bucket][0]))


def _ring(file: BucketFile) -> Ring:
    """Return the keys of a file that no database names yet; it is made where there is none."""
    if not file.exists():
        file.write(new_ring())
    ring = file.read()
    if sorted(ring) != list(range(BUCKETS)) or any(len(keys) != 1 for keys in ring.values()):
        raise StoreError(f"secrets/{NAME} is of another store", remedy=SHARED)
    return ring


def _bring(connection: Connection, bucket: int, root: AESGCM, cipher: AESGCM) -> None:
    """Wrap the keys of a bucket with its key; a damaged row, that nothing opens, stays."""
    low, high = bounds_of(bucket)
    held = connection.execute(
        select(links.c.subject, links.c.wrapped_key).where(links.c.subject.between(low, high))
    ).all()
    opened = ((bytes(row[0]), unwrap(root, bytes(row[1]), bytes(row[0]))) for row in held)
    wrap_anew(connection, [(s, wrap(cipher, key, s)) for s, key in opened if key is not None])


def _root(database: Database, secrets: Path) -> bytes:
    """Return the root key. The one that is to replace it does so once the database is under it."""
    path, aside = secrets / FILE, secrets / NEXT
    if aside.exists():
        with database.write() as connection:  # nobody is between the steps of a replacement
            if aside.exists():
                fresh = read_secret(aside, LOST, StoreError)
                if _opens(connection, fresh):
                    overwrite_file(path, fresh)
                unlink_overwritten(aside)
    return read_secret(path, LOST, StoreError)


def _opens(connection: Connection, root: bytes) -> bool:
    wanted = select(keyring.c.name, keyring.c.wrapped)
    return all(
        unwrap(AESGCM(root), row.wrapped, row.name.encode()) is not None
        for row in connection.execute(wanted)
    )
