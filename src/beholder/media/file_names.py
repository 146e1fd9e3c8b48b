"""What pictures were called in the folders that they came from, so that a broken one is found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from beholder.durable import write_file
from beholder.errors import DataError

FILE = "file-names.json"


def keep(media: Path, names: Mapping[str, str]) -> None:
    """Remember the file of each picture, by SHA-256; the newest name of one counts.

    Raises
    ------
    DataError
        If the list was changed by hand and cannot be read.
    """
    before = _load(media)
    after = before | dict(names)
    if after != before:
        write_file(media / FILE, msgspec.json.encode(after))


def of(media: Path, hashes: Iterable[str]) -> dict[str, str]:
    """Return the files of those pictures that came from one.

    Raises
    ------
    DataError
        If the list was changed by hand and cannot be read.
    """
    wanted = list(hashes)
    known = _load(media) if wanted else {}
    return {key: known[key] for key in wanted if key in known}


def _load(media: Path) -> dict[str, str]:
    path = media / FILE
    if not path.exists():
        return {}
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, str])
    except msgspec.DecodeError as error:
        raise DataError(
            f"{path} cannot be read: {error}",
            remedy="delete it; the next import writes the names again",
        ) from error
