"""One kind of file a module; all of them yield batches and turn broken rows into refusals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from beholder.catalogue.readers import csv, jsonl, parquet
from beholder.catalogue.readers.interface import Batch, Refuse
from beholder.errors import DataError

Reader = Callable[[Path, Refuse], Iterator[Batch]]

READERS: dict[str, Reader] = {
    ".csv": csv.read,
    ".tsv": csv.read,
    ".txt": csv.read,
    ".jsonl": jsonl.read,
    ".ndjson": jsonl.read,
    ".parquet": parquet.read,
}


def open_rows(path: Path, refuse: Refuse) -> Iterator[Batch]:
    """Read the rows of a file with the reader that its suffix names.

    Raises
    ------
    DataError
        If the file is missing, of no known kind, or cannot be read as a whole.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise DataError(
            f"{path.name} is of no kind that can be read", remedy="one of " + ", ".join(READERS)
        )
    if not path.is_file():
        raise DataError(f"there is no file {path}", remedy="see the path")
    return reader(path, refuse)
