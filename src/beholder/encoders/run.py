"""The bulk road: pictures of a workspace to vectors, facts and renditions, resumable.

Finished pictures are written as one shard every few seconds. A run that is stopped in any way
loses at most what was not yet written, and the next run does only what is missing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from beholder.encoders.cache import VectorCache
from beholder.encoders.picture_facts import Facts, PictureFacts, Refusal, Refusals
from beholder.encoders.picture_workers import EncodedPicture, PictureWorkers
from beholder.encoders.registry import vector_caches
from beholder.errors import MediaCrashError, MediaError
from beholder.media import originals, renditions
from beholder.progress import SILENT, Progress
from beholder.workspace import Workspace

SHARD = 512  # pictures
SHARD_SECONDS = 10.0
GONE = "media-gone"


@dataclass
class EncodeReport:
    """What a run did.

    Attributes
    ----------
    wanted
        Distinct pictures asked for.
    encoded, same
        Pictures encoded now, and those that had everything before.
    refused
        Pictures without vectors, now or in a run before, with the reason.
    facts
        Width, height and colour of each picture that has them.
    broken
        Cut files of the cache that were dropped.
    left_out
        Why encoders of the workspace's own were left out, by name.
    """

    encoders: list[str]
    wanted: int = 0
    encoded: int = 0
    same: int = 0
    refused: list[Refusal] = field(default_factory=list)
    facts: dict[str, Facts] = field(default_factory=dict)
    broken: int = 0
    left_out: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0


Outcome = EncodedPicture | Refusal
Todo = list[tuple[str, list[str]]]


def encode_pictures(
    workspace: Workspace,
    hashes: Sequence[str],
    encoder_names: Sequence[str] | None = None,
    progress: Progress = SILENT,
    *,
    workers: int | None = None,
    retry: bool = False,
    with_renditions: bool = True,
) -> EncodeReport:
    """Encode the pictures that have no vectors yet, and make their renditions.

    Parameters
    ----------
    hashes
        Pictures in the workspace's `media/originals`; repeated ones count once.
    encoder_names
        Those of the settings by default.
    workers
        Processes; by default the setting, or else one a core.
    retry
        Try again what an earlier run refused.
    with_renditions
        Also make the WebP copies for pages.

    Raises
    ------
    UsageError
        If there is no encoder of a name.
    WorkspaceError
        If no file of an encoder that is asked for is whole.
    """
    began = time.monotonic()
    with PictureWorkers(workspace, encoder_names, count=workers) as pool:
        shelf = Shelf(workspace, pool.encoders, with_renditions)
        report = EncodeReport(pool.encoders, wanted=len(set(hashes)), broken=shelf.drop_broken())
        for name, error in pool.left_out.items():
            report.left_out[name] = error.message
            progress.note(f"left out: {error.message}; {error.remedy}")
        known = {} if retry else shelf.refused
        todo = [(key, names) for key, names in shelf.todo(hashes) if key not in known]
        if todo:
            progress.start("encoding pictures", len(todo))
            try:
                _encode_all(workspace, pool, todo, shelf, progress)
            finally:
                shelf.flush()
                progress.finish()
    wanted = dict.fromkeys(hashes)
    report.refused = [shelf.refused[key] for key in wanted if key in shelf.refused]
    report.refused += shelf.gone
    report.encoded = shelf.written
    report.same = report.wanted - report.encoded - len(report.refused)
    report.facts = shelf.facts.load(wanted)
    report.seconds = time.monotonic() - began
    return report


class Shelf:
    """What a run reads and writes: caches, facts, renditions and refusals of a workspace."""

    def __init__(self, workspace: Workspace, encoders: Sequence[str], rendered: bool) -> None:
        self.media = workspace.media
        self.rendered = rendered
        self.caches = vector_caches(workspace, encoders)
        self.facts = PictureFacts(workspace.vectors)
        self.list = Refusals(workspace.vectors)
        self.refused = self.list.load()
        self.gone: list[Refusal] = []  # not remembered: the file may come back
        self.written = 0
        self._waiting: list[EncodedPicture] = []
        self._news = False
        self._last = time.monotonic()

    def todo(self, hashes: Sequence[str]) -> Todo:
        """Return the pictures with something missing, and the encoders they still need."""
        lacking = {name: set(cache.missing(hashes)) for name, cache in self.caches.items()}
        unrendered = set(self.facts.missing(hashes)) if self.rendered else set()
        needs = [
            (key, [name for name in lacking if key in lacking[name]], key in unrendered)
            for key in dict.fromkeys(hashes)
        ]
        return [(key, names) for key, names, render in needs if names or render]

    def drop_broken(self) -> int:
        """Delete cut or changed files of the caches and return how many there were."""
        shards = [self.facts.shards, *(cache.shards for cache in self.caches.values())]
        return sum(each.drop_broken() for each in shards)

    def take(self, outcome: Outcome) -> None:
        """Put one finished picture down; every now and then, write what lies there."""
        if isinstance(outcome, EncodedPicture):
            self._waiting.append(outcome)
            self._news |= self.refused.pop(outcome.hash, None) is not None
        elif outcome.code == GONE:
            self.gone.append(outcome)
        else:
            self.refused[outcome.hash] = outcome
            self._news = True
        full = len(self._waiting) >= SHARD
        if full or time.monotonic() - self._last > SHARD_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write everything that is finished, durably; facts last, since they say "done"."""
        done, self._waiting = self._waiting, []
        for name, cache in self.caches.items():
            _write_vectors(cache, [picture for picture in done if name in picture.vectors], name)
        if self.rendered:
            renditions.sync(self.media, [(p.hash, p.width) for p in done if p.renditions])
            self.facts.write(
                {p.hash: Facts(p.width, p.height, p.colour) for p in done if p.renditions}
            )
        if self._news:
            self.list.save(self.refused)
            self._news = False
        self.written += len(done)
        self._last = time.monotonic()


