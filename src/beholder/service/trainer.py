"""Trains while a server answers: one training at a time, in a process of its own.

It is the parent of the workers that does so, once for all of them, and without a connection to
the store, which processes may not share: workers tell how many events came, and look themselves
whether another bundle was promoted.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from calendar import timegm
from collections.abc import Callable

import msgspec

from beholder.bundle.promote import names
from beholder.service.lasting import LONGEST
from beholder.service.log import note_trouble
from beholder.service.meters import Meters
from beholder.service.schedule import Schedule
from beholder.service.trainings import Kept, Result, Training, keep, kept, moment
from beholder.workspace import Workspace

LOOK = 1.0  # seconds
GRACE = 10.0  # seconds that a training has to end when the server does
PROGRAM = (sys.executable, "-m", "beholder.cli.beside")


class Trainer:
    """Starts trainings when they are due, from a thread of its own.

    Parameters
    ----------
    meters
        In which workers tell how many events there ever were.
    say
        Is told how each training ended.
    """

    def __init__(
        self, workspace: Workspace, schedule: Schedule, meters: Meters, say: Callable[[str], None]
    ) -> None:
        self.workspace, self.schedule, self.meters, self.say = workspace, schedule, meters, say
        before = kept(workspace) or Kept()
        self._kept = msgspec.structs.replace(before, training=_ended(before.training))
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._starting = threading.Lock()
        self._thread = threading.Thread(target=self._work, name="beholder-trainer", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        keep(self.workspace, self._kept)
        self._thread.start()

    def stop(self) -> None:
        """End the training that runs, and look no more."""
        with self._starting:
            self._stopping.set()
            process = self._process
        if process is not None:
            process.terminate()
            try:
                process.wait(GRACE)
            except subprocess.TimeoutExpired:
                process.kill()
        self._thread.join()

    def _work(self) -> None:
        pause = LOOK
        while not self._stopping.wait(pause):
            try:
                self._look()
                pause = LOOK
            except Exception as error:  # a disk that is full passes; this thread may not end
                note_trouble("looking whether to train", error)
                pause = min(2 * pause, LONGEST)

    def _look(self) -> None:
        events = int(max(self.meters.gauges("last_event").values(), default=0))
        newest = max([*names(self.workspace), self._kept.bundle])
        if newest > self._kept.bundle or (self._kept.events is None and events):
            self._keep(bundle=newest, events=events or None)
        known = events if self._kept.events is None else self._kept.events
        age = time.time() - timegm(time.strptime(newest[:15], "%Y%m%dT%H%M%S"))
        if self.schedule.due(time.monotonic(), age, events - known):
            self._train(events)

    def _train(self, events: int) -> None:
        began = moment()
        self._keep(training=Training("running", began, last=self._kept.training.last))
        result = self._result()
        self.schedule.ended(time.monotonic(), result.outcome)
        if result.bundle:
            self._keep(bundle=result.bundle, events=events or None)
        self._keep(training=Training("waiting", began, moment(), result))
        named = f" ({result.bundle})" if result.bundle else ""
        self.say(f"training: {result.outcome}{named}{result.reason and ': '}{result.reason}")

    def _result(self) -> Result:
        """Train, and return how that ended."""
        command = [*PROGRAM, str(self.workspace.root), str(os.getpid())]
        with self._starting:
            if self._stopping.is_set():
                return _STOPPED
            # In a session of its own: a Ctrl-C is meant for the server, which then ends it.
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True
            )
        told, _ = self._process.communicate()
        if self._stopping.is_set():
            return _STOPPED
        try:
            return msgspec.json.decode(told, type=Result)
        except msgspec.DecodeError:
            return Result("failed", reason=_how(self._process.returncode))

    def _keep(self, **changes: object) -> None:
        self._kept = msgspec.structs.replace(self._kept, **changes)
        keep(self.workspace, self._kept)


_STOPPED = Result("stopped", reason="the server ended")


def _ended(training: Training) -> Training:
    """Return what is so of a training after whoever watched it was killed."""
    if training.state == "waiting":
        return training
    return msgspec.structs.replace(training, state="waiting", last=_STOPPED)


def _how(status: int) -> str:
    if status == -signal.SIGKILL:
        return "it was killed: see whether memory ran out (dmesg)"
    return f"it ended with {f'signal {-status}' if status < 0 else f'status {status}'}"
