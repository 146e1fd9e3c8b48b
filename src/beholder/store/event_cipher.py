"""One event as an encrypted row: what is in it, what it is bound to, and its keyed mark."""

from __future__ import annotations

import hmac
import os
import struct
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from beholder.errors import StoreError
from beholder.store.bucket_file import NONCE

VERSION = 1
NAN = float("nan")
# Item, kind, time, value, mark, place and answer: all of one length, so that it tells nothing.
_BODY = struct.Struct(">qBqdqhB16s")
_BOUND = struct.Struct(">Bqq16s")
_IDENTITY = struct.Struct(">qq")


class Secret(NamedTuple):
    """What of an event nobody may read without the person's key.

    Attributes
    ----------
    mark
        As `marks` makes it of the rest; what stands in the table is `keyed_mark`.
    """

    item: int
    kind: int
    time: int
    value: float | None
    mark: int
    answer: bytes | None
    place: int | None


def keyed_mark(key: bytes, time: int, mark: int) -> int:
    """Return what says "the same event" of a person to nobody but who has the key."""
    mac = hmac.digest(key, b"beholder mark" + _IDENTITY.pack(time, mark), "sha256")
    return int.from_bytes(mac[:8], "big", signed=True)


def keyed_name(key: bytes, name: str) -> bytes:
    """Return 16 bytes for a caller's event id that nobody can test a guess of without the key."""
    return hmac.digest(key, b"beholder name" + name.encode(), "sha256")[:16]


def encrypt(cipher: AESGCM, subject: bytes, seq: int, mark: int, event: Secret) -> bytes:
    """Return an event as bytes, bound to its place in the table, its person and the version.

    Parameters
    ----------
    seq, mark
        As they stand in the table.
    """
    answer = event.answer or b""
    body = _BODY.pack(
        event.item,
        event.kind,
        event.time,
        NAN if event.value is None else event.value,
        event.mark,
        -1 if event.place is None else event.place,
        len(answer),
        answer,
    )
    nonce = os.urandom(NONCE)
    return nonce + cipher.encrypt(nonce, body, _BOUND.pack(VERSION, seq, mark, subject))


def decrypt(cipher: AESGCM, subject: bytes, seq: int, mark: int, data: bytes) -> Secret:
    """Return what `encrypt` was given.

    Raises
    ------
    StoreError
        If key, place, person or bytes are not those of the encryption.
    """
    try:
        body = cipher.decrypt(data[:NONCE], data[NONCE:], _BOUND.pack(VERSION, seq, mark, subject))
    except (InvalidTag, ValueError) as error:
        raise StoreError(
            "a stored event cannot be decrypted", remedy="restore the store and its keys together"
        ) from error
    item, kind, time, value, own, place, length, answer = _BODY.unpack(body)
    return Secret(
        item,
        kind,
        time,
        None if value != value else value,
        own,
        answer[:length] if length else None,
        None if place < 0 else place,
    )
