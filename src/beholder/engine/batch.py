"""Recommendations for everybody at once, in shards: whole or absent, and never made twice.

A run that was stopped is taken up where it was; see `batch_parts`. Whoever refuses or is erased
after their part was made is left out when the file is put together. Nothing of it is stored as an
answer, and nothing explored, since nobody knows who will be shown what.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from beholder.durable import beside, file_aside, sweep
from beholder.engine.batch_parts import Made, Manifest, Part, Parts, Report
from beholder.engine.checking import checked_k
from beholder.engine.engine import Engine
from beholder.engine.question import Question
from beholder.engine.table import FORMATS, Format
from beholder.errors import UsageError
from beholder.progress import SILENT, Progress
from beholder.store import Snapshot, Store
from beholder.store.ids import says_nothing, why_not_id
from beholder.store.locks import output_lock

SHARD = 1_000  # people
Owners = NDArray[np.int64]  # row numbers of people, one a row of a part
Person = tuple[dict[str, str], Snapshot]  # how the person is named, and what they did


class Shard(NamedTuple):
    """Some of the people: numbers of the store, or ids that were told."""

    number: int
    first: int
    users: Sequence[str] | None = None


def recommend_all(
    engine: Engine,
    out: Path,
    k: int = 20,
    users: Path | None = None,
    progress: Progress = SILENT,
) -> Report:
    """Recommend for everybody with a history, and write a row for each.

    Parameters
    ----------
    out
        `.jsonl` or `.parquet`; replaced when all is done.
    users
        A text file with the caller's id of a user in each line. The store knows no ids in
        clear: without this, people are named by their subject.

    Raises
    ------
    UsageError
        For another suffix, where the list of users cannot be read, or while another run writes
        the same file.
    """
    kind = FORMATS.get(out.suffix)
    if engine.store is None:
        raise UsageError("this engine has no store with people", remedy="use beholder.open")
    if kind is None:
        raise UsageError(
            f"{out.name} has no suffix that can be written",
            remedy="end it with " + " or ".join(FORMATS),
            field="out",
        )
    checked_k(k)
    explorer, engine.pipeline.explorer = engine.pipeline.explorer, None
    try:
        with output_lock(out), _read_again(users, out) as listed:
            return _all(engine, out, kind, k, listed, progress)
    finally:
        engine.pipeline.explorer = explorer


def _all(
    engine: Engine, out: Path, kind: Format, k: int, users: Path | None, progress: Progress
) -> Report:
    """Do all shards that are missing, and put them together."""
    store = engine.store
    assert store is not None
    told = "store" if users is None else _fingerprint(users)
    upto = store.highest_person()
    highest = upto if users is None else _lines(users)
    shown, parts = _shown(store), Parts(out)
    begun = parts.begin(Manifest(engine.bundle, k, told, out.suffix, highest, SHARD, upto, shown))
    report, files, owners = Report(), [], []
    progress.start(f"people for {out.name}", begun.highest)
    for shard in _shards(begun.highest, users):
        part = parts.part(shard.number)
        made = _done(engine, shard, part, k, kind)
        report = report.plus(made.report)
        files.append(part.rows)
        owners.append(np.array(made.persons, np.int64))
        progress.advance(min(SHARD, begun.highest - shard.number * SHARD))
    progress.finish()
    report.left_out = _put(out, kind, files, owners, store)
    report.people -= report.left_out
    parts.remove()
    return report


@contextmanager
def _read_again(users: Path | None, out: Path) -> Iterator[Path | None]:
    """Give a list of users that can be read several times: a pipe is copied first."""
    sweep(out)  # of a run that was killed
    if users is None or not users.exists() or users.is_file() or users.is_dir():
        yield users
        return
    with (
        tempfile.NamedTemporaryFile(dir=out.parent, prefix=beside(out), suffix=".part") as whole,
        users.open("rb") as source,
    ):
        shutil.copyfileobj(source, whole)
        whole.flush()
        yield Path(whole.name)


def _shown(store: Store) -> str:
    """Return what changes with the catalogue, and with the settings and their rules."""
    toml = store.workspace.toml
    settings = toml.read_bytes() if toml.exists() else b""
    told = (store.catalogue_version(), hashlib.sha256(settings).digest())
    return hashlib.sha256(repr(told).encode()).hexdigest()


def _done(engine: Engine, shard: Shard, part: Part, k: int, kind: Format) -> Made:
    """Do a shard, unless an earlier run did; return what became of its people."""
    before = part.made()
    if before is not None:
        before.report = msgspec.structs.replace(before.report, kept=1)
        return before
    made, rows = Made(Report(shards=1), []), []
    assert engine.store is not None
    for named, seen in _people(engine.store, shard, made.report):
        if not seen.profiling:
            made.report.profiling_off += 1
        elif not len(seen):
            made.report.without_history += 1
        else:
            rows.append(named | _row(engine, seen, k))
            made.persons.append(seen.persons[0])
    made.report.people = len(rows)
    part.keep(kind.encode(rows), made)
    return made


def _row(engine: Engine, seen: Snapshot, k: int) -> dict[str, Any]:
    answer = engine.recommend("somebody", question=Question(k), seen=seen)
    return {
        "bundle": answer.bundle,
        "level": answer.level,
        "items": answer.ids,
        "scores": [item.score for item in answer.items],
    }


def _shards(highest: int, users: Path | None) -> Iterator[Shard]:
    if users is None:
        for number, first in enumerate(range(1, highest + 1, SHARD)):
            yield Shard(number, first)
        return
    number, waiting = 0, []
    with users.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            waiting.append(line.rstrip("\r\n"))
            if len(waiting) == SHARD:
                yield Shard(number, 0, waiting)
                number, waiting = number + 1, []
    if waiting:
        yield Shard(number, 0, waiting)


def _people(store: Store, shard: Shard, report: Report) -> Iterator[Person]:
    if shard.users is None:
        for subject, seen in store.snapshots(shard.first, shard.first + SHARD):
            yield {"subject": subject.hex()}, seen
        return
    for user in shard.users:
        if why_not_id(user) or says_nothing(user) or "\ufffd" in user:
            report.refused += 1
        else:
            yield {"user": user}, store.snapshot(user)


def _put(
    out: Path, kind: Format, parts: Sequence[Path], owners: Sequence[Owners], store: Store
) -> int:
    """Put all parts into the file; return how many rows are left out of it.

    The file is whole and on the disk when who may be in it is looked up for the last time. Where
    somebody may not any more it is put together again, without them for good: nobody can hold it
    up twice.
    """
    kept = _allowed(owners, store)
    with file_aside(out, 0o600) as file:
        while True:
            file.seek(0)
            file.truncate()
            kind.join(zip(parts, kept, strict=True), file)
            file.flush()
            os.fsync(file.fileno())
            still = [one & other for one, other in zip(kept, _allowed(owners, store), strict=True)]
            if all(map(np.array_equal, kept, still)):
                break
            kept = still
    return sum(int(np.count_nonzero(~rows)) for rows in kept)


def _allowed(owners: Sequence[Owners], store: Store) -> list[NDArray[np.bool_]]:
    """Return of each row whether its person may be recommended to now."""
    allowing = store.allowing("recommend")
    return [allowing.take(persons, mode="clip") for persons in owners]


def _lines(users: Path) -> int:
    with users.open("rb") as lines:
        return sum(1 for _ in lines)


def _fingerprint(users: Path) -> str:
    try:
        with users.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UsageError(
            f"{users.name} cannot be read: {error.strerror}",
            remedy="name a text file with one id a line",
            field="users",
        ) from error