def _write_vectors(cache: VectorCache, done: list[EncodedPicture], name: str) -> None:
    if not done:
        return
    classes = [picture.classes[name] for picture in done if name in picture.classes]
    cache.write(
        [picture.hash for picture in done],
        np.stack([picture.vectors[name] for picture in done]),
        {"classes": np.stack(classes)} if classes else None,
    )


def _encode_all(
    workspace: Workspace, pool: PictureWorkers, todo: Todo, shelf: Shelf, progress: Progress
) -> None:
    """Keep all workers busy; on Ctrl-C, what is finished is still taken."""
    one = partial(_encode_one, workspace, pool, shelf.rendered)
    with ThreadPoolExecutor(pool.count, thread_name_prefix="encode") as threads:
        running: set[Future[Outcome]] = set()
        try:
            for key, names in todo:
                if len(running) >= 2 * pool.count:
                    running = _take_finished(running, shelf, progress)
                running.add(threads.submit(one, key, names))
            while running:
                running = _take_finished(running, shelf, progress)
        except BaseException:
            running = {future for future in running if not future.cancel()}
            for outcome in _results(running):
                shelf.take(outcome)
            raise


def _take_finished(
    running: set[Future[Outcome]], shelf: Shelf, progress: Progress
) -> set[Future[Outcome]]:
    done, rest = wait(running, return_when=FIRST_COMPLETED)
    for future in done:
        shelf.take(future.result())
        progress.advance()
    return rest


def _results(futures: set[Future[Outcome]]) -> Iterator[Outcome]:
    """Wait for all, and yield the results of those that ended well."""
    for future in wait(futures).done:
        if future.exception() is None:
            yield future.result()


def _encode_one(
    workspace: Workspace, pool: PictureWorkers, rendered: bool, key: str, names: list[str]
) -> Outcome:
    try:
        data = originals.path_of(workspace.media, key).read_bytes()
    except FileNotFoundError:
        return Refusal(key, GONE, "the file is no longer in media/originals (import it again)")
    while True:
        try:
            picture = pool.encode(data, encoders=names, renditions=rendered)
        except MediaCrashError as error:
            if not pool.given_up(key):
                continue
            return Refusal(key, error.code, str(error))
        except MediaError as error:
            return Refusal(key, error.code, str(error))
        if picture.hash != key:
            return Refusal(key, GONE, "the file in media/originals was changed (import it again)")
        if rendered:
            renditions.keep(workspace.media, key, picture.renditions)
        return picture
