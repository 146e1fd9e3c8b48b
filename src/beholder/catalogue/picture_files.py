"""Which file of a folder a name means, or an item's id: only where there is no doubt.

An exact path first, then the file with the longest matching end of its path, then a name. Where
several files fit equally well, none is taken, and the doubt is told.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import PurePosixPath
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from beholder.catalogue.readers.folder import Folder, is_picture, is_unread

Name = Callable[[str], str]
MOST_ALIKE = 64  # files of one name among which the same case is looked for
ADDRESS = re.compile(r"https?://", re.IGNORECASE)


class Match(NamedTuple):
    """What a name was found to mean.

    Attributes
    ----------
    doubt
        Several files fit equally well, so that there is no `file`.
    elsewhere
        It was found by its name alone, in another folder than the text says.
    """

    file: str | None = None
    doubt: bool = False
    elsewhere: bool = False


class PictureFiles:
    """The files of a folder by every name that they may be called by."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self._by_tail: dict[tuple[int, bool], dict[str, list[str]]] = {}

    def find(self, text: str) -> Match:
        """Return the file that a column's text means: a path, a name, or an address of one."""
        wanted = plain_path(text)
        exact = self._exact.get(text) or self._exact.get(wanted)
        if exact is not None or not wanted:
            return Match(exact)
        name = wanted.rsplit("/", 1)[-1]
        if name.casefold() in self._tails(1, whole=True):
            return self._longest(wanted, whole=True)
        ends = is_picture(name) or is_unread(name)  # a picture may have been converted since
        return self._longest(_stem(wanted) if ends else wanted, whole=False)

    def of_item(self, item_id: str) -> tuple[list[str], bool]:
        """Return the files that belong to an item by their names, and whether there was doubt.

        A file that is called like the id, then those in a folder that is called like it.
        """
        wanted = unicodedata.normalize("NFC", item_id)
        path = self._exact.get(wanted) or self._without_suffix.get(wanted)
        if path:
            return [path], False
        named = self._tails(1, whole=False).get(wanted.casefold(), [])
        same = _spelled(wanted, named, _stem_of)
        inside = _spelled(wanted, self._folders.get(wanted.casefold(), []), _name_of)
        files = same[:1] if len(same) == 1 else []
        if len(inside) == 1:
            files = list(dict.fromkeys([*files, *self._contents[inside[0]]]))
        return files, len(same) > 1 or len(inside) > 1

    @cached_property
    def ids(self) -> dict[str, str]:
        """An id for each file where files alone make the items: its name, where that is its own.

        Else the path without suffix, else the whole path. A file in a folder that is called like
        such an item is a further picture of it, as it is where items are imported.
        """
        stems: dict[str, int] = {}
        paths: dict[str, int] = {}
        for file in self.folder.files:
            stem, path = _stem_of(file), file.rsplit(".", 1)[0]
            stems[stem] = stems.get(stem, 0) + 1
            paths[path] = paths.get(path, 0) + 1
        found = {}
        for file in self.folder.files:
            stem, path = _stem_of(file), file.rsplit(".", 1)[0]
            found[file] = stem if stems[stem] == 1 else path if paths[path] == 1 else file
        taken = set(found.values())
        for folder, files in self._contents.items():
            name = _name_of(folder)
            owned, doubt = self.of_item(name) if name in taken else ([], True)
            if not doubt and set(files) <= set(owned):
                found |= dict.fromkeys(files, name)
        return found

    @property
    def by_item(self) -> dict[str, list[str]]:
        """The files of each item where files alone make the items, its cover first."""
        found: dict[str, list[str]] = {}
        for file, item_id in self.ids.items():
            found.setdefault(item_id, []).append(file)
        return {item_id: sorted(files, key=_depth_and_number) for item_id, files in found.items()}

    def _longest(self, wanted: str, whole: bool) -> Match:
        """Return the one file whose path ends most like `wanted`, the same case before another."""
        parts = wanted.split("/")
        found = self._tails(1, whole).get(parts[-1].casefold(), [])
        size = 1
        while len(found) > 1 and size < len(parts):
            longer = self._tails(size + 1, whole).get("/".join(parts[-size - 1 :]).casefold())
            if not longer:
                break
            found, size = longer, size + 1
        if 1 < len(found) <= MOST_ALIKE:
            tail = "/".join(parts[-size:])
            found = [file for file in found if _tail(file, size, whole) == tail] or found
        if len(found) != 1:
            return Match(doubt=bool(found))
        # Where both say a folder and they are not the same one, it was the name alone.
        says, has = len(parts) > 1, found[0].count("/") > 0
        elsewhere = (
            says and has and _tail(found[0], 2, whole).casefold() != "/".join(parts[-2:]).casefold()
        )
        return Match(found[0], elsewhere=elsewhere)

    def _tails(self, size: int, whole: bool) -> dict[str, list[str]]:
        """Return the files by the last parts of their path, with suffix (`whole`) or without."""
        known = self._by_tail.get((size, whole))
        if known is None:
            deep = (file for file in self.folder.files if file.count("/") >= size - 1)
            known = self._by_tail[size, whole] = _by(deep, lambda file: _tail(file, size, whole))
        return known

    @cached_property
    def _exact(self) -> dict[str, str]:
        """Paths as they are, and in NFC: a Mac writes é as two characters."""
        spelled = {unicodedata.normalize("NFC", file): file for file in self.folder.files}
        return spelled | {file: file for file in self.folder.files}

    @cached_property
    def _without_suffix(self) -> dict[str, str]:
        """Paths in a folder below, without suffix, where only one file has it."""
        found: dict[str, str] = {}
        for file in self.folder.files:
            path = unicodedata.normalize("NFC", file).rsplit(".", 1)[0]
            if "/" in path:
                found[path] = "" if path in found else file
        return found

    @cached_property
    def _contents(self) -> dict[str, list[str]]:
        """Files by the folder that they lie in, those with numbers in the order of numbers."""
        found: dict[str, list[str]] = {}
        for file in self.folder.files:
            if "/" in file:
                found.setdefault(file.rsplit("/", 1)[0], []).append(file)
        return {folder: sorted(files, key=_natural) for folder, files in found.items()}

    @cached_property
    def _folders(self) -> dict[str, list[str]]:
        return _by(self._contents, _name_of)


