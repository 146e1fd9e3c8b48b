"""Lines of a text file that nobody vouches for: bounded, decoded, numbered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from beholder.catalogue.readers.interface import MAX_LINE, Refuse
from beholder.errors import DataError

BLOCK = 2**20  # bytes read at once
MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16", b"PK": "a ZIP file", b"\x1f\x8b": "gzip"}


def blocks(path: Path, refuse: Refuse) -> Iterator[tuple[int, list[str], int]]:
    """Yield the number of a first line, that line and those after it, and their bytes.

    Lines end with \\n or \\r\\n, which is cut off. A line that is too long or no UTF-8 is
    refused and comes as an empty one, so that the numbers of the others stay right.

    Raises
    ------
    DataError
        If the file is in another encoding altogether.
    """
    with path.open("rb") as file:
        _refuse_encodings(path, file)
        number, rest = 1, b""
        while True:
            data = file.read(BLOCK)
            end = data.rfind(b"\n") + 1
            whole, rest = (rest + data[:end], data[end:]) if end else (b"", rest + data)
            if not data:
                whole, rest = rest, b""
            if whole:
                lines = _lines(whole, number, refuse)
                yield number, lines, len(whole)
                number += len(lines)
            if not data:
                return
            if len(rest) > MAX_LINE:
                refuse(number, f"is longer than {MAX_LINE} bytes")
                size = len(rest) + _skip(file)
                yield number, [""], size
                number, rest = number + 1, b""


def _refuse_encodings(path: Path, file: BinaryIO) -> None:
    start = file.read(3)
    for mark, name in MARKS.items():
        if start.startswith(mark):
            raise DataError(f"{path.name} is {name}", remedy="unpack it, or save it as UTF-8")
    if start != b"\xef\xbb\xbf":  # the mark that some programs put before UTF-8
        file.seek(0)


def _lines(whole: bytes, number: int, refuse: Refuse) -> list[str]:
    whole = whole.removesuffix(b"\n")
    try:
        lines = whole.decode().split("\n")
    except UnicodeDecodeError:
        lines = []
        for i, line in enumerate(whole.split(b"\n")):
            try:
                lines.append(line.decode())
            except UnicodeDecodeError:
                refuse(number + i, "is no UTF-8")
                lines.append("")
    if len(whole) > MAX_LINE:
        for i, text in enumerate(lines):
            if len(text) > MAX_LINE:
                refuse(number + i, f"is longer than {MAX_LINE} bytes")
                lines[i] = ""
    if "\r" in lines[0] or b"\r" in whole:
        lines = [text.removesuffix("\r") for text in lines]
    return lines


def _skip(file: BinaryIO) -> int:
    """Read to the end of the line; return how many bytes that took."""
    skipped = 0
    while piece := file.readline(BLOCK):
        skipped += len(piece)
        if piece.endswith(b"\n"):
            break
    return skipped
