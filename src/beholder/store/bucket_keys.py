"""Which bucket keys count, and giving a bucket a new one when somebody of it is erased.

The database names the key of each bucket, by a hash. Every change of the file of bucket keys
happens inside of a writing transaction on the database of keys, of which there is one at a time
whatever process or machine begins it.

A renewal writes the new key beside the old one, then in one transaction deletes the links, wraps
the living keys of the bucket anew and names the new key, and then takes the old one out of the
file. Whatever stops it, the file has the key that the database names; the other one is taken away
by the next renewal or opening.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, bindparam, delete, insert, inspect, select, update

from beholder.errors import StoreError
from beholder.store import schema
from beholder.store.bucket_file import (
    BUCKETS,
    KEY,
    SHARED,
    BucketFile,
    bounds_of,
    bucket_of,
    name_of,
    unwrap,
    wrap,
)
from beholder.store.bulk import lookup
from beholder.store.database import Database

links, bucket_keys = schema.links, schema.bucket_keys
FEW = 100  # buckets that are looked up one by one
REWRAP = (
    update(links)
    .where(links.c.subject == bindparam("of"))
    .values(wrapped_key=bindparam("wrapped_anew"))
)


def names(connection: Connection, buckets: Collection[int] = ()) -> dict[int, bytes]:
    """Return the names of the keys of these buckets, or of all; empty: there are none yet."""
    columns = (bucket_keys.c.bucket, bucket_keys.c.name)
    found: Iterable[Sequence[Any]]
    if 0 < len(buckets) <= FEW:
        found = lookup(connection, bucket_keys.c.bucket, columns, sorted(buckets))
    else:
        found = connection.execute(select(*columns))
    return {int(bucket): bytes(name) for bucket, name in found}


def names_in(database: Database) -> dict[int, bytes]:
    """Return the names of all keys; empty where an older version made the database."""
    with database.read() as connection:
        there = inspect(connection).has_table(bucket_keys.name)
        return names(connection) if there else {}


def ciphers(
    connection: Connection, file: BucketFile, subjects: Iterable[bytes]
) -> dict[int, AESGCM]:
    """Return what the keys of new people are wrapped with, by bucket.

    Parameters
    ----------
    connection
        Inside of the writing transaction that stores them: no renewal is between its steps.

    Raises
    ------
    StoreError
        If the file has not the keys that the database names: nobody could read what is wrapped.
    """
    buckets = {bucket_of(subject) for subject in subjects}
    named = names(connection, buckets)
    return {bucket: AESGCM(_counting(file, bucket, named)) for bucket in buckets}


def check(database: Database, file: BucketFile) -> None:
    """See that the file has the keys that the database names.

    Raises
    ------
    StoreError
        If it has not: it is missing, broken, older than the store, or of another one.
    """
    with database.read() as connection:
        named = names(connection)
    if not _missing(named, file):
        return
    with database.write() as connection:  # a renewal was between its steps
        named = names(connection)
        missing = _missing(named, file)
    if missing:
        raise StoreError(
            f"secrets/{file.path.name} has not the keys of {missing:,} of {BUCKETS:,} buckets",
            remedy=SHARED,
        )


def forget(database: Database, file: BucketFile, subjects: Sequence[bytes]) -> None:
    """Destroy links, and give their buckets other keys; `prune` destroys the old ones.

    Raises
    ------
    StoreError
        If the file has not the keys that the database names.
    """
    buckets = sorted({bucket_of(subject) for subject in subjects})
    with database.write() as connection:
        ring, named = file.read(), names(connection, buckets)
        old = {bucket: _counting(file, bucket, named) for bucket in buckets}
        fresh = {bucket: os.urandom(KEY) for bucket in buckets}
        file.write(ring | {bucket: [fresh[bucket], old[bucket]] for bucket in buckets})
        for subject in subjects:
            connection.execute(delete(links).where(links.c.subject == subject))
        for bucket in buckets:
            _renew(connection, bucket, old[bucket], fresh[bucket])


def prune(database: Database, file: BucketFile) -> None:
    """Take the keys out of the file that a renewal left and the database does not name.

    Raises
    ------
    StoreError
        If the database names one that the file has not.
    """
    if all(len(keys) == 1 for keys in file.read().values()):
        return
    with database.write() as connection:
        ring = file.read()
        more = [bucket for bucket, keys in ring.items() if len(keys) > 1]
        named = names(connection, more)
        file.write(ring | {bucket: [_counting(file, bucket, named)] for bucket in more})


def first_names(connection: Connection, ring: dict[int, list[bytes]]) -> None:
    """Name the keys of a new file."""
    rows = [{"bucket": bucket, "name": name_of(keys[0])} for bucket, keys in ring.items()]
    connection.execute(insert(bucket_keys), rows)


def wrap_anew(connection: Connection, rows: Iterable[tuple[bytes, bytes]]) -> None:
    """Store other wrapped keys of people, by their subjects."""
    new = [{"of": subject, "wrapped_anew": wrapped} for subject, wrapped in rows]
    if new:
        connection.execute(REWRAP, new)


def _renew(connection: Connection, bucket: int, old: bytes, fresh: bytes) -> None:
    """Wrap what a bucket holds anew; a damaged row, that no key opens, stays as it is."""
    low, high = bounds_of(bucket)
    held = connection.execute(
        select(links.c.subject, links.c.wrapped_key).where(links.c.subject.between(low, high))
    )
    was, now = AESGCM(old), AESGCM(fresh)
    opened = ((bytes(row[0]), unwrap(was, bytes(row[1]), bytes(row[0]))) for row in held)
    wrap_anew(connection, [(s, wrap(now, key, s)) for s, key in opened if key is not None])
    mine = bucket_keys.c.bucket == bucket
    connection.execute(update(bucket_keys).where(mine).values(name=name_of(fresh)))


def _counting(file: BucketFile, bucket: int, named: dict[int, bytes]) -> bytes:
    """Return the key of a bucket that the database names."""
    key = file.named(bucket, named[bucket]) if bucket in named else None
    if key is None:
        raise StoreError(
            f"this server has not the key of bucket {bucket}: its bucket keys are older than the "
            "store, or of another one",
            remedy=SHARED,
        )
    return key


def _missing(named: dict[int, bytes], file: BucketFile) -> int:
    ring = file.read()
    return sum(name not in map(name_of, ring.get(bucket, ())) for bucket, name in named.items())
