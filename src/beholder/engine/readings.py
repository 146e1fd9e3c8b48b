"""What was read for those who asked last, for their next page, filter or place on a page."""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from contextlib import suppress

from beholder.engine.overlay import Overlay
from beholder.engine.slate import Known
from beholder.scorers.blend import Reading

BYTES = 64 * 2**20  # of 8,500 items and 50 likes 300 people, where rows have 300 entries


class Readings:
    """Readings of histories that are remembered. Safe to share between threads.

    One for each person, as long as nothing happens; of one catalogue, the last that was asked.

    Parameters
    ----------
    most
        Bytes that are kept; the newest reading is, whatever its size.
    """

    def __init__(self, most: int = BYTES) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[int, ...], Reading] = OrderedDict()
        self._bytes = 0
        self._view: weakref.ref[Overlay] | None = None  # of another one all of them go
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def of(self, view: Overlay, known: Known) -> Reading:
        """Return the reading of what is known of somebody, made if it was not."""
        if not known.persons or known.stranger:
            return view.blend.read(known.query)
        kept = self._kept.get(known.persons)
        if kept is not None and kept.query is known.query and kept.blend is view.blend:
            with suppress(KeyError):  # another thread may have pushed it out just now
                self._kept.move_to_end(known.persons)
            return kept
        made = view.blend.read(known.query)
        with self._lock:
            if self._view is None or self._view() is not view:
                self._clear()
                self._view = weakref.ref(view)
            before = self._kept.pop(known.persons, None)
            self._kept[known.persons] = made
            self._bytes += made.size - (0 if before is None else before.size)
            while self._bytes > self._most and len(self._kept) > 1:
                self._bytes -= self._kept.popitem(last=False)[1].size
        return made

    def clear(self) -> None:
        """Forget everybody."""
        with self._lock:
            self._clear()

    def _clear(self) -> None:
        self._kept.clear()
        self._bytes = 0
