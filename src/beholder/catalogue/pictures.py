"""Pictures of a folder into the workspace: found by name, kept by content, each read once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from beholder.catalogue.picture_files import ADDRESS, Match, PictureFiles
from beholder.catalogue.picture_names import INSIDE
from beholder.catalogue.readers.folder import REMEDY, Folder
from beholder.errors import DataError
from beholder.media.originals import digest_of, keep
from beholder.unicode import writable

THREADS = 16
MOST = 100  # pictures of one item
SHOWN = 10  # examples of each reason
MISSING = "pictures that rows name and the folder does not have"
UNREAD = f"pictures that rows name, of a format that is not read: {REMEDY}"
REMOTE = "addresses of pictures on the web, which are not fetched"
DOUBT = "names that several files have: none of them was taken"
ELSEWHERE = "pictures found by their name in another folder than the row says"
BROKEN = "pictures too large, or that cannot be opened"
TWICE = "pictures equal to another one of the same item, byte for byte"
IN_TABLE = "pictures inside of the table itself, which are not read: write them into files"
NO_FOLDER = "pictures that rows name, and no folder of pictures was given (--media)"
MANY = f"pictures above {MOST} of one item"


class Wanted(NamedTuple):
    """The files that an item is to show, the cover first.

    Attributes
    ----------
    whole
        Whether that is everything which was named.
    """

    files: tuple[str, ...] = ()
    whole: bool = True

    def then(self, other: Wanted) -> Wanted:
        """Return these and others after them."""
        files = tuple(dict.fromkeys((*self.files, *other.files)))
        return Wanted(files[:MOST], self.whole and other.whole and len(files) <= MOST)


class Pictures:
    """Finds the pictures of items in a folder and keeps their bytes.

    Attributes
    ----------
    used
        Files that some item is to show, broken ones among them.
    left
        How many pictures were left out, or found by a guess, by reason.
    examples
        The first of each reason.
    """

    def __init__(self, folder: Folder | None, media: Path, limit: int) -> None:
        self.folder = folder
        self.files = PictureFiles(folder or Folder(media))
        self._unread = PictureFiles(Folder(media, folder.unread if folder else []))
        self.media = media
        self.limit = limit
        self.used: set[str] = set()
        self.left: Counter[str] = Counter()
        self.examples: dict[str, list[str]] = {}
        self._kept: dict[str, str] = {}

    def wanted(self, item_id: str, names: Sequence[str]) -> Wanted:
        """Return the files of an item: what its row names, else those called like its id."""
        doubts = self.left[DOUBT]
        named = self.named(item_id, names)
        if named.files or self.folder is None:
            return named
        files, doubt = self.files.of_item(item_id)
        if doubt and self.left[DOUBT] == doubts:
            self.note(DOUBT, f"item {item_id}: by its id")
        return Wanted(tuple(files), named.whole and not doubt).then(Wanted())

    def named(self, item_id: str, names: Sequence[str]) -> Wanted:
        """Return the files that a row names."""
        files = []
        for name in names:
            found = self.files.find(name)
            if found.file is not None:
                files.append(found.file)
            if found.file is None or found.elsewhere:
                self.note(self._why(name, found), f"item {item_id}: {name[:200]}")
        if self.folder is None:
            return Wanted()
        if len(set(files)) > MOST:
            first = list(dict.fromkeys(files))[MOST]
            self.note(MANY, f"item {item_id}: {first} and after", len(set(files)) - MOST)
        return Wanted((), len(files) == len(names)).then(Wanted(tuple(files)))

    def keep(self, wanted: Iterable[Wanted]) -> None:
        """Keep the bytes of files, several at a time: most of it is waiting for the disk."""
        files = {file for each in wanted for file in each.files}
        fresh = sorted(files - self._kept.keys())
        with ThreadPoolExecutor(THREADS) as pool:
            self._kept |= dict(zip(fresh, pool.map(self._keep, fresh), strict=True))
        for file in fresh:
            if not self._kept[file]:
                self.note(BROKEN, file)

    def hashes(self, item_id: str, wanted: Wanted) -> tuple[list[str], bool]:
        """Return the SHA-256 of files that were kept, and whether these are all."""
        good = [file for file in wanted.files if self._kept[file]]
        self.used.update(wanted.files)
        found = list(dict.fromkeys(self._kept[file] for file in good))
        if len(found) < len(good):
            self._note_twice(item_id, good)
        return found, wanted.whole and len(good) == len(wanted.files)

    def note(self, reason: str, example: str, n: int = 1) -> None:
        """Count what was left out."""
        self.left[reason] += n
        first = self.examples.setdefault(reason, [])
        if len(first) < SHOWN:
            first.append(writable(example))

    def shown_before(self, names: Mapping[str, str]) -> dict[str, str]:
        """Return the files that no item of this import shows, and that are shown all the same.

        Parameters
        ----------
        names
            The SHA-256 of pictures that items show, by the file that they came from: another
            file of that name is none of them.
        """
        if self.folder is None:
            return {}
        files = [file for file in self.folder.files if file in names and file not in self.used]
        with ThreadPoolExecutor(THREADS) as pool:
            hashes = dict(zip(files, pool.map(self._hash, files), strict=True))
        return {file: digest for file, digest in hashes.items() if digest == names[file]}

    @property
    def shown(self) -> dict[str, str]:
        """The SHA-256 of each file that was kept and some item shows, by file."""
        return {file: self._kept[file] for file in sorted(self.used) if self._kept[file]}

    def names(self) -> dict[str, str]:
        """Return a file that each picture was kept from, by SHA-256."""
        return {digest: file for file, digest in reversed(self._kept.items()) if digest}

    def _note_twice(self, item_id: str, files: Sequence[str]) -> None:
        first: dict[str, str] = {}
        for file in files:
            other = first.setdefault(self._kept[file], file)
            if other != file:
                self.note(TWICE, f"item {item_id}: {file} is {other}")

    def _why(self, name: str, found: Match) -> str:
        """Return why a name gives no picture, or gives one by a guess."""
        if name.startswith(INSIDE):
            return IN_TABLE
        if self.folder is None:
            return NO_FOLDER
        if found.elsewhere:
            return ELSEWHERE
        if found.doubt:
            return DOUBT
        unread = self._unread.find(name)
        if unread.file is not None or unread.doubt:
            return UNREAD
        return REMOTE if ADDRESS.match(name) else MISSING

    def _hash(self, file: str) -> str:
        assert self.folder is not None
        try:
            return digest_of(self.folder.read(file, self.limit))
        except DataError:
            return ""

    def _keep(self, file: str) -> str:
        assert self.folder is not None
        try:
            return keep(self.media, self.folder.read(file, self.limit))
        except DataError:
            return ""
