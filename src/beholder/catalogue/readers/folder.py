"""A folder of pictures: which files are in it, without following links out of it.

What is no picture that can be read is counted by reason, so that nobody wonders where it went.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from beholder.errors import DataError

SUFFIXES = frozenset({".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".avif", ".gif"})
# Of these people wonder why they are not there; other files are simply no pictures.
UNREAD = frozenset(
    {".heic", ".heif", ".tif", ".tiff", ".bmp", ".svg", ".psd", ".jxl", ".jp2", ".ico", ".dng",
     ".cr2", ".nef", ".arw"}
)  # fmt: skip
FILMS = frozenset({".mp4", ".mov", ".webm", ".mkv", ".avi"})
REMEDY = "convert them to JPEG, PNG or WebP"
MOST = 1_000_000
LINKS = "links, which are not followed"
HIDDEN = "hidden files"
OTHERS = "files that are no pictures"


@dataclass
class Folder:
    """The pictures of a folder.

    Attributes
    ----------
    root
        The folder, resolved.
    files
        Path relative to the root (with `/`) of every picture, sorted.
    unread
        Pictures of formats that are not read, so.
    skipped
        How many entries were passed over, by reason.
    """

    root: Path
    files: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)

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


def is_picture(name: str) -> bool:
    """Whether a name ends like that of a picture that can be read."""
    return os.path.splitext(name)[1].lower() in SUFFIXES


def is_unread(name: str) -> bool:
    """Whether a name ends like that of a picture of a format that is not read."""
    return os.path.splitext(name)[1].lower() in UNREAD


def scan(root: Path) -> Folder:
    """Look through a folder and those below it.

    Raises
    ------
    DataError
        If it is no folder, or has more than a million files.
    """
    if not root.is_dir():
        raise _no_folder(root)
    folder = Folder(root.resolve())
    for path in _walk(folder.root, folder.skipped):
        files = folder.unread if is_unread(path) else folder.files
        files.append(os.path.relpath(path, folder.root).replace(os.sep, "/"))
        if len(files) > MOST:
            raise DataError(f"{root} has more than {MOST} pictures", remedy="import it in parts")
    folder.files.sort()
    folder.unread.sort()
    return folder


def _walk(root: Path, skipped: Counter[str]) -> Iterator[str]:
    waiting = [str(root)]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                # Archives of macOS have a shadow of every file, with the same name behind a dot.
                if entry.name.startswith(".") or entry.name == "__MACOSX":
                    skipped[HIDDEN] += 1
                elif entry.is_symlink():
                    skipped[LINKS] += 1
                elif entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                elif entry.is_file(follow_symlinks=False) and is_picture(entry.name):
                    yield entry.path
                else:
                    skipped[_why(entry.name)] += 1
                    if entry.is_file(follow_symlinks=False) and is_unread(entry.name):
                        yield entry.path


def _why(name: str) -> str:
    suffix = os.path.splitext(name)[1].lower()
    if suffix in FILMS:
        return f"{suffix} files, which are not read"
    return f"{suffix} files, which are not read: {REMEDY}" if suffix in UNREAD else OTHERS


def _no_folder(path: Path) -> DataError:
    if not path.exists():
        return DataError(f"there is no folder {path}", remedy="see the path")
    packed = path.suffix.lower() in (".zip", ".tar", ".gz", ".tgz", ".7z", ".rar")
    remedy = "unpack it, and give the folder" if packed else "give the folder that it is in"
    return DataError(f"{path} is a file, and a folder of pictures is wanted", remedy=remedy)
