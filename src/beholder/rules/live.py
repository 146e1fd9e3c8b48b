"""Standing rules that follow the settings file: read anew when it changes, kept when it breaks."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from pathlib import Path

from beholder import settings as settings_file
from beholder.errors import SettingsError
from beholder.rules.standing import Standing, read

LOOK = 0.5  # seconds between looks at the file


class LiveRules:
    """The last good rules of a workspace; safe among threads.

    Parameters
    ----------
    path
        A `beholder.toml`.

    Attributes
    ----------
    rules
        The same object until a good file has other rules.
    problem
        What is wrong with the file as it is now; empty: it is what `rules` were read from.

    Raises
    ------
    SettingsError
        If the file is broken at the start, when there is nothing to keep.
    """

    def __init__(self, path: Path, environ: Mapping[str, str] = os.environ) -> None:
        self.path = path
        self.problem = ""
        self._environ = environ
        self._content: bytes | None = _content(path)
        self.rules = self._read()
        self._looked = -LOOK
        self._lock = threading.Lock()

    def look(self, now: float) -> Standing:
        """Return the rules, after a look at the file where the last is half a second old.

        Parameters
        ----------
        now
            Seconds of a clock that never goes back, such as `time.monotonic()`.
        """
        if now - self._looked < LOOK or not self._lock.acquire(blocking=False):
            return self.rules
        try:
            self._looked = now
            self._follow()
        finally:
            self._lock.release()
        return self.rules

    def _follow(self) -> None:
        # By content: a file may change twice within one tick of its time stamp.
        before, self._content = self._content, None
        try:
            self._content = _content(self.path)
            if self._content == before:
                return
            rules = self._read()
        except SettingsError as error:
            self.problem = f"the rules from before are kept: {error}"
            return
        self.problem = ""
        if rules != self.rules:
            self.rules = rules

    def _read(self) -> Standing:
        found = settings_file.load(self.path, self._environ)
        return read(found.rules, found.out_of_stock)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(
            f"{path.name} cannot be read: {error.strerror}", remedy="put it back"
        ) from error
