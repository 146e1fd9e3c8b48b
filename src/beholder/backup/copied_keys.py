"""The table of links and the bucket keys that it needs, of one moment.

An erasure beside gives a bucket another key. The file of bucket keys is read before and after the
table is copied, and what goes into the backup is what the copy names, no more.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from beholder.errors import StoreError
from beholder.progress import Progress
from beholder.store.bucket_file import BUCKETS, NAME, SHARED, BucketFile, Ring, name_of
from beholder.store.bucket_keys import names_in
from beholder.store.copying import Copied, copy_out
from beholder.store.database import Database, sqlite_url

TRIES = 3  # each fails only where a bucket was renewed twice while its table was copied


def copy_keys(
    database: Database, buckets: BucketFile, file: Path, progress: Progress
) -> tuple[Copied, Ring | None]:
    """Copy the database of keys into a new file; return with it the bucket keys that it needs.

    Returns
    -------
    None instead of bucket keys where an older version made the database, and nothing opened it.

    Raises
    ------
    StoreError
        If the bucket keys are not those of the database.
    """
    for _ in range(TRIES):
        before = buckets.read() if buckets.exists() else {}
        copied = copy_out(database, "keys", file, progress)
        named = _named(file)
        if not named:
            return copied, None
        held = [before, buckets.read()]
        ring = {bucket: _of(bucket, name, held) for bucket, name in named.items()}
        missing = sum(not keys for keys in ring.values())
        if not missing:
            return copied, ring
        file.unlink()
    raise StoreError(
        f"secrets/{NAME} has not the keys of {missing:,} of {BUCKETS:,} buckets", remedy=SHARED
    )


def _named(file: Path) -> dict[int, bytes]:
    with closing(Database(sqlite_url(str(file)))) as copy:
        return names_in(copy)


def _of(bucket: int, name: bytes, rings: list[Ring]) -> list[bytes]:
    keys = [key for ring in rings for key in ring.get(bucket, ())]
    return [key for key in keys if name_of(key) == name][:1]
