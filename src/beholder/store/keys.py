"""Who is who: the one place that links a person's id to the subject of their events.

The caller's id is kept only as a keyed hash. A link holds a random subject, under which the
events stand in the store, and the person's own random key, wrapped by the root key of the
workspace. Without this database and the root key nobody can say whose events are whose.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Collection
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, bindparam, delete, func, insert, inspect, select

from beholder.durable import write_file
from beholder.errors import StoreError
from beholder.secret_files import read_secret
from beholder.store import schema
from beholder.store.bulk import insert_new, lookup
from beholder.store.database import Database, address
from beholder.store.ids import now
from beholder.store.migrate import migrate
from beholder.store.quick import Question
from beholder.store.records import Who
from beholder.workspace import Workspace

TOMBSTONE = 86_400_000  # milliseconds in which nothing late can revive an erased person
MANY = 1_000  # people at once, as only an import has
NONCE = 12  # bytes, as AES-GCM wants
ROOT = 32  # bytes of the root key
LOST = "restore it; the keys of people need it"
links, tombstones = schema.links, schema.tombstones

ANY_STONE = select(tombstones.c.until).limit(1)
ONE = Question(select(links.c.subject, links.c.wrapped).where(links.c.id_mac == bindparam("mac")))


@dataclass(frozen=True)
class Link:
    """What joins a person to their events.

    Attributes
    ----------
    subject
        16 random bytes under which the events stand.
    wrapped
        The person's key, readable only with the root key.
    """

    subject: bytes
    wrapped: bytes


class Keys:
    """The links, the keys and the tombstones.

    Parameters
    ----------
    database
        Apart from the store, and in another file of its backups.
    root
        32 bytes; lies in a file of its own.
    """

    def __init__(self, database: Database, root: bytes) -> None:
        self.database = database
        self._root = AESGCM(root)
        self._id_key = self._open_id_key()

    @classmethod
    def open(cls, workspace: Workspace, *, create: bool = False) -> Keys:
        """Open the key database with the root key of the workspace.

        Parameters
        ----------
        create
            Make both where neither is there yet.

        Raises
        ------
        StoreError
            If one is there without the other: new keys over old data would make everything
            that is held about people unreadable and beyond erasure.
        """
        path = workspace.store / "keys.db"
        root = workspace.secrets / "root.key"
        remote = workspace.settings.store.keys_url
        if not remote and not path.exists() and (root.exists() or not create):
            raise StoreError(
                "store/keys.db is missing", remedy="restore it; new keys are never made over data"
            )
        if not root.exists() and (not create or (not remote and path.exists())):
            raise StoreError("secrets/root.key is missing", remedy=LOST)
        database = Database(address(workspace, "keys"))
        try:
            if not root.exists() and _has_rows(database):
                raise StoreError(
                    "store.keys_url holds keys of another root key",
                    remedy="copy secrets/root.key from the server that made them",
                )
            if not root.exists():
                write_file(root, os.urandom(ROOT), mode=0o600)
            migrate(database, "keys")
            return cls(database, read_secret(root, LOST, StoreError))
        except BaseException:
            database.close()
            raise

    def mac(self, who: Who) -> bytes:
        """Return the 32 bytes under which a person's link is found."""
        text = f"{who.kind}:{who.id}".encode()
        return hmac.digest(self._id_key, text, "sha256")

    def find(self, macs: Collection[bytes]) -> dict[bytes, Link]:
        """Return the links that exist."""
        with self.database.read() as connection:
            return _find(connection, list(macs))

    def find_one(self, mac: bytes) -> Link | None:
        """Return one link; every request asks for one."""
        with self.database.look() as ask:
            rows = ask(ONE, mac=mac)
        return Link(bytes(rows[0][0]), bytes(rows[0][1])) if rows else None

    def since(self, mac: bytes) -> int | None:
        """Return when a person was first known, milliseconds since 1970; None: they are not."""
        with self.database.read() as connection:
            found = connection.execute(
                select(links.c.created).where(links.c.id_mac == mac)
            ).scalar()
        return None if found is None else int(found)

    def ensure(self, macs: Collection[bytes]) -> dict[bytes, Link]:
        """Return the links, made where they are missing, and committed.

        Those who were erased less than a day ago get none.
        """
        wanted = sorted(set(macs))
        found = self.find(wanted) if len(wanted) <= MANY else {}  # an import's are mostly new
        missing = [mac for mac in wanted if mac not in found]
        if not missing:
            return found
        with self.database.write() as connection:
            found |= _find(connection, missing)  # another process was quicker
            gone = _erased(connection, missing)
            rows = self._new([mac for mac in missing if mac not in found and mac not in gone])
            insert_new(connection, links, rows)
        return found | {mac: Link(subject, wrapped) for mac, subject, wrapped, _ in rows}

    def erased(self, macs: Collection[bytes]) -> set[bytes]:
        """Return those who were erased less than a day ago."""
        with self.database.read() as connection:
            return _erased(connection, sorted(set(macs)))

    def bury(self, mac: bytes) -> None:
        """Leave a tombstone, and clear those whose day is over."""
        with self.database.write() as connection:
            expired = tombstones.c.until < now()
            connection.execute(delete(tombstones).where(expired | (tombstones.c.id_mac == mac)))
            connection.execute(insert(tombstones).values(id_mac=mac, until=now() + TOMBSTONE))

    def unbury(self, mac: bytes) -> None:
        """Take a tombstone away: the person asks to be known again."""
        if self.erased([mac]):
            with self.database.write() as connection:
                connection.execute(delete(tombstones).where(tombstones.c.id_mac == mac))

    def clear(self, moment: int) -> None:
        """Take away the tombstones whose day is over at a moment, milliseconds since 1970."""
        with self.database.write() as connection:
            connection.execute(delete(tombstones).where(tombstones.c.until < moment))

    def forget(self, mac: bytes) -> None:
        """Destroy a link and its key."""
        with self.database.write() as connection:
            connection.execute(delete(links).where(links.c.id_mac == mac))

    def key(self, link: Link) -> bytes:
        """Return a person's key: 32 bytes.

        Raises
        ------
        StoreError
            If the root key is not the one that wrapped it.
        """
        return self._unwrap(link.wrapped, link.subject)

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    def _new(self, macs: list[bytes]) -> list[tuple[bytes, bytes, bytes, int]]:
        at = now()
        noise = os.urandom(48 * len(macs))
        rows = []
        for i, mac in enumerate(macs):
            subject, key = noise[48 * i : 48 * i + 16], noise[48 * i + 16 : 48 * i + 48]
            rows.append((mac, subject, self._wrap(key, subject), at))
        return rows

    def _wrap(self, key: bytes, context: bytes) -> bytes:
        nonce = os.urandom(NONCE)
        return nonce + self._root.encrypt(nonce, key, context)

    def _unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        try:
            return self._root.decrypt(wrapped[:NONCE], wrapped[NONCE:], context)
        except InvalidTag as error:
            raise StoreError(
                "secrets/root.key is not the key of this store",
                remedy="restore the one that was made with it",
            ) from error

    def _open_id_key(self) -> bytes:
        ring = schema.keyring
        wanted = select(ring.c.wrapped).where(ring.c.name == "id")
        with self.database.read() as connection:
            wrapped = connection.execute(wanted).scalar()
        if wrapped is None:
            with self.database.write() as connection:
                wrapped = connection.execute(wanted).scalar()  # another process was quicker
                if wrapped is None:
                    wrapped = self._wrap(os.urandom(32), b"id")
                    connection.execute(insert(ring).values(name="id", wrapped=wrapped))
        return self._unwrap(wrapped, b"id")


