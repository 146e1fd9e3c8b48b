"""What every reader of rows keeps to. Run the checks over a reader of your own:

@pytest.mark.parametrize("check", READER_CHECKS, ids=lambda check: check.__name__)
def test_my_reader(check, tmp_path):
    check(my_reader, write_my_kind, tmp_path / "file.kind")

`write` makes a file of the reader's kind from rows whose values are texts; the rows of a file
are dictionaries with the same names.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from beholder.catalogue.readers import Reader
from beholder.errors import DataError

Rows = list[dict[str, str]]
Write = Callable[[Path, Rows], None]
MANY = 110_000  # more than two batches
JUNK = (b"", b"\x00" * 64, b"PK\x03\x04" + bytes(60), b"\xff\xfeh\x00i\x00", b"{" * 5_000)


def read_all(
    reader: Reader, path: Path
) -> tuple[list[dict[str, Any]], list[int], list[tuple[int, str]]]:
    """Return every row, where each stands, and what was refused with its reason."""
    refused: list[tuple[int, str]] = []
    found: list[dict[str, Any]] = []
    places: list[int] = []
    for batch in reader(path, lambda row, reason: refused.append((row, reason))):
        lists = batch.lists()
        assert all(len(column) == len(batch) for column in lists.values())
        places += batch.rows
        found += [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]
    return found, places, refused


def check_values_come_as_they_are(reader: Reader, write: Write, path: Path) -> None:
    """Leading zeros, spaces, commas, other scripts and long texts are kept."""
    rows = [
        {"item_id": "007", "title": "Bond, James"},
        {"item_id": "é中🎈", "title": "  spaces  "},
        {"item_id": "x" * 300, "title": "=1+1"},
    ]
    write(path, rows)
    found, _, refused = read_all(reader, path)
    assert found == rows
    assert refused == []


def check_rows_say_where_they_stand(reader: Reader, write: Write, path: Path) -> None:
    """Places rise by one: a report can name the row of a file that was wrong."""
    write(path, [{"item_id": str(i)} for i in range(50)])
    found, places, _ = read_all(reader, path)
    assert places == list(range(places[0], places[0] + 50))
    assert [row["item_id"] for row in found] == [str(i) for i in range(50)]


def check_many_rows_come_in_batches_and_whole(reader: Reader, write: Write, path: Path) -> None:
    """A file of any size is read in parts, so that memory is bounded, and nothing is lost."""
    text = "words to fill more than one block" * 3
    write(path, [{"item_id": f"{i:07d}", "word": text} for i in range(MANY)])
    refused: list[str] = []
    seen: list[str] = []
    sizes = []
    for batch in reader(path, lambda row, reason: refused.append(reason)):
        seen += batch.lists()["item_id"]
        sizes.append(len(batch))
    assert refused == []
    assert seen == [f"{i:07d}" for i in range(MANY)]
    assert len(sizes) > 1


def check_what_is_no_table_gives_no_row_and_no_crash(
    reader: Reader, write: Write, path: Path
) -> None:
    """Junk is refused as a whole with a remedy, or row by row; it never raises anything else."""
    for data in JUNK:
        path.write_bytes(data)
        remedy = "none is needed"
        found: list[dict[str, Any]] = []
        try:
            found, _, _ = read_all(reader, path)
        except DataError as error:
            remedy = error.remedy
        assert found == []
        assert remedy


READER_CHECKS: tuple[Callable[[Reader, Write, Path], None], ...] = (
    check_values_come_as_they_are,
    check_rows_say_where_they_stand,
    check_many_rows_come_in_batches_and_whole,
    check_what_is_no_table_gives_no_row_and_no_crash,
)
