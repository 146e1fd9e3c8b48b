"""The cursor of the next page: which answer goes on with which items, sealed.

It names items by their catalogue numbers, which a change of bundle leaves as they are. Numbers
are packed in as few bytes as the largest needs: in the order of an answer neighbours differ as
much as any two, so that differences would take a bit more than the numbers themselves.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.errors import ShapeError, UsageError

PLACES = 200  # of an answer, with all its pages
AHEAD = 180  # places in a cursor at most
LONGEST = 2048  # characters
LONGEST_NAME = 64  # bytes of an answer's id
_VERSION = 2
_ASKED = 4  # bytes of what was asked
_MARK = 16  # bytes of the seal
_WIDE = np.dtype("<u8")
_LARGEST = np.iinfo(np.int64).max
_TEXT = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


class Cursor(NamedTuple):
    """How an answer goes on.

    Attributes
    ----------
    answer
        Its id, at most 64 bytes.
    place
        Of the first of `seqs` in the answer, from 0.
    seqs
        int64, at most 180 catalogue numbers, each 0 or more: what the next places hold.
    asked
        4 bytes. What the answer was asked to hold, by a digest.
    """

    answer: str
    place: int
    seqs: NDArray[np.int64]
    asked: bytes = bytes(_ASKED)

    def after(self, taken: int, shown: int) -> Cursor | None:
        """Return the cursor once so many numbers were taken, and so many of them shown.

        What is passed over takes no place. None at the end.
        """
        if taken >= len(self.seqs):
            return None
        return self._replace(place=self.place + shown, seqs=self.seqs[taken:])


def begin(
    answer: str, place: int, seqs: NDArray[np.int64], asked: bytes = bytes(_ASKED)
) -> Cursor | None:
    """Return the cursor behind a first page, cut to what an answer may have; None at its end.

    Parameters
    ----------
    place
        Number of places that were shown.
    seqs
        What would have come next, any number.
    """
    kept = seqs[: max(min(AHEAD, PLACES - place), 0)]
    return Cursor(answer, place, kept, asked) if len(kept) else None


def seal(cursor: Cursor, key: bytes, workspace: bytes) -> str:
    """Return the cursor as text that nobody else can make, at most 2,048 characters.

    Parameters
    ----------
    key
        32 bytes, secret.
    workspace
        Mark of the workspace and of who asks: a cursor opens for no other, not even with the
        same key.

    Raises
    ------
    ShapeError
        If the cursor is larger than `begin` and `after` make them, or a number is below 0.
    """
    name = cursor.answer.encode()
    whole = len(name) <= LONGEST_NAME and len(cursor.asked) == _ASKED
    wide = cursor.seqs.astype(_WIDE, copy=False)
    largest = int(wide.max(initial=0))  # what is below 0 is above all others here
    if not whole or len(wide) > AHEAD or largest > _LARGEST:
        raise ShapeError(f"a cursor of {len(wide)} items for answer {cursor.answer[:80]!r}")
    width = max((largest.bit_length() + 7) // 8, 1)
    numbers = wide.view(np.uint8).reshape(-1, 8)[:, :width]
    head = bytes([_VERSION, len(name), cursor.place, len(wide), width])
    body = head + cursor.asked + name + numbers.tobytes()
    return _text_of(_seal_of(body, key, workspace) + body)


def unseal(text: str, key: bytes, workspace: bytes) -> Cursor:
    """Read a cursor.

    Raises
    ------
    UsageError
        If it was not made here, for this workspace and person, or is no longer whole.
    """
    if len(text) <= LONGEST and _TEXT.fullmatch(text) and len(text) % 4 != 1:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        body = raw[_MARK:]
        whole = hmac.compare_digest(raw[:_MARK], _seal_of(body, key, workspace))
        if whole and _text_of(raw) == text:  # the last letter has bits that decoding drops
            return _read(body)
    raise UsageError(
        "this page does not exist, or is somebody else's",
        remedy="ask again without `page`",
        field="page",
    )


def _text_of(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _read(body: bytes) -> Cursor:
    version, name, place, size, width = body[:5]
    if version != _VERSION:
        raise UsageError(
            "this page is from another version", remedy="ask again without `page`", field="page"
        )
    wide = np.zeros((size, 8), np.uint8)
    start = 5 + _ASKED
    wide[:, :width] = np.frombuffer(body, np.uint8, offset=start + name).reshape(size, width)
    seqs = wide.view("<u8").reshape(size).astype(np.int64)
    return Cursor(body[start : start + name].decode(), place, seqs, body[5:start])


def _seal_of(body: bytes, key: bytes, workspace: bytes) -> bytes:
    # The mark is under the seal with its length, so that no two pairs of mark and body are one.
    named = len(workspace).to_bytes(4) + workspace + body
    return hashlib.blake2b(named, key=key, digest_size=_MARK, person=b"next page").digest()
