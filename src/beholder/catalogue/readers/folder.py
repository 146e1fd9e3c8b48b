"""A folder of pictures: which files are in it, by name, without following links out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from beholder.errors import DataError

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".avif", ".gif"})
MOST = 1_000_000


@dataclass
class Folder:
    """The pictures of a folder.

    Attributes
    ----------
    root
        The folder, resolved.
    files
        Path relative to the root (with `/`) of every picture.
    by_stem, by_name
        The first of them by name without and with suffix, in lower case.
    skipped
        How many entries were links, devices, or no pictures.
    """

    root: Path
    files: list[str] = field(default_factory=list)
    by_stem: dict[str, str] = field(default_factory=dict)
    by_name: dict[str, str] = field(default_factory=dict)
    skipped: int = 0

    def find(self, text: str) -> str | None:
        """Return the file that a column's text means: a path in the folder, or a name in it."""
        wanted = PurePosixPath(text.replace("\\", "/")).as_posix().lower()
        if wanted in self.by_name:
            return self.by_name[wanted]
        name = wanted.rsplit("/", 1)[-1]
        return self.by_name.get(name) or self.by_stem.get(name)

    def read(self, file: str, limit: int) -> bytes:
        """Return the bytes of a picture.

        Raises
        ------
        DataError
            If it has become a link, or is larger than `limit` bytes.
        """
        try:
            handle = os.open(self.root / file, os.O_RDONLY | os.O_NOFOLLOW)
        except OSError as error:
            raise DataError(f"{file} cannot be opened", remedy="see its rights") from error
        with os.fdopen(handle, "rb") as opened:
            data = opened.read(limit + 1)
        if len(data) > limit:
            raise DataError(f"{file} is larger than {limit} bytes", remedy="make it smaller")
        return data


def scan(root: Path) -> Folder:
    """Look through a folder and those below it.

    Raises
    ------
    DataError
        If it is no folder, or has more than a million files.
    """
    if not root.is_dir():
        raise DataError(f"there is no folder {root}", remedy="see the path")
    folder = Folder(root.resolve())
    for path in _walk(folder.root, folder):
        relative = os.path.relpath(path, folder.root).replace(os.sep, "/")
        folder.files.append(relative)
        if len(folder.files) > MOST:
            raise DataError(f"{root} has more than {MOST} pictures", remedy="import it in parts")
    folder.files.sort()
    for file in folder.files:
        name = PurePosixPath(file).name.lower()
        folder.by_name.setdefault(file.lower(), file)
        folder.by_name.setdefault(name, file)
        folder.by_stem.setdefault(name.rsplit(".", 1)[0], file)
    return folder


def _walk(root: Path, folder: Folder) -> Iterator[str]:
    waiting = [str(root)]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_symlink():
                    folder.skipped += 1
                elif entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                elif (
                    entry.is_file(follow_symlinks=False)
                    and os.path.splitext(entry.name)[1].lower() in SUFFIXES
                ):
                    yield entry.path
                else:
                    folder.skipped += 1
