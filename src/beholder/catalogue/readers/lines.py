"""Lines of a text file that nobody vouches for: bounded, decoded, numbered."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from beholder.catalogue.readers.interface import MAX_LINE, Refuse, leave_out
from beholder.catalogue.readers.texts import UTF8, broken, opened, read_up_to
from beholder.errors import DataError

BLOCK = 8 * 2**20  # bytes read at once
LONG = f"is longer than {MAX_LINE} bytes"
NO_UTF8 = "is no UTF-8 (say --encoding cp1252, or save it as UTF-8)"
CUT = "is cut off: the file is broken in it"


def blocks(path: Path, refuse: Refuse, encoding: str = UTF8) -> Iterator[tuple[int, bytes]]:
    """Yield the number of a line, and the bytes of that line and others after it, whole.

    A line that is far too long is refused here and comes as an empty one, so that the numbers
    of the others stay right.

    Raises
    ------
    DataError
        Behind the last whole line, if the file is broken there.
    """
    with opened(path, encoding) as file:
        number, rest, ends = 1, b"", b""
        cut: DataError | None = None
        while cut is None:
            data, cut = read_up_to(path, file, BLOCK)
            if not data:
                break
            ends = ends or (b"\r" if b"\r" in data and b"\n" not in data else b"\n")
            if ends == b"\r":  # as programs of old ended their lines
                data = data.replace(b"\r", b"\n")
            end = data.rfind(b"\n") + 1
            if end:
                whole, rest = rest + data[:end], data[end:]
                yield number, whole
                number += whole.count(b"\n")
            else:
                rest += data
            if len(rest) > MAX_LINE:
                leave_out(refuse, number, LONG, rest)
                cut = cut or _skip(path, file)
                yield number, b"\n"
                number, rest = number + 1, b""
        if rest and cut is None:
            yield number, rest
        elif rest:
            refuse(number, CUT)
        if cut is not None:
            raise cut


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
                leave_out(refuse, number + i, NO_UTF8, line)
                lines.append("")
    if len(whole) > MAX_LINE:
        for i, text in enumerate(lines):
            if len(text) > MAX_LINE:
                leave_out(refuse, number + i, LONG, text)
                lines[i] = ""
    return [text.removesuffix("\r") for text in lines] if b"\r" in whole else lines


def _skip(path: Path, file: IO[bytes]) -> DataError | None:
    """Read to the end of the line; return what broke the file on the way."""
    try:
        while piece := file.readline(BLOCK):
            if piece.endswith(b"\n"):
                break
    except (EOFError, OSError, zlib.error) as error:
        return broken(path, error)
    return None
