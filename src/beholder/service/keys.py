"""Keys for programs that call the service: kept as hashes only, each with its scopes."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Iterable
from pathlib import Path

import msgspec

from beholder.durable import write_file
from beholder.errors import StoreError, UsageError

SCOPES = ("recommend", "events", "catalogue", "operator", "privacy", "metrics")
PREFIX = "bhk_"


class Key(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key as it is kept.

    Attributes
    ----------
    id
        Names it in lists and for revoking.
    scopes
        Some of `SCOPES`; `operator` includes all others.
    sha256
        Of the key, in hexadecimal. It has 256 random bits, so that a slow hash adds nothing.
    created
        Seconds since 1970.
    """

    id: str
    name: str
    scopes: tuple[str, ...]
    sha256: str
    created: int


class KeyFile:
    """`secrets/keys.json`, read again whenever it changes.

    Parameters
    ----------
    secrets_folder
        The workspace's folder of secrets.
    """

    def __init__(self, secrets_folder: Path) -> None:
        self.path = secrets_folder / "keys.json"
        self._stamp: tuple[int, int, int] | None = None
        self._keys: tuple[Key, ...] = ()

    def all(self) -> tuple[Key, ...]:
        """Return all keys, oldest first.

        Raises
        ------
        StoreError
            If the file was damaged: no key is accepted then.
        """
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return ()
        stamp = (found.st_mtime_ns, found.st_ino, found.st_size)
        if stamp != self._stamp:
            try:
                keys = msgspec.json.decode(self.path.read_bytes(), type=tuple[Key, ...])
            except msgspec.DecodeError as error:
                raise StoreError(
                    "secrets/keys.json cannot be read", remedy="restore it, or delete it"
                ) from error
            self._keys, self._stamp = keys, stamp
        return self._keys

    def add(self, name: str, scopes: Iterable[str]) -> tuple[Key, str]:
        """Make a key; return what is kept of it, and the key itself, which is not.

        Raises
        ------
        UsageError
            For an unknown scope, or none.
        """
        chosen = tuple(dict.fromkeys(scopes))
        for scope in chosen:
            if scope not in SCOPES:
                raise UsageError(
                    f"there is no scope {scope!r}", remedy="one of " + ", ".join(SCOPES)
                )
        if not chosen:
            raise UsageError("a key needs a scope", remedy="one of " + ", ".join(SCOPES))
        token = PREFIX + secrets.token_urlsafe(32)
        key = Key(secrets.token_hex(4), name, chosen, _digest(token), int(time.time()))
        self._write((*self.all(), key))
        return key, token

    def revoke(self, key_id: str) -> Key:
        """Take a key away; running servers refuse it at its next use.

        Raises
        ------
        UsageError
            If there is none of this id.
        """
        for key in self.all():
            if key.id == key_id:
                self._write(tuple(other for other in self.all() if other.id != key_id))
                return key
        raise UsageError(f"there is no key {key_id!r}", remedy="`beholder key list` shows them")

    def find(self, token: str) -> Key | None:
        """Return the key that this is, looking at all of them whatever matches."""
        digest = _digest(token)
        found = None
        for key in self.all():
            if hmac.compare_digest(key.sha256, digest):
                found = key
        return found

    def _write(self, keys: tuple[Key, ...]) -> None:
        write_file(self.path, msgspec.json.format(msgspec.json.encode(keys)), mode=0o600)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
