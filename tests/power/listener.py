"""Hears which events a process acknowledges, and when."""

from __future__ import annotations

import math
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from forked import Forked
from kept import Event

PATIENCE = 60.0
RECORDER = Path(__file__).with_name("recorder.py")


class Listener(threading.Thread):
    """Reads lines from a pipe until it closes.

    Parameters
    ----------
    clock
        Tells the moment, in whatever only rises.
    """

    def __init__(self, stream: IO[bytes], clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._stream, self._clock = stream, clock
        self._heard: list[tuple[float, str]] = []

    def run(self) -> None:
        rest = b""
        while chunk := self._stream.read1(65_536):  # type: ignore[attr-defined]
            moment = self._clock()  # after the reading: never too early
            *lines, rest = (rest + chunk).split(b"\n")  # a line that was cut is none
            self._heard += [(moment, line.decode()) for line in lines]

    def wait_for(self, n: int) -> None:
        """Return once `n` lines were read."""
        deadline = time.monotonic() + PATIENCE
        while len(self._heard) < n:
            assert self.is_alive(), "the process ended by itself"
            assert time.monotonic() < deadline, f"{len(self._heard)} of {n} lines"
            time.sleep(0.005)

    def heard(self, moment: float = math.inf) -> list[str]:
        """Return the lines read by then."""
        return [line for at, line in self._heard if at <= moment]

    def events(self, moment: float = math.inf) -> set[Event]:
        """Return the events acknowledged by then, where each line is `user time`."""
        return {event_of(line) for line in self.heard(moment)}


def event_of(line: str) -> Event:
    user, _, moment = line.partition(" ")
    return user, int(moment)


@contextmanager
def listening(
    command: Sequence[str], clock: Callable[[], float] = time.monotonic
) -> Iterator[Listener]:
    """Listen to a process; it is killed when the block ends.

    When this returns, all that it ever said has been heard.
    """
    with Forked(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        listener = Listener(process.stdout, clock)
        listener.start()
        try:
            yield listener
        finally:
            process.kill()
            listener.join()


def recorder(root: Path, n_threads: int, *mode: str) -> list[str]:
    """Return the command of a process that records events."""
    return [sys.executable, str(RECORDER), str(root), str(n_threads), *mode]
