"""What `--map` and `--map-kind` said of columns, kept in the workspace for the next such file.

It holds for a file that has all the columns of which it was said: what else is in it, and in which
order, says nothing. Columns are kept as a hash alone: the first line of a file without headings
may name people.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from beholder.durable import write_file
from beholder.errors import DataError
from beholder.store.locks import output_lock

NAME = "columns.json"


class Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was told of a file.

    Attributes
    ----------
    columns
        By field. Kept, they are hashes.
    words
        Kinds of words; see `kind_words.codes_of`.
    """

    columns: dict[str, str] = {}
    words: dict[str, str] = {}


_Kept = dict[str, list[Told]]  # by what the file holds, the newest last


def before(folder: Path, what: str, columns: Iterable[str]) -> Told:
    """Return what was told last of a file that has these columns.

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
    names = {_hashed(column): column for column in columns}
    for told in reversed(_read(folder / NAME).get(what, [])):
        if names.keys() >= set(told.columns.values()):
            return Told({ours: names[theirs] for ours, theirs in told.columns.items()}, told.words)
    return Told()


def keep(
    folder: Path, what: str, columns: Iterable[str], told: Told, forgotten: Iterable[str] = ()
) -> None:
    """Keep what was told of a file with these columns; the last that was told of it holds.

    Parameters
    ----------
    forgotten
        Fields of which nothing that was told of such a file holds any more.

    Raises
    ------
    DataError
        If what is kept cannot be read.
    UsageError
        If another import keeps something at this moment.
    """
    if before(folder, what, columns) == told:
        return
    path, here = folder / NAME, set(map(_hashed, columns))
    new = Told({ours: _hashed(theirs) for ours, theirs in told.columns.items()}, told.words)
    with output_lock(path):  # or one of two imports would lose what the other was told
        kept = _read(path)
        others = [one for one in kept.get(what, []) if not _replaced(one, new, here, forgotten)]
        kept[what] = [*others, new] if new.columns else others
        write_file(path, msgspec.json.format(msgspec.json.encode(kept)), mode=0o600)


def _replaced(old: Told, new: Told, here: set[str], forgotten: Iterable[str]) -> bool:
    """Whether something was told of the same columns, or of a field that is forgotten."""
    columns = set(old.columns.values())
    return columns == set(new.columns.values()) or (
        columns <= here and not old.columns.keys().isdisjoint(forgotten)
    )


def still(earlier: Mapping[str, str], told: Mapping[str, str]) -> dict[str, str]:
    """Return what still holds of what was told earlier beside what is told now.

    A field that is told no column is forgotten.
    """
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
    except msgspec.MsgspecError as error:
        raise DataError(
            f"{path} cannot be read: {error}",
            remedy="delete it: columns are then told anew with --map",
        ) from error


def _hashed(column: str) -> str:
    return hashlib.sha256(column.encode(errors="surrogatepass")).hexdigest()
