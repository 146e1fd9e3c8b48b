"""Group commit: one thread writes, and what waits while the disk syncs goes into the next sync.

There is no timer. A commit takes about as long as one fsync; the events that arrive meanwhile
are taken together, at most 512 of them, and share the next one. Answers, for which nobody
waits, are written after the events, at most once a second.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from beholder.behaviour.event import Event
from beholder.errors import OverloadedError
from beholder.store.ids import check_events, now
from beholder.store.records import Outcome
from beholder.store.store import Store

BATCH = 512  # events in one commit
PAUSE = 1.0  # seconds between two writings of answers
Job = tuple[Sequence[Event], "Future[list[Outcome]]"]


class GroupWriter:
    """Records events through one thread.

    Parameters
    ----------
    store
        Where they go; stays open until the writer is closed.
    told
        Is told, in the writer's thread, what became of events before those who sent them are.
    """

    def __init__(
        self, store: Store, told: Callable[[Sequence[Outcome]], None] = lambda _: None
    ) -> None:
        self._store, self._told = store, told
        self._limit = store.workspace.settings.serve.max_queue
        self._jobs: deque[Job] = deque()
        self._waiting = 0  # events in `_jobs`
        self._closed = False
        self._change = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="beholder-writer", daemon=True)
        self._thread.start()

    def submit(self, events: Sequence[Event]) -> Future[list[Outcome]]:
        """Queue events; the future is done when they are durable, or when they failed.

        Raises
        ------
        DataError
            If one of them is malformed: checked here, so that it cannot fail the others.
        OverloadedError
            If too many events wait already, or the writer is closed.
        """
        at = now()
        check_events(events, at)
        future: Future[list[Outcome]] = Future()
        if not events:
            future.set_result([])
            return future
        with self._change:
            if self._closed:
                raise OverloadedError("the store is closing", remedy="send it again later")
            if self._waiting + len(events) > self._limit:
                raise OverloadedError(
                    f"{self._waiting} events wait to be written, {self._limit} may",
                    remedy="send it again later: nothing of it was stored",
                )
            self._jobs.append((events, future))
            self._waiting += len(events)
            self._change.notify()
        return future

    @property
    def waiting(self) -> int:
        """How many events wait for the disk."""
        return self._waiting

    def close(self) -> None:
        """Write what waits, then stop."""
        with self._change:
            self._closed = True
            self._change.notify()
        self._thread.join()

    def __enter__(self) -> GroupWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _work(self) -> None:
        due = time.monotonic() + PAUSE
        while (batch := self._take(due)) is not None:
            if batch:
                self._record(batch)
            if time.monotonic() >= due:
                self._write_answers()
                # What does not fit in one transaction goes on after the next events.
                due = time.monotonic() + (0 if len(self._store.waiting) else PAUSE)
        while len(self._store.waiting):
            self._write_answers()

    def _record(self, batch: list[Job]) -> None:
        events = [event for some, _ in batch for event in some]
        try:
            outcomes = self._store.record(events)
        except BaseException as error:  # not even a fault of ours leaves callers waiting
            _finish_all(batch, error)
            if not isinstance(error, Exception):
                raise
        else:
            self._acknowledge(batch, outcomes)

    def _write_answers(self) -> None:
        # They are dropped first, and `waiting.counts` says how many. Not even a fault of ours in
        # them may end the thread that events wait for.
        with contextlib.suppress(Exception):
            self._store.waiting.flush(self._store.database)

    def _take(self, due: float) -> list[Job] | None:
        """Wait for work until a moment; return at most 512 events, more only of one call.

        None: the writer is closed, and nothing is left.
        """
        with self._change:
            patience = max(due - time.monotonic(), 0)
            self._change.wait_for(lambda: self._jobs or self._closed, patience)
            if self._closed and not self._jobs:
                return None
            batch: list[Job] = []
            size = 0
            while self._jobs and (not batch or size + len(self._jobs[0][0]) <= BATCH):
                batch.append(self._jobs.popleft())
                size += len(batch[-1][0])
            self._waiting -= size
            return batch

    def _acknowledge(self, batch: list[Job], outcomes: list[Outcome]) -> None:
        self._told(outcomes)
        start = 0
        for events, future in batch:
            _finish(future, outcomes[start : start + len(events)])
            start += len(events)


def _finish_all(batch: list[Job], error: BaseException) -> None:
    for _, future in batch:
        _finish(future, error)


def _finish(future: Future[list[Outcome]], result: list[Outcome] | BaseException) -> None:
    if not future.set_running_or_notify_cancel():
        return  # the caller has gone; what was stored stays stored
    if isinstance(result, BaseException):
        future.set_exception(result)
    else:
        future.set_result(result)
