"""What was made of people's events a moment ago, as long as the events are the same.

Every request reads the events themselves; only the work of turning them into a history is kept
here, and what was read for that history in `readings`.
So nothing has to be invalidated: other rows, or another catalogue, and it is made anew.
"""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

from beholder.engine.overlay import Overlay
from beholder.engine.slate import Known

MOST = 1_000  # people


class _Kept(NamedTuple):
    rows: list[tuple[Any, ...]]
    view: weakref.ref[Overlay]  # a catalogue of before must not live on here
    known: Known


class Memory:
    """The people who asked last. Safe to share between threads; nothing of it is written."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[int, ...], _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def known(
        self,
        persons: tuple[int, ...],
        rows: list[tuple[Any, ...]],
        view: Overlay,
        make: Callable[[], Known],
    ) -> Known:
        """Return what these events mean under this overlay, made if it was not."""
        kept = self._kept.get(persons)
        if kept is not None and kept.view() is view and kept.rows == rows:
            with suppress(KeyError):  # another thread may have pushed it out just now
                self._kept.move_to_end(persons)
            return kept.known
        known = make()
        with self._lock:
            self._kept[persons] = _Kept(rows, weakref.ref(view), known)
            self._kept.move_to_end(persons)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return known

    def clear(self) -> None:
        """Forget everybody."""
        with self._lock:
            self._kept.clear()
