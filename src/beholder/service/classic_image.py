"""The picture of `POST /recommend`, in each form that people send one in.

Numbers are (height, width, 3), (3, height, width), (1, 3, height, width), or 3,072 in a row as
CIFAR-10 has them: 32 x 32 red, then green, then blue. They go from 0 to 255, or from 0 to 1 where
none is above 1. Where both ends of a shape are 3, the last one is the colours.
"""

from __future__ import annotations

import base64
import binascii
import re
import struct
import zlib

import msgspec
import numpy as np
from numpy.typing import NDArray

from beholder.errors import DataError, TooLargeError
from beholder.service.problems import invalid

SIDE = 512  # pixels
MOST_NUMBERS = SIDE * SIDE * 3
FLAT = (3, 32, 32)  # of a row of CIFAR-10
WANTED = "wanted height x width x 3, 3 x height x width, 1 x 3 x height x width, or 3,072 in a row"
OPENED = re.compile(rb"[\[\s]*")
ByDepth = {
    0: str,
    1: list[float],
    2: list[list[float]],
    3: list[list[list[float]]],
    4: list[list[list[list[float]]]],
}


def bytes_of(raw: msgspec.Raw) -> bytes:
    """Return the file of a picture that came as text or as numbers.

    Raises
    ------
    TooLargeError
        If it has more numbers than a picture of 512 x 512.
    DataError
        If it is no picture.
    """
    found = _read(memoryview(raw).tobytes())
    return _of_text(found) if isinstance(found, str) else _png(_pixels(found))


def _read(text: bytes) -> str | list[object]:
    """Read what came; numbers become objects only where they are few enough."""
    if text.count(b",") >= MOST_NUMBERS and not text.lstrip().startswith(b'"'):
        raise TooLargeError(
            f"a picture as numbers has at most {MOST_NUMBERS:,} of them",
            remedy=f"send it as base64, or smaller: {SIDE} x {SIDE} is more than is looked at",
            field="image",
        )
    opened = OPENED.match(text)
    depth = opened[0].count(b"[") if opened is not None else 0
    if depth not in ByDepth:
        raise DataError(f"the image has lists in lists, {depth} deep", remedy=WANTED, field="image")
    try:
        found: str | list[object] = msgspec.json.decode(text, type=ByDepth[depth])
    except msgspec.ValidationError as error:
        raise invalid(error, "image") from error
    return found


def _of_text(text: str) -> bytes:
    inner = text.partition(",")[2] if text.startswith("data:") else text
    try:
        return base64.b64decode(inner, validate=True)
    except (binascii.Error, ValueError) as error:
        raise DataError("the image is no base64", field="image") from error


def _pixels(numbers: list[object]) -> NDArray[np.uint8]:
    """Return numbers as a picture, uint8 (height, width, 3)."""
    try:
        found = np.asarray(numbers, np.float64)
    except ValueError as error:
        raise DataError("the rows of the image differ in length", field="image") from error
    if found.shape == (np.prod(FLAT),):
        found = found.reshape(FLAT)
    if found.ndim == 4 and found.shape[0] == 1:
        found = found[0]
    if found.ndim == 3 and found.shape[2] != 3 and found.shape[0] == 3:
        found = found.transpose(1, 2, 0)
    if found.ndim != 3 or found.shape[2] != 3 or not found.size:
        shape = " x ".join(str(n) for n in np.shape(found))
        raise DataError(f"the image is {shape} numbers", remedy=WANTED, field="image")
    if found.min() < 0:
        raise DataError(
            "the image has values below 0, as a picture has that was normalised",
            remedy="send it as it is, 0 to 1 or 0 to 255: mean and deviation are a part of the "
            "network",
            field="image",
        )
    if not found.max() <= 255:
        raise DataError(
            "the image has values above 255", remedy="0 to 1 or 0 to 255", field="image"
        )
    scale = 255.0 if found.max() <= 1.0 else 1.0
    return (found * scale).round().astype(np.uint8)


def _png(pixels: NDArray[np.uint8]) -> bytes:
    """Return the PNG file of pixels (height, width, 3): the workers read files only."""
    height, width, _ = pixels.shape
    lines = np.zeros((height, 1 + 3 * width), np.uint8)  # each line begins with filter 0
    lines[:, 1:] = pixels.reshape(height, -1)

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(lines.tobytes(), 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
