"""How many events one visitor may send: a bucket that fills evenly (a token bucket).

Each process has its own. It keeps a page or script that runs away from filling the store; against
somebody who takes a new visitor for each there is the proxy in front.
"""

from __future__ import annotations

import time
from collections import OrderedDict

from beholder.errors import TooManyEventsError
from beholder.service.access import Caller

MINUTE = 60.0  # seconds in which an empty bucket is full
MOST = 100_000  # buckets


class Pace:
    """The buckets of the visitors that were here in the last minute.

    Parameters
    ----------
    events
        Of a visitor in a minute, and at once; 0: as many as come.
    """

    def __init__(self, events: int) -> None:
        self.events = events
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # events, and as of when

    def check(self, caller: Caller, n: int) -> None:
        """Take n events of a browser; programs with a key send those of many people.

        Raises
        ------
        TooManyEventsError
            If nothing is left of its minute: none of them is taken.
        """
        if caller.visitor is not None and caller.kind not in ("local", "key"):
            self.take(caller.visitor.id, n)

    def take(self, visitor: str, n: int, now: float | None = None) -> None:
        """Take n events of a visitor at a moment, in seconds of a clock that only goes forward."""
        if not self.events:
            return
        now = time.monotonic() if now is None else now
        self._forget(now)
        left, then = self._left.get(visitor, (float(self.events), now))
        left = min(left + (now - then) * self.events / MINUTE, float(self.events))
        if left < 1:
            raise TooManyEventsError(
                f"a visitor may send {self.events} events a minute",
                remedy="send them again in a minute",
            )
        # What is more than is left is taken, too, and waited for: at most a minute.
        self._left[visitor] = max(left - n, -float(self.events)), now
        self._left.move_to_end(visitor)

    def _forget(self, now: float) -> None:
        """Drop buckets that are full by now, and the oldest where there are too many."""
        while self._left:
            _, then = next(iter(self._left.values()))
            if now - then <= 2 * MINUTE and len(self._left) < MOST:
                return
            self._left.popitem(last=False)
