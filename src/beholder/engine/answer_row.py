"""One answer as packed bytes: what stood where, with its score, its chance and its source.

    version  k       seqs      scores      chances     sources
    uint8    uint16  int32 (k) float32 (k) float32 (k) uint8 (k)      little-endian

So 20 places take 263 bytes. Scores and chances stay float32: the chance of an explored item
falls below what float16 can tell from 0.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.errors import DataError, ShapeError

# A name's place is what is stored: new names come last, and none is ever taken away.
SOURCES = ("history", "similar", "popular", "trending", "fresh", "explore", "pinned")
LONGEST = 1000  # places
_VERSION = 1
_HEAD = 3
_EACH = 13  # bytes a place


class AnswerRow(NamedTuple):
    """The places of an answer.

    Attributes
    ----------
    seqs
        int32 (k,), catalogue numbers.
    scores
        float32 (k,), as they were shown.
    chances
        float32 (k,), the chance that this item stood at this place.
    sources
        uint8 (k,), places in `SOURCES`.
    """

    seqs: NDArray[np.int32]
    scores: NDArray[np.float32]
    chances: NDArray[np.float32]
    sources: NDArray[np.uint8]


def pack(row: AnswerRow) -> bytes:
    """Return the row as bytes.

    Raises
    ------
    ShapeError
        If the arrays disagree about k, or there are more than 1,000 places.
    """
    k = len(row.seqs)
    if k > LONGEST or any(len(array) != k for array in row):
        raise ShapeError(
            f"an answer of {' and '.join(str(len(array)) for array in row)} places",
            remedy=f"one number for all arrays, at most {LONGEST:,}",
        )
    return b"".join(
        [
            bytes((_VERSION, k & 255, k >> 8)),
            row.seqs.astype("<i4", copy=False).tobytes(),
            row.scores.astype("<f4", copy=False).tobytes(),
            row.chances.astype("<f4", copy=False).tobytes(),
            row.sources.astype(np.uint8, copy=False).tobytes(),
        ]
    )


def unpack(data: bytes) -> AnswerRow:
    """Return the row that `pack` made bytes of; its arrays cannot be written to.

    Raises
    ------
    DataError
        If the bytes are cut, or of another version.
    """
    k = int.from_bytes(data[1:_HEAD], "little")
    if data[:1] != bytes((_VERSION,)) or len(data) != _HEAD + k * _EACH:
        raise DataError(
            f"{len(data)} bytes are no answer that this version can read",
            remedy="answers expire by themselves; leave this one out",
        )
    return AnswerRow(
        np.frombuffer(data, "<i4", k, _HEAD),
        np.frombuffer(data, "<f4", k, _HEAD + 4 * k),
        np.frombuffer(data, "<f4", k, _HEAD + 8 * k),
        np.frombuffer(data, np.uint8, k, _HEAD + 12 * k),
    )
