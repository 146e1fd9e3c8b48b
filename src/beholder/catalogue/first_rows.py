"""The first rows of a file, by which its columns are known."""

from __future__ import annotations

from pathlib import Path

from beholder.catalogue.named_in_broken import keys_in
from beholder.catalogue.readers import open_rows
from beholder.catalogue.readers.interface import MAX_COLUMNS, Batch, Column, Seeing
from beholder.catalogue.readers.one_object import check_one_object
from beholder.catalogue.readers.texts import Form
from beholder.errors import DataError


def first_rows(what: str, path: Path, form: Form) -> Batch:
    """Return the first rows of a file.

    Of users none need be read, as long as columns have names: whom a refused row names is told
    by these.

    Raises
    ------
    DataError
        If there are none.
    """
    seen, empty = _Refused(), Batch((), {})
    rows = open_rows(path, seen, form)
    try:
        for batch in rows:
            if len(batch):
                return batch
            empty = batch
    finally:
        rows.close()  # type: ignore[attr-defined]
    if not seen.first:
        raise DataError(f"{path.name} has no row", remedy="each line after the first is one")
    if what == "users":
        columns: dict[str, Column] = dict(empty.columns) or dict.fromkeys(seen.keys, ())
        if columns:
            return Batch((), columns, delimiter=empty.delimiter)
    if path.suffix.lower() in (".jsonl", ".ndjson"):
        check_one_object(path, form)
    raise DataError(
        f"no row of {path.name} can be read: {seen.first}",
        remedy="mend the file; --dry-run shows what a row is taken for",
    )


class _Refused(Seeing):
    """The first refused row, in words, and the keys of all that may be objects."""

    def __init__(self) -> None:
        self.first = ""
        self.keys: dict[str, None] = {}

    def see(self, line: bytes) -> None:
        """Note the keys of a row."""
        if len(self.keys) < MAX_COLUMNS:
            self.keys |= dict.fromkeys(keys_in(line))

    def __call__(self, row: int, reason: str) -> None:
        """Note the first row."""
        self.first = self.first or f"row {row} {reason}"
