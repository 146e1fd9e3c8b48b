"""One kind of file a module; all of them yield batches and turn broken rows into refusals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from beholder.catalogue.readers import csv, json_array, jsonl, parquet
from beholder.catalogue.readers.interface import Batch, Refuse
from beholder.catalogue.readers.packed import check_packed
from beholder.catalogue.readers.texts import USUAL, Form
from beholder.errors import DataError
from beholder.unicode import is_unicode, writable

Reader = Callable[[Path, Refuse], Iterator[Batch]]

READERS: dict[str, Reader] = {
    ".csv": csv.read,
    ".tsv": csv.read,
    ".txt": csv.read,
    ".dat": csv.read,
    ".jsonl": jsonl.read,
    ".ndjson": jsonl.read,
    ".json": json_array.read,
    ".parquet": parquet.read,
}
DEVICES = ("/", "dev")
TEXTS = (csv.read, jsonl.read, json_array.read)  # what may be packed, and have a form


def open_rows(path: Path, refuse: Refuse, form: Form = USUAL) -> Iterator[Batch]:
    """Read the rows of a file with the reader that its suffix names; `.gz` behind it is packed.

    Raises
    ------
    DataError
        If the file is missing, of no known kind, or cannot be read as a whole.
    """
    if path.is_dir():
        raise DataError(
            f"{path} is a folder, and a file is wanted",
            remedy="name the file in it; a folder of pictures is given by --media",
        )
    if f"{path}" == "-" or (path.exists() and not path.is_file()) or path.parts[:2] == DEVICES:
        raise DataError(
            f"{path} is a stream, and a file is read more than once",
            remedy="write it to a file first, such as log.csv",
        )
    if not path.is_file():
        raise DataError(f"there is no file {path}", remedy="see the path")
    if not is_unicode(path.name):
        raise DataError(
            f"the name of {writable(path.name)} is no UTF-8, and no report could name it",
            remedy="give the file another name",
        )
    check_packed(path)
    suffixes = [suffix.lower() for suffix in path.suffixes]
    packed = suffixes[-1:] == [".gz"]
    reader = READERS.get("".join(suffixes[-2:-1] if packed else suffixes[-1:]))
    if reader is None:
        raise DataError(
            f"{path.name} is of no kind that can be read", remedy="one of " + ", ".join(READERS)
        )
    if reader in TEXTS:
        return reader(path, refuse, form)
    return reader(path, refuse)