def plain_path(text: str) -> str:
    """Return a path as a folder has it: no address, drive, query or escapes; in NFC."""
    if ADDRESS.match(text):
        text = urlsplit(text).path
    else:
        text = re.split(r"[?#]", text, maxsplit=1)[0]
    text = re.sub(r"^[A-Za-z]:", "", unquote(text).replace("\\", "/"))
    parts = [part for part in text.split("/") if part not in ("", ".", "..")]
    return unicodedata.normalize("NFC", "/".join(parts))


def _tail(file: str, size: int, whole: bool) -> str:
    """Return the last parts of a path."""
    tail = unicodedata.normalize("NFC", "/".join(file.split("/")[-size:]))
    return tail if whole else _stem(tail)


def _spelled(wanted: str, found: list[str], of: Name) -> list[str]:
    """Return those spelled in the very case, where there are some."""
    return [each for each in found if of(each) == wanted] or found


def _by(values: Iterable[str], of: Name) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for value in values:
        found.setdefault(of(value).casefold(), []).append(value)
    return found


def _name_of(path: str) -> str:
    return unicodedata.normalize("NFC", PurePosixPath(path).name)


def _stem_of(path: str) -> str:
    return _stem(_name_of(path))


def _stem(name: str) -> str:
    return name.rsplit(".", 1)[0]


def _depth_and_number(path: str) -> tuple[int, list[tuple[int, str]]]:
    return path.count("/"), _natural(path)


def _natural(path: str) -> list[tuple[int, str]]:
    """Sort `2.jpg` before `10.jpg`."""
    return [
        (int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", path)
    ]
