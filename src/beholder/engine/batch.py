"""Recommendations for everybody at once, in shards: whole or absent, and never made twice.

Beside the file stands a folder with a manifest and one file a shard. A run that was stopped is
taken up where it was; the folder goes when the file is there. Nothing of it is stored as an
answer, and nothing explored, since nobody knows who will be shown what.
"""

from __future__ import annotations

import glob
import hashlib
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from beholder.durable import sync_folder, write_file
from beholder.engine.engine import Engine
from beholder.engine.question import Question, checked_k
from beholder.engine.table import FORMATS, Format
from beholder.errors import UsageError
from beholder.progress import SILENT, Progress
from beholder.store import Snapshot, Store
from beholder.store.ids import why_not_id
from beholder.store.locks import output_lock

SHARD = 1_000  # people
Person = tuple[dict[str, str], Snapshot]  # how the person is named, and what they did


class Manifest(msgspec.Struct):
    """What a folder of shards is of; shards of anything else are made anew.

    Attributes
    ----------
    people
        `store`, or the SHA-256 of the list of users.
    highest
        The largest number of a person when the work began: who came later is for the next time.
    shard
        People in one.
    upto
        The largest number of a person of the store when the work began.
    shown, consents
        Of the catalogue and the settings, and of who may be recommended for: what was made before
        one of them changed is not used after it.
    """

    bundle: str
    k: int
    people: str
    suffix: str
    highest: int
    shard: int
    upto: int = 0
    shown: str = ""
    consents: tuple[int, int] = (0, 0)


class Report(msgspec.Struct):
    """What became of everybody.

    Attributes
    ----------
    without_history, profiling_off
        People who are not in the file: nothing is known of them, or nothing may be used.
    refused
        Lines of the list of users that are no ids.
    shards, kept
        Parts of the work, and those that an earlier run had done.
    """

    people: int = 0
    without_history: int = 0
    profiling_off: int = 0
    refused: int = 0
    shards: int = 0
    kept: int = 0

    def plus(self, other: Report) -> Report:
        """Return both together."""
        return Report(*(a + b for a, b in zip(_numbers(self), _numbers(other), strict=True)))


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
    """Do all shards that are missing, and join them."""
    assert engine.store is not None
    folder = out.with_name(f"{out.name}.parts")
    told = "store" if users is None else _fingerprint(users)
    highest = engine.store.highest_person() if users is None else _lines(users)
    asked = Manifest(engine.bundle, k, told, out.suffix, highest, SHARD)
    while True:
        begun = _begin(folder, asked, engine.store)
        report, parts = Report(), []
        progress.start(f"people for {out.name}", begun.highest)
        for shard in _shards(begun.highest, users):
            part = folder / f"{shard.number:06d}{out.suffix}"
            report = report.plus(_done(engine, shard, part, k, kind))
            parts.append(part)
            progress.advance(min(SHARD, begun.highest - shard.number * SHARD))
        progress.finish()
        if _consents(engine.store, begun) == begun.consents:
            break  # else somebody was erased or left out meanwhile: nobody may be in the file
    _join(parts, out, kind)
    shutil.rmtree(folder)
    return report


@contextmanager
def _read_again(users: Path | None, out: Path) -> Iterator[Path | None]:
    """Give a list of users that can be read several times: a pipe is copied first."""
    for left in out.parent.glob(f".{glob.escape(out.name)}.*.part"):
        left.unlink(missing_ok=True)  # of a run that was killed
    if users is None or not users.exists() or users.is_file() or users.is_dir():
        yield users
        return
    with (
        tempfile.NamedTemporaryFile(
            dir=out.parent, prefix=f".{out.name}.", suffix=".part"
        ) as whole,
        users.open("rb") as source,
    ):
        shutil.copyfileobj(source, whole)
        whole.flush()
        yield Path(whole.name)


def _consents(store: Store, asked: Manifest) -> tuple[int, int]:
    """Return what changes when somebody of the list is erased, or profiling is switched."""
    return store.consents(asked.upto)


def _shown(store: Store) -> str:
    """Return what changes with the catalogue, and with the settings and their rules."""
    toml = store.workspace.toml
    settings = toml.read_bytes() if toml.exists() else b""
    told = (store.catalogue_version(), hashlib.sha256(settings).digest())
    return hashlib.sha256(repr(told).encode()).hexdigest()


def _begin(folder: Path, asked: Manifest, store: Store) -> Manifest:
    """Make the folder, or go on with it; what it holds of another question is thrown away."""
    path = folder / "manifest.json"
    asked = msgspec.structs.replace(asked, upto=store.highest_person(), shown=_shown(store))
    asked = msgspec.structs.replace(asked, consents=_consents(store, asked))
    with suppress(FileNotFoundError, msgspec.DecodeError):
        begun = msgspec.json.decode(path.read_bytes(), type=Manifest)
        now = msgspec.structs.replace(
            asked, highest=begun.highest, upto=begun.upto, consents=_consents(store, begun)
        )
        if begun == now:
            return begun
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    write_file(path, msgspec.json.encode(asked))
    return asked


def _done(engine: Engine, shard: Shard, part: Path, k: int, kind: Format) -> Report:
    """Do a shard, unless an earlier run did; return what became of its people."""
    told = part.with_suffix(".json")
    if told.exists():  # written after the part
        return msgspec.structs.replace(
            msgspec.json.decode(told.read_bytes(), type=Report), shards=1, kept=1
        )
    report, rows = Report(shards=1), []
    assert engine.store is not None
    for named, seen in _people(engine.store, shard, report):
        if not seen.profiling:
            report.profiling_off += 1
        elif not len(seen):
            report.without_history += 1
        else:
            rows.append(named | _row(engine, seen, k))
    report.people = len(rows)
    write_file(part, kind.encode(rows))
    write_file(told, msgspec.json.encode(report))
    return report


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
        if why_not_id(user) or "\ufffd" in user:
            report.refused += 1
        else:
            yield {"user": user}, store.snapshot(user)


def _join(parts: Sequence[Path], out: Path, kind: Format) -> None:
    """Write all parts one after the other, and only then replace the file."""
    aside = out.with_name(f".{out.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        kind.join(parts, aside)
        os.replace(aside, out)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    sync_folder(out.parent)


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


def _numbers(report: Report) -> tuple[int, ...]:
    return tuple(int(value) for value in msgspec.structs.astuple(report))
