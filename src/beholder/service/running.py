"""What one server process holds while it serves: store, writer, engine, picture workers."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TypeVar

import anyio.to_thread

from beholder.behaviour.event import Event
from beholder.bundle.opened import open_bundle, stamp
from beholder.bundle.parts import Parts
from beholder.bundle.promote import current
from beholder.encoders.picture_workers import PictureWorkers
from beholder.engine import present
from beholder.engine.engine import Engine
from beholder.engine.keep import Keep
from beholder.engine.opening import engine_of
from beholder.engine.vectors import looking
from beholder.errors import BeholderError, OverloadedError, StoreError
from beholder.pages import render
from beholder.pages.look import Chip
from beholder.service import visitor
from beholder.service.chips import Chips
from beholder.service.daily import Daily
from beholder.service.keys import KeyFile
from beholder.service.log import note_trouble
from beholder.service.memory import resident
from beholder.service.meters import Meters
from beholder.service.pace import Pace
from beholder.service.queue import Queue
from beholder.store import GroupWriter, Outcome, Snapshot, Store
from beholder.workspace import Workspace

T = TypeVar("T")
LOOK = 1.0  # seconds between looks at which bundle is promoted
PATIENCE = 2.0  # seconds that events may wait for the disk
MEMORY = 600.0  # seconds that histories may stay in memory
OPENING = 60.0  # seconds that a bundle waits for items after it before it is served
RED = 10.0  # seconds that a failed commit makes the service unready


class Running:
    """Everything that answers need. Open it after the process is forked; close it at the end.

    Parameters
    ----------
    loaded
        The name and parts of a bundle that was opened before; None: the promoted one.
    queue
        What waits in this process.
    meters
        Where it is counted what this process does.
    """

    def __init__(
        self,
        workspace: Workspace,
        loaded: tuple[str, Parts] | None,
        queue: Queue,
        meters: Meters,
    ) -> None:
        self.workspace = workspace
        self.settings = workspace.settings
        self.queue, self.meters = queue, meters
        self.keys = KeyFile(workspace.secrets)
        self.visitor_secret = visitor.secret_of(workspace.secrets)
        name, parts = loaded or open_bundle(workspace, current(workspace))
        self.store = Store.open(workspace)
        self.engine = self._engine_of(parts, name)
        meters.begin()
        self.writer = GroupWriter(self.store, meters.recorded)
        self._follow()
        self.refused: tuple[str, BeholderError] | None = None
        self._failed_at = -RED
        self._last_event = 0
        self._chips = Chips(self.settings.pages)
        self._pictures: PictureWorkers | None = None
        self._starting = threading.Lock()
        self._swapping = threading.Lock()
        self._stopping = threading.Event()
        self.daily = Daily(self.store)
        self.pace = Pace(self.settings.serve.visitor_events)
        self._seen = b""
        self._watcher = threading.Thread(target=self._watch, name="beholder-watch", daemon=True)
        self._watcher.start()

    def _follow(self) -> None:
        """Say where the present numbers of this process are found."""
        self.meters.follow("queued", lambda: len(self.queue))
        self.meters.follow("queue_wait", lambda: self.queue.wait)
        self.meters.follow("events_waiting", lambda: self.writer.waiting)
        self.meters.follow("answers_waiting", lambda: len(self.store.waiting))
        self.meters.follow("resident", resident)
        self.meters.follow("last_event", lambda: self._last_event)

    def close(self) -> None:
        """Write what waits, then close everything."""
        self._stopping.set()
        self._watcher.join()
        self.writer.close()
        if self._pictures is not None:
            self._pictures.close()
        self.store.close()

    # -- people -----------------------------------------------------------------------------

    async def seen(self, user: str | None, session: str | None) -> Snapshot:
        """Read what is known of somebody, and bring the engine to the catalogue of that moment.

        The reading takes less than handing it to a thread would; laying a changed catalogue
        over the bundle takes longer, and is done beside.
        """
        found = self.store.snapshot(user, session)
        if not self.engine.knows(found.version):
            await in_thread(lambda: self.engine.refresh(found.version))
        return found

    async def record(self, events: Sequence[Event]) -> list[Outcome]:
        """Store events; when this returns they are on the disk.

        Raises
        ------
        OverloadedError
            If they could not be written in time. Sending them again is safe.
        StoreError
            If the disk failed.
        """
        written: Future[list[Outcome]] = self.writer.submit(events)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(written), PATIENCE)
        except TimeoutError as error:
            raise OverloadedError(
                f"the events were not written within {PATIENCE:g} s",
                remedy="send them again with the same event_id: they count once",
            ) from error
        except StoreError as error:
            if not isinstance(error, OverloadedError):
                if not self.writing_fails:
                    note_trouble("storing events", error)
                self._failed_at = time.monotonic()
            raise

    @property
    def writing_fails(self) -> bool:
        """Whether the disk refused events a moment ago."""
        return time.monotonic() - self._failed_at < RED

    @property
    def pictures(self) -> PictureWorkers:
        """The processes that read pictures, started at the first picture.

        A bundle with other encoders gets others.
        """
        wanted = looking(self.workspace, self.engine.parts)
        with self._starting:
            if self._pictures is not None and self._pictures.asked != wanted:
                self._pictures.close()
                self._pictures = None
            if self._pictures is None:
                self._pictures = PictureWorkers(self.workspace, wanted)
                for error in self._pictures.left_out.values():
                    note_trouble("opening an encoder", error)
            return self._pictures

    # -- bundles ----------------------------------------------------------------------------

    @property
    def chips(self) -> tuple[Chip, ...]:
        """Choices of one tap; what changes in the catalogue is in them some seconds later."""
        return self._chips.of(self.engine)

    @property
    def cents(self) -> bool:
        """Whether some price of the catalogue is no whole number; followed as `chips` are."""
        self._chips.of(self.engine)
        return self._chips.cents

    def swap(self) -> None:
        """Serve the promoted bundle; where it is not whole, go on with the present one."""
        with self._swapping:
            seen = stamp(self.workspace)
            name = current(self.workspace)
            self._seen = seen
            if name == self.engine.bundle:
                self.refused = None
                return
            try:
                parts = open_bundle(self.workspace, name).parts
                self.engine = self._engine_of(parts, name)
            except BeholderError as error:
                self.refused = (name, error)
            else:
                self.refused = None
                self._chips.follow(self.engine)

    def _engine_of(self, parts: Parts, name: str) -> Engine:
        engine = engine_of(self.workspace, parts, name, self.store, patience=OPENING)
        engine.keep = Keep(self.store.waiting, self.settings.serve.log_answers)
        engine.patience = present.PATIENCE
        return engine

    def _warm(self) -> None:
        """Do at once what the first page would wait for."""
        try:
            render.warm()
            _ = self.chips, self.engine.parts.words
        except Exception as error:  # the page itself meets it, and tells it
            note_trouble("preparing pages", error)

    def _watch(self) -> None:
        self._warm()
        forgot = time.monotonic()
        told: Exception | None = None
        while not self._stopping.wait(LOOK):
            if time.monotonic() - forgot > MEMORY:
                self.engine.forget()
                forgot = time.monotonic()
            try:
                self.meters.publish()
                if stamp(self.workspace) != self._seen:
                    self.swap()
                self.engine.refresh()
                self.daily.look(time.monotonic())
                self._last_event = self.store.last_event()
                self._chips.follow(self.engine)
            except BeholderError:
                pass  # no bundle at all, or no store: requests meet the same error, and tell it
            except Exception as error:  # this thread follows promotions: it may not end
                note_trouble("following the catalogue", error)
            if self.engine.trouble is not told:
                told = self.engine.trouble
                if told is not None:
                    note_trouble("comparing items", told)


async def in_thread(work: Callable[[], T]) -> T:
    """Do what takes long without holding up other requests."""
    return await anyio.to_thread.run_sync(work)
