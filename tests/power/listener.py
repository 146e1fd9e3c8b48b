"""Hears which events a process acknowledges, and when."""

from __future__ import annotations

import threading
import time
from typing import IO

Event = tuple[str, int]  # user, time
PATIENCE = 60.0


class Listener(threading.Thread):
    """Reads lines `user time` from a pipe until it closes.

    Attributes
    ----------
    heard
        Moment (monotonic, taken after the reading) and event, in the order of reading.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__()
        self._stream = stream
        self.heard: list[tuple[float, Event]] = []

    def run(self) -> None:
        rest = b""
        while chunk := self._stream.read1(65_536):  # type: ignore[attr-defined]
            moment = time.monotonic()
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
