"""Text files as UTF-8 bytes, however they are packed and encoded."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

from beholder.errors import DataError, UsageError

UTF8 = "utf-8"
GZIP = b"\x1f\x8b"
UTF16 = (b"\xff\xfe", b"\xfe\xff")
LOOKED_AT = 4096  # bytes
SHARE = 0.1  # of every second byte: fields are few letters long, and marks and digits have a zero
MORE = 3  # times as many as of the other bytes: some letters of other scripts have one there


class Form(NamedTuple):
    """What a text file does not say of itself.

    Attributes
    ----------
    encoding
        As Python names it.
    header
        Whether its first line names the columns; else they are called 1, 2, 3 and so on.
    """

    encoding: str = UTF8
    header: bool = True


USUAL = Form()


def opened(path: Path, encoding: str = UTF8) -> IO[bytes]:
    """Open a text file, packed by gzip or not, as UTF-8 without a mark of it.

    Raises
    ------
    DataError
        If it is packed by gzip, and broken; or is UTF-16 and neither says so nor is said to be.
    UsageError
        If there is no such encoding.
    """
    try:
        codecs.lookup(encoding)
    except LookupError as error:
        raise UsageError(
            f"there is no encoding {encoding!r}", remedy="utf-8, cp1252, latin-1, utf-16, ..."
        ) from error
    with path.open("rb") as plain:
        start = plain.read(6)
    file = _unpacked(path) if start.startswith(GZIP) else path.open("rb")
    try:
        if start.startswith(GZIP):
            start = file.read(3)
            file.seek(0)
        encoding = _marked(start) or encoding
        if start.startswith(codecs.BOM_UTF8):
            file.seek(len(codecs.BOM_UTF8))
    except (EOFError, OSError, zlib.error) as error:
        file.close()
        raise broken(path, error) from error
    if codecs.lookup(encoding).name == UTF8:
        _refuse_utf16(path, file)
        return file
    return io.BufferedReader(_Recoded(file, encoding))


def _refuse_utf16(path: Path, file: IO[bytes]) -> None:
    """Refuse two bytes a letter where there is no mark: read as UTF-8 they are names with gaps."""
    at = file.tell()
    start, _ = read_up_to(path, file, LOOKED_AT)
    file.seek(at)
    zeros = start[0::2].count(0), start[1::2].count(0)
    if max(zeros) > SHARE * len(start) / 2 and max(zeros) > MORE * min(zeros):
        file.close()
        order = "le" if zeros[1] > zeros[0] else "be"
        raise DataError(
            f"{path.name} looks like UTF-16 without a byte order mark",
            remedy=f"say --encoding utf-16-{order}, or save it as UTF-8",
        )


def other_than_said(path: Path, encoding: str) -> str:
    """Return which encoding a file's mark says, where another was asked for; empty: none does."""
    with path.open("rb") as plain:
        start = plain.read(3)
    if start.startswith(GZIP):
        with _unpacked(path) as file:
            start, _ = read_up_to(path, file, 3)
    marked = _marked(start)
    asked = codecs.lookup(encoding).name if marked else ""
    return "" if asked == UTF8 or asked.startswith(marked) else marked


def _marked(start: bytes) -> str:
    """Return the encoding that a mark at the start of a file says; empty: there is none."""
    if start.startswith(UTF16):
        return "utf-16"
    return UTF8 if start.startswith(codecs.BOM_UTF8) else ""


def _unpacked(path: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path))


def read_up_to(path: Path, file: IO[bytes], n: int) -> tuple[bytes, DataError | None]:
    """Return the next `n` bytes, fewer at the end; and what ended a file before its end.

    What was unpacked before a packed file broke is given, where one large read would lose it.
    """
    pieces: list[bytes] = []
    size = 0
    try:
        while size < n and (piece := file.read1(n - size)):  # type: ignore[attr-defined]
            pieces.append(piece)
            size += len(piece)
    except (EOFError, OSError, zlib.error) as error:
        return b"".join(pieces), broken(path, error)
    return b"".join(pieces), None


def broken(path: Path, error: Exception) -> DataError:
    """Return the error of a packed file that cannot be unpacked to its end."""
    return DataError(f"{path.name} is broken: {error}", remedy="pack or copy it again")


class _Recoded(io.RawIOBase):
    """Bytes of another encoding as UTF-8; what it does not know is a mark of replacement."""

    def __init__(self, file: IO[bytes], encoding: str) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = b""
        while not data:
            piece = self._file.read(max(1, len(buffer) // 4))  # one byte gives three at most
            data = self._decoder.decode(piece, final=not piece).encode()
            if not piece:
                break
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()
