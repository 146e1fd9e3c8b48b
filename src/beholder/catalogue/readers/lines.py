"""Lines of a text file that nobody vouches for: bounded, decoded, numbered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from beholder.catalogue.readers.interface import MAX_LINE, Refuse
from beholder.errors import DataError

BLOCK = 8 * 2**20  # bytes read at once
MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16", b"PK": "a ZIP file", b"\x1f\x8b": "gzip"}


def blocks(path: Path, refuse: Refuse) -> Iterator[tuple[int, bytes]]:
    """Yield the number of a line, and the bytes of that line and others after it, whole.

    A line that is far too long is refused here and comes as an empty one, so that the numbers
    of the others stay right.

    Raises
    ------
    DataError
        If the file is in another encoding altogether.
    """
    with path.open("rb") as file:
        _refuse_encodings(path, file)
        number, rest = 1, b""
        while data := file.read(BLOCK):
            end = data.rfind(b"\n") + 1
            if end:
                whole, rest = rest + data[:end], data[end:]
                yield number, whole
                number += whole.count(b"\n")
            else:
                rest += data
            if len(rest) > MAX_LINE:
                refuse(number, f"is longer than {MAX_LINE} bytes")
                _skip(file)
                yield number, b"\n"
                number, rest = number + 1, b""
        if rest:
            yield number, rest


def decode(number: int, whole: bytes, refuse: Refuse) -> list[str]:
    """Return the lines of a block without their ends; refused ones are empty."""
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
    return [text.removesuffix("\r") for text in lines] if b"\r" in whole else lines


def _refuse_encodings(path: Path, file: BinaryIO) -> None:
    start = file.read(3)
    for mark, name in MARKS.items():
        if start.startswith(mark):
            raise DataError(f"{path.name} is {name}", remedy="unpack it, or save it as UTF-8")
    if start != b"\xef\xbb\xbf":  # the mark that some programs put before UTF-8
        file.seek(0)


def _skip(file: BinaryIO) -> None:
    """Read to the end of the line."""
    while piece := file.readline(BLOCK):
        if piece.endswith(b"\n"):
            return
