"""What a server does once a day beside its answers: what is older than it may be ends, and what was
begun to be erased is."""

from __future__ import annotations

import time

from beholder.errors import BeholderError
from beholder.service.log import note_trouble
from beholder.store import Store

DAY, HOUR = 86_400.0, 3_600.0  # seconds
FIRST = 60.0  # seconds after the start, when those who were waiting are answered


class Daily:
    """Finishes interrupted erasures; deletes events, answers and tombstones whose time is over.

    Several processes may do so: what one of them deleted the next one does not find.

    Attributes
    ----------
    held
        Why not all of it was done the last time; None: nothing was in the way.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._due = time.monotonic() + FIRST
        self.held: str | None = None

    def look(self, moment: float) -> None:
        """Do it if a day has passed, by a clock that nobody sets."""
        if moment < self._due:
            return
        self._due = moment + HOUR  # after what failed; a person may have helped by then
        held, left = None, 0
        try:
            left = self._store.finish_erasures()
        except BeholderError as error:
            held = self._told("finishing erasures", error)
        try:
            self._store.expire()
        except BeholderError as error:
            held = self._told("ending what is old", error)
        self.held = held
        if held is None and not left:  # somebody may still be at one that was begun
            self._due = moment + DAY

    def _told(self, what: str, error: BeholderError) -> str:
        if self.held is None:
            note_trouble(what, error)
        return error.message
