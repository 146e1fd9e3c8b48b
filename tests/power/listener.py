"""Hears which events a process acknowledges, and when."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

Event = tuple[str, int]  # user, time
PATIENCE = 60.0
RECORDER = Path(__file__).with_name("recorder.py")


class Listener(threading.Thread):
    """Reads lines `user time` from a pipe until it closes.

    Parameters
    ----------
    clock
        Tells the moment, in whatever only rises.

    Attributes
    ----------
    heard
        Moment, taken after the reading, and event, in the order of reading.
    """

    def __init__(self, stream: IO[bytes], clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._stream, self._clock = stream, clock
        self.heard: list[tuple[float, Event]] = []

    def run(self) -> None:
        rest = b""
        while chunk := self._stream.read1(65_536):  # type: ignore[attr-defined]
            moment = self._clock()
            *lines, rest = (rest + chunk).split(b"\n")  # a line that was cut is none
            self.heard += [(moment, event_of(line)) for line in lines]

    def wait_for(self, n: int) -> None:
        """Return once `n` events were acknowledged."""
        deadline = time.monotonic() + PATIENCE
        while len(self.heard) < n:
            assert self.is_alive(), "the process ended by itself"
            assert time.monotonic() < deadline, f"{len(self.heard)} of {n} acknowledged"
            time.sleep(0.005)

    def before(self, moment: float) -> set[Event]:
        """Return what had been heard by then."""
        return {event for at, event in self.heard if at <= moment}

    def all(self) -> set[Event]:
        """Return everything that was ever heard."""
        return {event for _, event in self.heard}


def event_of(line: bytes) -> Event:
    user, _, moment = line.decode().partition(" ")
    return user, int(moment)


@contextmanager
def recording(
    root: Path, n_threads: int, *mode: str, clock: Callable[[], float] = time.monotonic
) -> Iterator[Listener]:
    """Listen to a process that records events; it is killed when the block ends.

    When this returns, all that it ever acknowledged has been heard.
    """
    with subprocess.Popen(
        [sys.executable, str(RECORDER), str(root), str(n_threads), *mode],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # where its disk fails it dies of that, as it should
    ) as process:
        assert process.stdout is not None
        listener = Listener(process.stdout, clock)
        listener.start()
        try:
            yield listener
        finally:
            process.kill()
            listener.join()
