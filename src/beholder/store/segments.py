"""Events for training, as Parquet files that are derived from SQL and can be lost at any time.

A range of row numbers that no writer can add to any more is sealed: split by person into
buckets, one file each, listed in `segments`. Taking an event or a person away empties the list
entry of that bucket; the next reading makes the file again from SQL. A sealing that overlaps
with a removal sees it by the bucket's count of removals and leaves that bucket out.
"""

from __future__ import annotations

import hashlib
import io
import os
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from sqlalchemy import Connection, func, insert, select, update

from beholder.store import counters, schema
from beholder.store.columns import ARRAYS, EventColumns, join, read_range
from beholder.store.database import Database

BUCKETS = 64
ROWS = 2_000_000  # of one range: what a sealing holds in memory, about 120 MB
TAIL = 200_000  # rows that are read from SQL rather than sealed
PAGE = 100_000  # rows read from SQL at once

segments, buckets = schema.segments, schema.buckets


@dataclass(frozen=True)
class Segment:
    """One listed file; `file` is empty where it has to be made again."""

    first: int
    last: int
    bucket: int
    file: str
    rows: int
    sha256: str


def listed(connection: Connection) -> list[Segment]:
    """Return the list, by range and bucket."""
    rows = connection.execute(select(segments).order_by(segments.c.first, segments.c.bucket))
    return [
        Segment(row.first, row.last, row.bucket, row.file, row.rows, row.sha256) for row in rows
    ]


def seal(database: Database, folder: Path, least: int = TAIL) -> int:
    """Seal what is not sealed yet, where it is more than `least` rows; return how many."""
    done = 0
    while True:
        with database.read() as connection:
            after = counters.read(connection, "sealed")
            top = _top(connection)
            removals = removed(connection)
        last = min(top, after + ROWS)
        if last - after <= max(least, 0):
            return done
        rows = join(list(pages(database, after, last)))
        if not adopt(database, folder, after, last, rows, removals):
            return done  # another process has sealed meanwhile
        done += len(rows)


def adopt(
    database: Database,
    folder: Path,
    after: int,
    last: int,
    rows: EventColumns,
    removals: NDArray[np.int64],
) -> bool:
    """List the rows `after` < seq <= `last` as sealed; whether nobody else had done so.

    Parameters
    ----------
    rows
        Everything that SQL has in this range.
    removals
        What `removed` gave before the rows were read or written.
    """
    made = _write(folder, after + 1, last, rows, range(BUCKETS))
    with database.write() as connection:
        if counters.read(connection, "sealed") != after:
            unlink(folder, [segment.file for segment in made])
            return False
        fresh = removed(connection) == removals
        stale = [s.file for s in made if not fresh[s.bucket]]
        connection.execute(
            insert(segments), [_entry(s) if fresh[s.bucket] else _emptied(s) for s in made]
        )
        counters.write(connection, "sealed", last)
    unlink(folder, stale)
    return True


def pages(database: Database, after: int, last: int) -> Iterator[EventColumns]:
    """Yield the events of a range from SQL, a bounded number at a time."""
    for start in range(after, last, PAGE):
        with database.read() as connection:
            yield read_range(connection, start, min(start + PAGE, last))


def mend(database: Database, folder: Path) -> None:
    """Make the files again that are missing from the list or from the folder."""
    with database.read() as connection:
        known = listed(connection)
        removals = removed(connection)
    missing = [s for s in known if not s.file or not (folder / s.file).exists()]
    ranges: dict[tuple[int, int], list[Segment]] = {}
    for segment in missing:
        ranges.setdefault((segment.first, segment.last), []).append(segment)
    for (first, last), lost in ranges.items():
        wanted = np.zeros(BUCKETS, bool)
        wanted[[segment.bucket for segment in lost]] = True
        parts = [
            page.take(wanted[page.people % BUCKETS]) for page in pages(database, first - 1, last)
        ]
        made = _write(folder, first, last, join(parts), [segment.bucket for segment in lost])
        _relist(database, folder, made, removals)
    with database.read() as connection:
        known = listed(connection)
    _sweep(folder, {segment.file for segment in known})


def load(folder: Path, segment: Segment) -> EventColumns | None:
    """Return the rows of a file; None where it is missing or not what was written."""
    try:
        data = (folder / segment.file).read_bytes()
    except (FileNotFoundError, IsADirectoryError):
        return None
    if hashlib.sha256(data).hexdigest() != segment.sha256:
        return None
    table = pq.read_table(io.BytesIO(data), use_threads=False)
    return EventColumns(*(table[name].to_numpy() for name in ARRAYS))


