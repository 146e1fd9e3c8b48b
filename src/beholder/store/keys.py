"""Who is who: the one place that links a person's id to the subject of their events.

The caller's id is kept only as a keyed hash. A link holds a random subject, under which the
events stand in the store, and the person's own random key, wrapped by a bucket key of the
workspace. Without this database and the root key nobody can say whose events are whose.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, bindparam, delete, func, insert, inspect, select, update

from beholder.durable import write_file
from beholder.errors import StoreError
from beholder.store import bucket_keys, schema
from beholder.store.bucket_file import NONCE, SHARED, BucketFile, bucket_of, unwrap, wrap
from beholder.store.bulk import insert_new, lookup
from beholder.store.database import WAIT, Database, address
from beholder.store.ids import now
from beholder.store.migrate import migrate
from beholder.store.opening_keys import LOST, ROOT, ready, wrong_root
from beholder.store.quick import Question
from beholder.store.records import Who
from beholder.workspace import Workspace

TOMBSTONE = 86_400_000  # milliseconds in which nothing late can revive an erased person
BEGUN = 2**62  # until when a tombstone stands whose erasure is not done
MANY = 1_000  # people at once, as only an import has
links, tombstones = schema.links, schema.tombstones

ANY_STONE = select(tombstones.c.until).limit(1)
ONE = Question(
    select(links.c.subject, links.c.wrapped_key).where(links.c.id_mac == bindparam("mac"))
)


@dataclass
class Link:
    """What joins a person to their events.

    Attributes
    ----------
    subject
        16 random bytes under which the events stand.
    wrapped
        The person's key, readable only with the key of its bucket.
    key
        The person's key, once it was needed. A link is found anew for each request.
    """

    subject: bytes
    wrapped: bytes
    key: bytes | None = field(default=None, repr=False, compare=False)


class Keys:
    """The links, the keys and the tombstones.

    Parameters
    ----------
    database
        Apart from the store, and in another file of its backups.
    root
        32 bytes; lies in a file of its own.
    buckets
        What people's keys stand under.
    """

    def __init__(self, database: Database, root: bytes, buckets: BucketFile) -> None:
        self.database = database
        self._root = AESGCM(root)
        self._buckets = buckets
        self._id_key = self._open_id_key()

    @classmethod
    def open(cls, workspace: Workspace, *, create: bool = False, wait: float = WAIT) -> Keys:
        """Open the key database with the secrets of the workspace.

        Parameters
        ----------
        create
            Make both where neither is there yet.
        wait
            Seconds that a transaction waits for another writer before it gives up.

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
        database = Database(address(workspace, "keys"), wait=wait)
        try:
            if not root.exists() and _has_rows(database):
                raise StoreError(
                    "store.keys_url holds keys of another root key",
                    remedy="copy the folder of secrets from the server that made them",
                )
            if not root.exists():
                write_file(root, os.urandom(ROOT), mode=0o600)
            migrate(database, "keys")
            return cls(database, *ready(database, workspace.secrets))
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
        rows = self.database.ask(ONE, mac=mac)
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
            fresh = [mac for mac in missing if mac not in found and mac not in gone]
            rows = self._new(connection, fresh)
            insert_new(connection, links, rows)
        return found | {mac: Link(subject, wrapped) for mac, subject, wrapped, _ in rows}

    def erased(self, macs: Collection[bytes]) -> set[bytes]:
        """Return those who were erased less than a day ago."""
        with self.database.read() as connection:
            return _erased(connection, sorted(set(macs)))

    def leaving(self) -> list[bytes]:
        """Return the subjects of those whose erasure is begun, and not done."""
        begun = (links.c.id_mac == tombstones.c.id_mac) & (tombstones.c.until == BEGUN)
        with self.database.read() as connection:
            return [
                bytes(row[0]) for row in connection.execute(select(links.c.subject).where(begun))
            ]

    def alive(self, links: Mapping[bytes, Link]) -> dict[bytes, Link]:
        """Return the links that are still those of their people, none of whom is erased.

        Inside of a transaction that writes under their subjects: an erasure deletes rows in one
        of its own, after the tombstone and before the link.
        """
        macs = sorted(links)
        with self.database.read() as connection:
            gone, present = _erased(connection, macs), _find(connection, macs)
        same = {mac for mac in present if present[mac].subject == links[mac].subject}
        return {mac: present[mac] for mac in links if mac in same and mac not in gone}

    def bury(self, mac: bytes) -> None:
        """Leave a tombstone until `rest`, and clear those whose day is over."""
        with self.database.write() as connection:
            expired = tombstones.c.until < now()
            connection.execute(delete(tombstones).where(expired | (tombstones.c.id_mac == mac)))
            connection.execute(insert(tombstones).values(id_mac=mac, until=BEGUN))

    def rest(self, mac: bytes | None = None) -> None:
        """Let the day of a tombstone, or of all that have none, begin: the erasure is done."""
        mine = tombstones.c.until == BEGUN
        if mac is not None:
            mine &= tombstones.c.id_mac == mac
        with self.database.write() as connection:
            connection.execute(update(tombstones).where(mine).values(until=now() + TOMBSTONE))

    def unbury(self, mac: bytes) -> bool:
        """Take a tombstone away: the person asks to be known again; whether there was one.

        One whose erasure is not done stays.
        """
        if not self.erased([mac]):
            return False
        mine = (tombstones.c.id_mac == mac) & (tombstones.c.until != BEGUN)
        with self.database.write() as connection:
            return bool(connection.execute(delete(tombstones).where(mine)).rowcount)

    def clear(self, moment: int) -> None:
        """Take away the tombstones whose day is over at a moment, milliseconds since 1970."""
        with self.database.write() as connection:
            connection.execute(delete(tombstones).where(tombstones.c.until < moment))

    def forget(self, subjects: Sequence[bytes]) -> None:
        """Destroy links and their keys, and renew their buckets; `prune` has to follow."""
        bucket_keys.forget(self.database, self._buckets, subjects)

    def prune(self) -> None:
        """Destroy the bucket keys from which a renewal went on to others."""
        bucket_keys.prune(self.database, self._buckets)

    def of_subjects(self, subjects: Sequence[bytes]) -> dict[bytes, Link]:
        """Return the links of subjects; those who were erased have none."""
        columns = (links.c.subject, links.c.wrapped_key)
        with self.database.read() as connection:
            rows = lookup(connection, links.c.subject, columns, subjects)
            return {bytes(row[0]): Link(bytes(row[0]), bytes(row[1])) for row in rows}

    def key(self, link: Link) -> bytes:
        """Return a person's key: 32 bytes.

        Raises
        ------
        StoreError
            If the bucket keys are not those that wrapped it.
        """
        key = self.living(link)
        if key is None:
            raise _no_key()
        return key

    def living(self, link: Link) -> bytes | None:
        """Return a person's key; None: they were erased since the link was read.

        Raises
        ------
        StoreError
            If the bucket keys are not those that wrapped it.
        """
        if link.key is None:
            key = self._buckets.unwrap(link.wrapped, link.subject)
            if key is None:  # it was wrapped anew since the link was read, or destroyed
                wrapped = self._wrapped(link.subject)
                if wrapped is None:
                    return None
                key = self._buckets.unwrap(wrapped, link.subject)
            if key is None:
                raise _no_key()
            link.key = key
        return link.key

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    def _new(
        self, connection: Connection, macs: list[bytes]
    ) -> list[tuple[bytes, bytes, bytes, int]]:
        at = now()
        noise = os.urandom(48 * len(macs))
        made = [(noise[i : i + 16], noise[i + 16 : i + 48]) for i in range(0, len(noise), 48)]
        under = bucket_keys.ciphers(connection, self._buckets, [subject for subject, _ in made])
        return [
            (mac, subject, wrap(under[bucket_of(subject)], key, subject), at)
            for mac, (subject, key) in zip(macs, made, strict=True)
        ]

    def _wrapped(self, subject: bytes) -> bytes | None:
        with self.database.read() as connection:
            found = connection.execute(
                select(links.c.wrapped_key).where(links.c.subject == subject)
            ).scalar()
        return None if found is None else bytes(found)

    def _open_id_key(self) -> bytes:
        ring = schema.keyring
        wanted = select(ring.c.wrapped).where(ring.c.name == "id")
        with self.database.read() as connection:
            wrapped = connection.execute(wanted).scalar()
        if wrapped is None:
            with self.database.write() as connection:
                wrapped = connection.execute(wanted).scalar()  # another process was quicker
                if wrapped is None:
                    wrapped = wrap(self._root, os.urandom(32), b"id")
                    connection.execute(insert(ring).values(name="id", wrapped=wrapped))
        key = unwrap(self._root, wrapped, b"id")
        if key is None:
            raise wrong_root()
        return key


