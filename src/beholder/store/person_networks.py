"""A network of one person: sealed under their key, under a hash of their subject, erased with them.

It is in no bundle, no backup and no export, and can be trained again from what the person did.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from beholder.durable import left_aside, unlink_overwritten, write_file
from beholder.errors import ErasedError, UsageError
from beholder.store import ledger
from beholder.store.keys import Keys, seal_bytes, unseal_bytes
from beholder.store.records import Who

CONTEXT = b"network"


def keep(folder: Path, keys: Keys, who: Who, data: bytes) -> None:
    """Keep a network instead of the one that the person had.

    Raises
    ------
    UsageError
        If nobody is known of this id.
    ErasedError
        If they were erased meanwhile.
    """
    mac = keys.mac(who)
    link = keys.find_one(mac)
    if link is None:
        raise UsageError(f"nothing is known of {who.id!r}", remedy="record what they like first")
    key = keys.living(link)
    if key is not None:
        folder.mkdir(parents=True, exist_ok=True)
        sealed = seal_bytes(key, data, CONTEXT + link.subject)
        write_file(_path_of(folder, link.subject), sealed, mode=0o600)
    # An erasure leaves its tombstone before it looks for this file: either of the two sees it.
    if not keys.alive({mac: link}):
        forget(folder, link.subject)
        raise ErasedError("this person was erased meanwhile", remedy="nothing of it is kept")


def read(folder: Path, keys: Keys, who: Who) -> bytes | None:
    """Return the network of a person; None: there is none.

    Raises
    ------
    StoreError
        If it was cut or changed.
    """
    link = keys.find_one(keys.mac(who)) if folder.is_dir() else None
    if link is None:
        return None
    try:
        sealed = _path_of(folder, link.subject).read_bytes()
    except FileNotFoundError:
        return None
    key = keys.living(link)
    return None if key is None else unseal_bytes(key, sealed, CONTEXT + link.subject)


def forget(folder: Path, subject: bytes) -> int:
    """Take the network of a subject away, and write zeros over it; return how many there were."""
    path = _path_of(folder, subject)
    return sum(destroy(each) for each in (path, *left_aside(path)))


def expire(folder: Path, before: float) -> int:
    """Take away the networks that were trained before a moment, in seconds; return how many."""
    old = [path for path in folder.glob("*.sealed") if path.stat().st_mtime < before]
    return sum(destroy(path) for path in old)


def destroy(path: Path) -> bool:
    """Take a file away, and write zeros over it; whether it was there."""
    with suppress(FileNotFoundError):
        unlink_overwritten(path)
        return True
    return False


def _path_of(folder: Path, subject: bytes) -> Path:
    return folder / f"{ledger.hashed(subject)[:32]}.sealed"
