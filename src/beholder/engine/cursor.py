"""The cursor of the next page: which answer goes on, and what of it was shown, sealed.

It names items by their catalogue numbers, which a change of bundle leaves as they are.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from binascii import b2a_base64

import msgspec

from beholder.engine.question import Repeat
from beholder.engine.variants import Variants
from beholder.errors import UsageError

PLACES = 200  # of an answer, with all its pages
LONGEST = 2**17  # characters: of who excludes 10,000 items under the longest filter
_MARK = 16  # bytes of the seal
_FOR_LINKS = bytes.maketrans(b"+/", b"-_")
_TEXT = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


class Cursor(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """How an answer goes on.

    Attributes
    ----------
    answer
        Its id.
    place
        How many places it has so far: of the first item of the next page, from 0.
    shown, excluded
        Catalogue numbers of what stands there, and of what the questions before left out.
    told
        Whether it is of a history that the caller told, who tells it again for the next page.
    filter, diversity, repeat, variants
        What was asked; see `Question`.
    """

    answer: str
    place: int
    shown: list[int]
    excluded: list[int] = []
    told: bool = False
    filter: str | None = None
    diversity: float | None = None
    repeat: Repeat | None = None
    variants: Variants | None = None


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Cursor)


def seal(cursor: Cursor, key: bytes, workspace: bytes) -> str:
    """Return the cursor as text that nobody else can make.

    Parameters
    ----------
    key
        32 bytes, secret.
    workspace
        Mark of the workspace and of who asks: a cursor opens for no other, not even with the
        same key.
    """
    body = _ENCODER.encode(cursor)
    return _text_of(_seal_of(body, key, workspace) + body)


def unseal(text: str, key: bytes, workspace: bytes) -> Cursor:
    """Read a cursor.

    Raises
    ------
    UsageError
        If it was not made here, by this version, for this workspace and person, or is no longer
        whole. None is longer than `LONGEST`: see `Pages.seal`.
    """
    if len(text) <= LONGEST and _TEXT.fullmatch(text) and len(text) % 4 != 1:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        body = raw[_MARK:]
        whole = hmac.compare_digest(raw[:_MARK], _seal_of(body, key, workspace))
        if whole and _text_of(raw) == text:  # the last letter has bits that decoding drops
            return _DECODER.decode(body)
    raise UsageError(
        "this page does not exist, or is somebody else's",
        remedy="ask again without `page`",
        field="page",
    )


def _text_of(raw: bytes) -> str:
    return b2a_base64(raw, newline=False).translate(_FOR_LINKS, b"=").decode()


def _seal_of(body: bytes, key: bytes, workspace: bytes) -> bytes:
    # The mark is under the seal with its length, so that no two pairs of mark and body are one.
    # With what a cursor holds `person` changes: one of another version does not open.
    named = len(workspace).to_bytes(4) + workspace + body
    return hashlib.blake2b(named, key=key, digest_size=_MARK, person=b"next page 3").digest()
