"""The cursor of the next page: which answer of which bundle goes on where, signed."""

from __future__ import annotations

import base64
import hashlib
import hmac

import msgspec

from beholder.errors import UsageError


class Cursor(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """Where the next page begins."""

    answer: str
    bundle: str
    offset: int


def seal(cursor: Cursor, key: bytes) -> str:
    """Return the cursor as text that nobody else can make."""
    body = msgspec.json.encode(cursor)
    mark = hashlib.blake2b(body, key=key, digest_size=12).digest()
    return base64.urlsafe_b64encode(mark + body).decode().rstrip("=")


def unseal(text: str, key: bytes) -> Cursor:
    """Read a cursor.

    Raises
    ------
    UsageError
        If it was not made here.
    """
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        expected = hashlib.blake2b(raw[12:], key=key, digest_size=12).digest()
        if hmac.compare_digest(raw[:12], expected):
            return msgspec.json.decode(raw[12:], type=Cursor)
    except (ValueError, msgspec.DecodeError):
        raw = b""
    raise UsageError("this page does not exist", remedy="ask again without `page`", field="page")
