"""When a server trains: after so long, after so many events, and not at once after a failure."""

from __future__ import annotations

from beholder.service.trainings import Outcome

FIRST, LONGEST = 60.0, 6 * 3600.0  # seconds of pause after failures, doubled with each


class Schedule:
    """Says when the next training is due. Either of both reasons is enough.

    Parameters
    ----------
    every
        Seconds from one bundle to the next; None: time is no reason.
    events
        New events since the last training; 0: they are no reason.
    """

    def __init__(self, every: float | None, events: int) -> None:
        self.every, self.events = every, events
        self._pause = FIRST
        self._not_before = float("-inf")

    def due(self, now: float, age: float, new: int) -> bool:
        """Return whether to train now.

        Parameters
        ----------
        now
            Seconds by a clock that is never set.
        age
            Seconds since the newest bundle was made.
        new
            Events that came since.
        """
        if now < self._not_before:
            return False
        return (self.every is not None and age >= self.every) or 0 < self.events <= new

    def ended(self, now: float, outcome: Outcome) -> None:
        """Take into account how a training ended."""
        if outcome == "failed":
            self._not_before = now + self._pause
            self._pause = min(2 * self._pause, LONGEST)
            return
        if outcome == "busy":  # it will end some time
            self._not_before = now + FIRST
            return
        self._pause = FIRST