def drop(connection: Connection, person: int, seq: int | None = None) -> list[str]:
    """Empty the list entries that hold a person (or one event of theirs).

    Returns
    -------
    The names of the files; give them to `unlink` after the commit.
    """
    bucket = person % BUCKETS
    connection.execute(
        update(buckets).where(buckets.c.bucket == bucket).values(removals=buckets.c.removals + 1)
    )
    hit = (segments.c.bucket == bucket) & (segments.c.file != "")
    if seq is not None:
        hit &= (segments.c.first <= seq) & (segments.c.last >= seq)
    files = [row[0] for row in connection.execute(select(segments.c.file).where(hit))]
    connection.execute(update(segments).where(hit).values(file="", rows=0, sha256=""))
    return files


def unlink(folder: Path, names: Sequence[str]) -> None:
    """Remove files that are not listed any more."""
    for name in names:
        if name:
            (folder / name).unlink(missing_ok=True)


def disown(database: Database, folder: Path, segment: Segment) -> None:
    """Remove a file that was found broken, and empty its list entry."""
    with database.write() as connection:
        mine = (segments.c.first == segment.first) & (segments.c.bucket == segment.bucket)
        connection.execute(
            update(segments)
            .where(mine & (segments.c.file == segment.file))
            .values(file="", rows=0, sha256="")
        )
    unlink(folder, [segment.file])


def removed(connection: Connection) -> NDArray[np.int64]:
    """Return how often rows were taken out of each bucket, int64 (64,)."""
    rows = connection.execute(select(buckets.c.removals).order_by(buckets.c.bucket))
    return np.array([row[0] for row in rows], np.int64)


def _top(connection: Connection) -> int:
    found = connection.execute(select(func.max(schema.events.c.seq))).scalar()
    return 0 if found is None else int(found)


def _write(
    folder: Path, first: int, last: int, rows: EventColumns, wanted: Sequence[int]
) -> list[Segment]:
    folder.mkdir(exist_ok=True)
    bucket_of = (rows.people % BUCKETS).astype(np.uint8)
    order = np.argsort(bucket_of, kind="stable")  # the order of commits stays
    bounds = np.searchsorted(bucket_of[order], np.arange(BUCKETS + 1))
    return [
        _write_one(
            folder, first, last, bucket, rows.take(order[bounds[bucket] : bounds[bucket + 1]])
        )
        for bucket in wanted
    ]


def _write_one(folder: Path, first: int, last: int, bucket: int, rows: EventColumns) -> Segment:
    sink = io.BytesIO()
    pq.write_table(
        pa.table({name: getattr(rows, name) for name in ARRAYS}),
        sink,
        compression="zstd",
        use_dictionary=["kinds", "values"],
        column_encoding={"seqs": "DELTA_BINARY_PACKED", "times": "DELTA_BINARY_PACKED"},
        write_statistics=False,
    )
    data = sink.getvalue()
    name = f"{first}-{last}-{bucket:02d}-{uuid.uuid4().hex[:8]}.parquet"
    (folder / name).write_bytes(data)  # not synced: a cut file fails its checksum, and is remade
    return Segment(first, last, bucket, name, len(rows), hashlib.sha256(data).hexdigest())


def _relist(
    database: Database, folder: Path, made: list[Segment], removals: NDArray[np.int64]
) -> None:
    with database.write() as connection:
        fresh = removed(connection) == removals
        for segment in made:
            if fresh[segment.bucket]:
                connection.execute(
                    update(segments)
                    .where(
                        (segments.c.first == segment.first) & (segments.c.bucket == segment.bucket)
                    )
                    .values(file=segment.file, rows=segment.rows, sha256=segment.sha256)
                )
    unlink(folder, [s.file for s in made if not fresh[s.bucket]])


def _sweep(folder: Path, files: set[str]) -> None:
    """Remove files that a stopped process left, or another server has dropped from the list."""
    if not folder.is_dir():
        return
    old = time.time() - 3600.0  # younger ones may be about to be listed
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name not in files and entry.stat().st_mtime < old:
                os.unlink(entry.path)


def _entry(segment: Segment) -> dict[str, object]:
    return {
        "first": segment.first,
        "last": segment.last,
        "bucket": segment.bucket,
        "file": segment.file,
        "rows": segment.rows,
        "sha256": segment.sha256,
    }


def _emptied(segment: Segment) -> dict[str, object]:
    return _entry(segment) | {"file": "", "rows": 0, "sha256": ""}
