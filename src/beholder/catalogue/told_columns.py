"""What `--map` said of columns, kept in the workspace for the next file with the same headings.

Headings are kept as a hash: the first line of a file without any may name people.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from beholder.durable import write_file
from beholder.errors import DataError

NAME = "columns.json"
_Kept = dict[str, dict[str, str]]  # columns by field, by what the file holds and its headings


def before(folder: Path, what: str, columns: Iterable[str]) -> dict[str, str]:
    """Return the columns that were told for a file with these headings, by field.

    Parameters
    ----------
    folder
        The workspace's reports.
    what
        `items`, `interactions` or `users`.

    Raises
    ------
    DataError
        If what is kept cannot be read.
    """
    return _read(folder / NAME).get(_key(what, columns), {})


def keep(folder: Path, what: str, columns: Iterable[str], told: Mapping[str, str]) -> None:
    """Keep what was told of a file with these headings.

    Raises
    ------
    DataError
        If what is kept cannot be read.
    """
    kept, key = _read(folder / NAME), _key(what, columns)
    if kept.get(key, {}) != told:
        kept[key] = dict(told)
        write_file(folder / NAME, msgspec.json.format(msgspec.json.encode(kept)))


def still(earlier: Mapping[str, str], told: Mapping[str, str]) -> dict[str, str]:
    """Return what still holds of what was told earlier beside what is told now."""
    columns = set(told.values())
    return {
        ours: theirs
        for ours, theirs in earlier.items()
        if ours not in told and theirs not in columns
    }


def _read(path: Path) -> _Kept:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Kept)
    except FileNotFoundError:
        return {}
    except msgspec.DecodeError as error:
        raise DataError(
            f"{path} cannot be read: {error}",
            remedy="delete it: columns are then told anew with --map",
        ) from error


def _key(what: str, columns: Iterable[str]) -> str:
    """Return the name of a set of headings; their order says nothing."""
    headings = msgspec.json.encode(sorted(set(columns)))
    return f"{what} {hashlib.sha256(headings).hexdigest()}"
