"""What is counted of requests, answers and events: which cell holds what, and how it gets there.

What can be counted is known before anything is: no label is made of what a request says.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import get_args

from beholder.engine.answer import Level
from beholder.errors import walk
from beholder.service.tally import Tally
from beholder.store import Outcome
from beholder.store.records import Status

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Upper ends of the classes of a histogram; above the last there is one more."""
ELSE = "other"
NOWHERE = "-"  # the route of what is at no address of ours
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", ELSE)
FINE = (200, 201, 202, 204, 206, 303, 304, 400)  # statuses beside those of the errors
OUTCOMES: tuple[str, ...] = get_args(Status)
LEVELS: tuple[str, ...] = get_args(Level)
DEGRADED = ("", "popular")
GAUGES = (
    "at_work", "held", "queued", "queue_wait", "events_waiting", "answers_waiting", "resident",
    "last_event",
)  # fmt: skip
Key = tuple[Hashable, ...]


class Meters:
    """What the processes of one server count.

    Make it before processes are forked; each calls `begin` and then counts from one thread what
    the methods below say. Reading is for all.

    Parameters
    ----------
    routes
        Methods and templates of all addresses.
    slots
        The most processes at once.
    """

    def __init__(self, routes: Iterable[tuple[str, str]], slots: int = 1) -> None:
        known = sorted(set(routes))
        self.routes = (NOWHERE, *sorted({route for _, route in known}))
        self.pairs = [*known, *((method, NOWHERE) for method in METHODS)]
        self.codes = (*sorted({error.code for error in walk()}), ELSE)
        statuses = {*FINE, *(error.status for error in walk())}
        self.statuses = (*(str(status) for status in sorted(statuses)), ELSE)
        self._cells: dict[Key, int] = {}
        self._width = 0
        for key, n in self._keys():
            self._cells[key] = self._width
            self._width += n
        self.tally = Tally(self._width, slots)
        self._row = memoryview(bytearray(8 * self._width)).cast("d")  # until `begin`
        self._gauges: dict[str, Callable[[], float]] = {}

    def _keys(self) -> Iterator[tuple[Key, int]]:
        for method, route in self.pairs:
            yield from ((("request", method, route, status), 1) for status in self.statuses)
        yield from ((("refused", code), 1) for code in self.codes)
        yield from ((("event", outcome), 1) for outcome in OUTCOMES)
        classes = len(SECONDS) + 2  # and one above the last, and the sum
        yield from ((("seconds", route), classes) for route in self.routes)
        for level in LEVELS:
            yield from ((("made", level, degraded), classes) for degraded in DEGRADED)
        yield from ((("gauge", name), 1) for name in GAUGES)

    def begin(self) -> None:
        """Count for this process from now on."""
        self._row = self.tally.claim()
        for name in GAUGES:
            self._row[self._cells["gauge", name]] = 0.0

    def request(self, method: str, route: str, status: int, seconds: float, code: str) -> None:
        """Count a request that has ended; only the loop's thread may.

        Parameters
        ----------
        route
            The template of its address.
        code
            Of the problem that it was answered with; empty: none.
        """
        cells, row = self._cells, self._row
        cell = cells.get(("request", method, route, str(status)))
        row[self._odd(method, route, status) if cell is None else cell] += 1.0
        start = None if cell is None else cells.get(("seconds", route))
        self._time(cells["seconds", NOWHERE] if start is None else start, seconds)
        if code:
            cell = cells.get(("refused", code))
            row[cells["refused", ELSE] if cell is None else cell] += 1.0

    def made(self, level: str, degraded: str, seconds: float) -> None:
        """Count recommendations that were made; only the loop's thread may."""
        self._time(self._cells["made", level, degraded], seconds)

    def recorded(self, outcomes: Sequence[Outcome]) -> None:
        """Count what became of events; only the writer's thread may."""
        for outcome in outcomes:
            self._row[self._cells["event", outcome.status]] += 1.0

    def follow(self, gauge: str, now: Callable[[], float]) -> None:
        """Say how the present value of one of `GAUGES` is found; 0 until then."""
        self._gauges[gauge] = now

    def publish(self) -> None:
        """Write down what is so at this moment, for whoever is asked in another process."""
        for name, now in list(self._gauges.items()):
            self._row[self._cells["gauge", name]] = now()

    def total(self, *key: Hashable) -> float:
        """Return a count of all processes."""
        return self.tally.total(self._cells[key])

    def classes(self, *key: Hashable) -> tuple[list[float], float]:
        """Return how many fell into each class of `SECONDS`, and the sum of their seconds."""
        first = self._cells[key]
        cells = [self.tally.total(first + i) for i in range(len(SECONDS) + 2)]
        return cells[:-1], cells[-1]

    def gauges(self, name: str) -> dict[int, float]:
        """Return the values that the living processes published last, by slot."""
        cell = self._cells["gauge", name]
        return {slot: row[cell] for slot, row in self.tally.living().items()}

    def _time(self, first: int, seconds: float) -> None:
        self._row[first + bisect_left(SECONDS, seconds)] += 1.0
        self._row[first + len(SECONDS) + 1] += seconds

    def _odd(self, method: str, route: str, status: int) -> int:
        """Return the cell of what has a method, route or status that is not expected."""
        told = str(status) if str(status) in self.statuses else ELSE
        if (method, route) in self.pairs:
            return self._cells["request", method, route, told]
        named = method if method in METHODS else ELSE
        return self._cells["request", named, NOWHERE, told]
