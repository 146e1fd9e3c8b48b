"""Pictures of a folder into the workspace: found by name, kept by content, each read once."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from beholder.catalogue.readers.folder import Folder
from beholder.errors import DataError
from beholder.media.originals import keep

THREADS = 16


class Pictures:
    """Finds the picture of an item in a folder and keeps its bytes.

    Attributes
    ----------
    used
        Files that some item shows.
    unreadable
        How many were too large or could not be opened.
    remote
        How many items name an address on the web, which is never fetched.
    """

    def __init__(self, folder: Folder | None, media: Path, limit: int) -> None:
        self.folder = folder
        self.media = media
        self.limit = limit
        self.used: set[str] = set()
        self.unreadable = 0
        self.remote = 0
        self._kept: dict[str, str] = {}

    def file_of(self, item_id: str, named: str | None) -> str | None:
        """Return the file of an item: what its row names, else the one named like its id."""
        if self.folder is None:
            return None
        if named is not None and named.startswith(("http://", "https://")):
            self.remote += 1
            named = None
        found = self.folder.find(named) if named else None
        return found or self.folder.by_stem.get(item_id.lower())

    def keep(self, files: Iterable[str | None]) -> None:
        """Keep the bytes of files, several at a time: most of it is waiting for the disk."""
        fresh = sorted({file for file in files if file is not None and file not in self._kept})
        with ThreadPoolExecutor(THREADS) as pool:
            self._kept |= dict(zip(fresh, pool.map(self._keep, fresh), strict=True))
        self.unreadable += sum(not self._kept[file] for file in fresh)

    def of(self, file: str | None) -> list[str] | None:
        """Return the SHA-256 of a kept file in a list; None where there is none."""
        if file is None:
            return None
        self.used.add(file)
        return [self._kept[file]] if self._kept[file] else None

    def _keep(self, file: str) -> str:
        assert self.folder is not None
        try:
            return keep(self.media, self.folder.read(file, self.limit))
        except DataError:
            return ""
