"""Keys for programs that call the service: kept as hashes only, each with its scopes.

Publishable keys stand in web pages for everybody to read. They have no scopes: all they do is
get tokens for visitors of the pages of their origins.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import time
from collections.abc import Iterable
from pathlib import Path

import msgspec

from beholder.durable import write_file
from beholder.errors import StoreError, UsageError
from beholder.service.origins import check_origin

SCOPES = ("recommend", "events", "catalogue", "operator", "privacy", "metrics")
PREFIX = "bhk_"
PUBLISHABLE = "bhp_"


class Key(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A key as it is kept.

    Attributes
    ----------
    id
        Names it in lists and for revoking.
    scopes
        Some of `SCOPES`; `operator` includes all others. None for a publishable key.
    sha256
        Of the key, in hexadecimal. It has 256 random bits, so that a slow hash adds nothing.
    created
        Seconds since 1970.
    origins
        Of a publishable key: the pages that it works for, such as `https://shop.example`.
    public
        A publishable key itself: it is no secret.
    """

    id: str
    name: str
    scopes: tuple[str, ...]
    sha256: str
    created: int
    origins: tuple[str, ...] = ()
    public: str = ""


class KeyFile:
    """`secrets/keys.json`, read again whenever it changes.

    Parameters
    ----------
    secrets_folder
        The workspace's folder of secrets.
    """

    def __init__(self, secrets_folder: Path) -> None:
        self.path = secrets_folder / "keys.json"
        self._name = str(self.path)  # every request looks whether it has changed
        self._stamp: tuple[int, int, int] | None = None
        self._keys: tuple[Key, ...] = ()
        self._origins: frozenset[str] = frozenset()

    def all(self) -> tuple[Key, ...]:
        """Return all keys, oldest first.

        Raises
        ------
        StoreError
            If the file was damaged: no key is accepted then.
        """
        try:
            found = os.stat(self._name)
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
            self._origins = frozenset(origin for key in keys for origin in key.origins)
        return self._keys

    @property
    def origins(self) -> frozenset[str]:
        """Those of all publishable keys; empty where there is no such key, or no file to read."""
        try:
            return self._origins if self.all() else frozenset()
        except StoreError:
            return frozenset()

    @property
    def origins_of_late(self) -> frozenset[str]:
        """The same as of the last look at the file, which takes a look less."""
        return self._origins

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
        return self._keep(name, chosen, token), token

    def publish(self, name: str, origins: Iterable[str]) -> Key:
        """Make a publishable key.

        Raises
        ------
        UsageError
            For an origin that no browser sends, or none.
        """
        chosen = tuple(dict.fromkeys(origins))
        for origin in chosen:
            check_origin(origin, "origin")
        if not chosen:
            raise UsageError(
                "a publishable key works for the pages that it names, and none is named",
                remedy="add --origin https://shop.example",
                field="origin",
            )
        return self._keep(name, (), PUBLISHABLE + secrets.token_urlsafe(16), chosen)

    def revoke(self, key_id: str) -> Key:
        """Take a key away; running servers refuse it at its next use.

        Raises
        ------
        UsageError
            If there is none of this id.
        """
        for key in self.all():
            if key_id in (key.id, key.public or key.id):
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

    def published(self, key_or_id: str) -> Key | None:
        """Return the publishable key that this is, or that has this id."""
        for key in self.all():
            if key.origins and key_or_id in (key.id, key.public):
                return key
        return None

    def _keep(
        self, name: str, scopes: tuple[str, ...], token: str, origins: tuple[str, ...] = ()
    ) -> Key:
        public = token if origins else ""
        made = int(time.time())
        key = Key(secrets.token_hex(4), name, scopes, _digest(token), made, origins, public)
        self._write((*self.all(), key))
        return key

    def _write(self, keys: tuple[Key, ...]) -> None:
        write_file(self.path, msgspec.json.format(msgspec.json.encode(keys)), mode=0o600)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
