"""How long a request waits for its turn, and what is done where that is too long.

Each request whose body is there leaves a mark behind all that wait in the loop of its process.
When the loop comes to the mark, the time between is what those beside it waited. A wait that
stands, and is no hiccup, makes answers simpler; one beyond the deadline is refused at once, since
whoever asked would be gone before the answer came (CoDel: Nichols and Jacobson, ACM Queue 2012).
"""

from __future__ import annotations

import asyncio
import time
from collections import deque

STANDS = 0.1  # seconds that a wait must last
RETURNS = 1.0  # seconds within which it counts as the same one
SIMPLER = 0.05  # seconds; answers get simpler
ANSWER = 0.2  # seconds; answers are refused
PAGE = 1.0
EVENTS = 2.0


class Queue:
    """What waits in one process. Only its loop's thread may ask it."""

    def __init__(self) -> None:
        self._marks: deque[float] = deque()
        self._last = 0.0
        self._bounds = {bound: Bound(bound) for bound in (SIMPLER, ANSWER, PAGE, EVENTS)}

    def join(self) -> None:
        """Leave a mark."""
        self._marks.append(time.perf_counter())
        asyncio.get_running_loop().call_soon(self._reached)

    def over(self, bound: float) -> bool:
        """Return whether those who come now wait longer than one of the bounds above."""
        now = time.perf_counter()
        return self._bounds[bound].over(self._wait(now), now)

    def __len__(self) -> int:
        """Return how many wait; any thread may ask."""
        return len(self._marks)

    @property
    def wait(self) -> float:
        """Seconds that those who come now wait; any thread may ask."""
        return self._wait(time.perf_counter())

    def _wait(self, now: float) -> float:
        try:
            return max(self._last, now - self._marks[0])
        except IndexError:
            return self._last

    def _reached(self) -> None:
        spent = time.perf_counter() - self._marks.popleft()
        self._last = spent if self._marks else 0.0  # with nobody behind it, it waited for itself


class Bound:
    """Whether a wait stands above a bound, in seconds."""

    def __init__(self, bound: float) -> None:
        self.bound = bound
        self._since: float | None = None
        self._asked = self._until = float("-inf")

    def over(self, wait: float, now: float) -> bool:
        """Take a wait into account, as of a moment by any clock."""
        again, self._asked = now - self._asked < RETURNS, now
        if wait <= self.bound:
            self._since = None
            return False
        if self._since is None or not again:
            self._since = float("-inf") if now - self._until < RETURNS else now
        if now - self._since < STANDS:
            return False
        self._until = now
        return True


def deadline(method: str, path: str) -> float:
    """Return the longest wait for an answer to a request."""
    if path == "/v1/interactions" and method == "POST":
        return EVENTS
    return ANSWER if path.startswith("/v1/") else PAGE