def seal(key: bytes, text: str, context: bytes) -> bytes:
    """Encrypt what a person wrote under their own key, bound to `context`."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, text.encode(), context)


def unseal(key: bytes, cipher: bytes, context: bytes) -> str:
    """Return what `seal` was given.

    Raises
    ------
    StoreError
        If key, context or bytes are not those of the sealing.
    """
    try:
        return AESGCM(key).decrypt(cipher[:NONCE], cipher[NONCE:], context).decode()
    except InvalidTag as error:
        raise StoreError(
            "a stored text cannot be decrypted", remedy="restore the store and its keys together"
        ) from error


def fingerprint(key: bytes) -> str:
    """Return 32 hexadecimal digits that name a key without telling it."""
    return hashlib.sha256(b"beholder key " + key).hexdigest()[:32]


def _has_rows(database: Database) -> bool:
    with database.read() as connection:
        if not inspect(connection).has_table("keyring"):
            return False
        return bool(connection.execute(select(func.count()).select_from(schema.keyring)).scalar())


def _find(connection: Connection, macs: list[bytes]) -> dict[bytes, Link]:
    columns = (links.c.id_mac, links.c.subject, links.c.wrapped)
    found = lookup(connection, links.c.id_mac, columns, macs)
    return {bytes(mac): Link(bytes(subject), bytes(wrapped)) for mac, subject, wrapped in found}


def _erased(connection: Connection, macs: list[bytes]) -> set[bytes]:
    if connection.execute(ANY_STONE).first() is None:
        return set()
    columns = (tombstones.c.id_mac, tombstones.c.until)
    found = lookup(connection, tombstones.c.id_mac, columns, macs)
    at = now()
    return {bytes(mac) for mac, until in found if until >= at}
