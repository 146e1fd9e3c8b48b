"""A file that only a passphrase opens: scrypt makes the key, AES-GCM seals piece by piece.

Each piece is bound to its place, and the last one says that it is the last, so that pieces can
neither be changed nor be moved, left out or cut off (the STREAM construction). A seal at the
beginning tells a wrong passphrase from a broken file.

References
----------
Hoang, Reyhanitabar, Rogaway and Vizár, CRYPTO 2015; RFC 7914 for scrypt.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from beholder.backup.container import AGAIN, Sink, Source
from beholder.errors import BackupError

MAGIC = b"beholder keys 1\n"  # whatever changes below changes the number
SALT = 16  # bytes
COST = 2**17  # of scrypt with r = 8: 128 MiB and about half a second for each try
PIECE = 2**20  # bytes of one piece before it is sealed
TAG = 16  # bytes that a seal adds
CHECK = b"\xff" * 12  # a nonce that no piece comes to


class Sealing:
    """Seals what is written; `close` must be called, or the file is a cut one."""

    def __init__(self, sink: Sink, passphrase: bytes) -> None:
        salt = os.urandom(SALT)
        self._sink = sink
        self._head = MAGIC + salt
        self._key = _key(passphrase, salt)
        self._waiting = bytearray()
        self._number = 0
        sink.write(self._head + self._key.encrypt(CHECK, b"", self._head))

    def write(self, data: bytes) -> None:
        """Seal what fills a piece, and keep the rest."""
        self._waiting += data
        while len(self._waiting) > PIECE:
            self._seal(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]

    def close(self) -> None:
        """Seal the last piece."""
        self._seal(bytes(self._waiting), last=True)

    def _seal(self, data: bytes, *, last: bool) -> None:
        self._sink.write(self._key.encrypt(_nonce(self._number, last), data, self._head))
        self._number += 1


class Unsealing:
    """Gives what was sealed, and nothing that was changed.

    Raises
    ------
    BackupError
        If the passphrase is another one, or the file is none of ours; when it is read: if it was
        cut or changed.
    """

    def __init__(self, source: Source, passphrase: bytes) -> None:
        self._head = source.read(len(MAGIC) + SALT)
        if not self._head.startswith(MAGIC) or len(self._head) < len(MAGIC) + SALT:
            raise BackupError("this is no file of keys", remedy="name the one that --keys wrote")
        self._source = source
        self._key = _key(passphrase, self._head[len(MAGIC) :])
        try:
            self._key.decrypt(CHECK, source.read(TAG), self._head)
        except InvalidTag as error:
            raise BackupError(
                "the passphrase does not open the keys",
                remedy="give the one that they were backed up with",
            ) from error
        self._next = source.read(PIECE + TAG)
        self._open = bytearray()
        self._number = 0

    def read(self, n: int) -> bytes:
        """Return so many bytes; fewer only at the end."""
        while len(self._open) < n and self._next:
            sealed, self._next = self._next, self._source.read(PIECE + TAG)
            try:
                nonce = _nonce(self._number, last=not self._next)
                self._open += self._key.decrypt(nonce, sealed, self._head)
            except InvalidTag as error:
                raise BackupError("the keys were cut or changed", remedy=AGAIN) from error
            self._number += 1
        data = bytes(self._open[:n])
        del self._open[:n]
        return data


def _key(passphrase: bytes, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, n=COST, r=8, p=1).derive(passphrase))


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