def _no_key() -> StoreError:
    return StoreError(
        "the bucket keys of this server do not open the key of a person", remedy=SHARED
    )


def seal(key: bytes, text: str, context: bytes) -> bytes:
    """Encrypt what a person wrote under their own key, bound to `context`."""
    return seal_bytes(key, text.encode(), context)


def seal_bytes(key: bytes, data: bytes, context: bytes) -> bytes:
    """Encrypt what is a person's under their own key, bound to `context`."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, data, context)


def unseal(key: bytes, cipher: bytes, context: bytes) -> str:
    """Return what `seal` was given.

    Raises
    ------
    StoreError
        If key, context or bytes are not those of the sealing.
    """
    return unseal_bytes(key, cipher, context).decode()


def unseal_bytes(key: bytes, cipher: bytes, context: bytes) -> bytes:
    """Return what `seal_bytes` was given; raises as `unseal` does."""
    try:
        return AESGCM(key).decrypt(cipher[:NONCE], cipher[NONCE:], context)
    except InvalidTag as error:
        raise StoreError(
            "what is stored of a person cannot be decrypted",
            remedy="restore the store and its keys together",
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
    columns = (links.c.id_mac, links.c.subject, links.c.wrapped_key)
    found = lookup(connection, links.c.id_mac, columns, macs)
    return {bytes(mac): Link(bytes(subject), bytes(wrapped)) for mac, subject, wrapped in found}


def _erased(connection: Connection, macs: list[bytes]) -> set[bytes]:
    if len(macs) > MANY and connection.execute(ANY_STONE).first() is None:
        return set()
    columns = (tombstones.c.id_mac, tombstones.c.until)
    found = lookup(connection, tombstones.c.id_mac, columns, macs)
    at = now()
    return {bytes(mac) for mac, until in found if until >= at}
