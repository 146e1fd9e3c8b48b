"""The file of bucket keys, under which the keys of people stand.

A person's key is wrapped under one of 1,024 keys, told by their subject. The keys lie in one file
beside the databases and never in them, so that what a database keeps of a deleted row, in its
pages or its write-ahead log, opens no more once the bucket has another key. A bucket has two keys
only while it is renewed: the database names the one that counts.
"""

from __future__ import annotations

import hashlib
import os
import struct
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from beholder.durable import overwrite_file, unlink_overwritten
from beholder.errors import StoreError
from beholder.secret_files import read_private

BUCKETS = 1_024
NAME = "buckets.key"
KEY = 32  # bytes
NONCE = 12  # bytes, as AES-GCM wants
MAGIC = b"beholder bucket keys 1\n"
RECORD = struct.Struct(f">H{KEY}s")
SUM = hashlib.sha256().digest_size
LOOKS = 5  # at a file that is being replaced
SHARED = (
    "all servers of one store need the same folder of secrets; copy secrets/buckets.key from the "
    "one that erased last, or restore it together with the store"
)

Ring = dict[int, list[bytes]]
"""The keys of each bucket."""


def bucket_of(subject: bytes) -> int:
    """Return the bucket of a person."""
    return int.from_bytes(subject[:2], "big") >> 6


def bounds_of(bucket: int) -> tuple[bytes, bytes]:
    """Return the lowest and the highest subject of a bucket."""
    low = bucket << 6
    return low.to_bytes(2, "big") + bytes(14), (low | 63).to_bytes(2, "big") + b"\xff" * 14


def wrap(cipher: AESGCM, key: bytes, context: bytes) -> bytes:
    """Encrypt a key, bound to what it is for."""
    nonce = os.urandom(NONCE)
    return nonce + cipher.encrypt(nonce, key, context)


def unwrap(cipher: AESGCM, wrapped: bytes, context: bytes) -> bytes | None:
    """Return what `wrap` was given; None: it was another cipher or context, or is damaged."""
    try:
        return cipher.decrypt(wrapped[:NONCE], wrapped[NONCE:], context)
    except (InvalidTag, ValueError):  # the latter where it is cut
        return None


def name_of(key: bytes) -> bytes:
    """Return 16 bytes that name a bucket key without telling it."""
    return hashlib.sha256(b"beholder bucket " + key).digest()[:16]


def new_ring() -> Ring:
    """Return a new key for each bucket."""
    return {bucket: [os.urandom(KEY)] for bucket in range(BUCKETS)}


def encoded(ring: Mapping[int, list[bytes]]) -> bytes:
    """Return the bytes of a file."""
    body = MAGIC + b"".join(RECORD.pack(b, key) for b in sorted(ring) for key in ring[b])
    return body + hashlib.sha256(body).digest()


def _decoded(data: bytes) -> Ring | None:
    """Return the keys in the bytes of a file; None: it is broken, or being overwritten."""
    body, wanted = data[:-SUM], data[-SUM:]
    records = body[len(MAGIC) :]
    if (
        not body.startswith(MAGIC)
        or hashlib.sha256(body).digest() != wanted
        or len(records) % RECORD.size
    ):
        return None
    ring: Ring = {}
    for bucket, key in RECORD.iter_unpack(records):
        ring.setdefault(bucket, []).append(key)
    return ring


class BucketFile:
    """The bucket keys of a workspace, read again when the file is another. Safe for threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._seen: tuple[int, int, int] | None = None
        self._ring: Ring = {}

    def exists(self) -> bool:
        """Whether there is one."""
        return self.path.exists()

    def read(self) -> Ring:
        """Return the keys as they stand in the file now.

        Raises
        ------
        StoreError
            If it is missing or broken.
        """
        for look in range(LOOKS):
            if look:
                time.sleep(0.01)
            ring = _decoded(read_private(self.path, SHARED, StoreError))
            if ring is not None:
                return ring
        raise StoreError(f"secrets/{NAME} is broken", remedy=SHARED)

    def write(self, ring: Mapping[int, list[bytes]]) -> None:
        """Replace the file durably; what it held before is overwritten.

        Only inside of a writing transaction on the database of keys: there is one at a time, and
        what was written aside by somebody else is left by who was killed.
        """
        for left in sorted(self.path.parent.glob(f".{self.path.name}.*.part")):
            unlink_overwritten(left)
        overwrite_file(self.path, encoded(ring))

    def unwrap(self, wrapped: bytes, subject: bytes) -> bytes | None:
        """Return a person's key; None: no key of the bucket opens it."""
        bucket = bucket_of(subject)
        for anew in (False, True):
            for key in self._latest(anew).get(bucket, ()):
                found = unwrap(AESGCM(key), wrapped, subject)
                if found is not None:
                    return found
        return None

    def named(self, bucket: int, name: bytes) -> bytes | None:
        """Return the key of a bucket that has a name; None: the file has no such key."""
        for anew in (False, True):
            for key in self._latest(anew).get(bucket, ()):
                if name_of(key) == name:
                    return key
        return None

    def _latest(self, anew: bool) -> Ring:
        """Return the keys, read once more where the file was replaced, or `anew` is said."""
        seen = None
        with suppress(OSError):  # reading says what is wrong
            state = self.path.stat()
            seen = (state.st_ino, state.st_mtime_ns, state.st_size)
        with self._lock:
            if anew or seen is None or seen != self._seen:
                self._ring, self._seen = self.read(), seen
            return self._ring
