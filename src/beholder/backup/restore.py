"""Making a workspace of a backup: checked as a whole, then there at once, or nothing of it.

Everything is written into a folder beside, and every checksum compared, before any of it is
opened. Whoever was erased since the backup was made is erased again before anybody can see them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from beholder.backup import contents
from beholder.backup.container import Source, unpack
from beholder.backup.manifest import Manifest, read
from beholder.backup.sealed import Unsealing
from beholder.bundle.resign import resign
from beholder.durable import folder_aside, sweep
from beholder.errors import BackupError, UsageError
from beholder.progress import SILENT, Progress
from beholder.settings_line import replace_value
from beholder.store import ledger
from beholder.store.database import parse_url
from beholder.store.locks import output_lock
from beholder.store.records import Receipt
from beholder.store.restored import hand_over, settle
from beholder.workspace import Workspace

SQLITE = "sqlite"  # in place of an address: files in the workspace


class Restored(msgspec.Struct, frozen=True):
    """What was restored.

    Attributes
    ----------
    made
        When the backup was made, milliseconds since 1970.
    holds
        Rows by table, as the backup says.
    keys
        Whether people, and programs with keys, are known as before.
    erased
        How many people were erased again.
    """

    workspace: str
    made: int
    version: str
    holds: dict[str, int]
    keys: bool
    erased: int


def restore(
    file: Path,
    folder: Path,
    *,
    keys: Path | None = None,
    passphrase: bytes = b"",
    store: str | None = None,
    erasures: Path | None = None,
    nobody_erased: bool = False,
    progress: Progress = SILENT,
) -> Restored:
    """Make a workspace of a backup.

    Parameters
    ----------
    folder
        Empty, or not there yet.
    keys, passphrase
        The file of keys that was written with the backup, and what opens it; None: new keys are
        made, and nobody is known.
    store
        The address of an empty PostgreSQL database, or `sqlite`; None: as the settings in the
        backup say. Keys go there too where they were in PostgreSQL.
    erasures
        The ledger as it was last: a folder of receipts, or a file with one a line.
    nobody_erased
        Say that nobody was erased since; needed where no ledger is given.

    Raises
    ------
    BackupError
        If something is cut, changed, of another version, or does not belong together.
    UsageError
        If the folder is not empty, or it is not said who was erased since.
    """
    for path in filter(None, (file, keys)):
        if not path.is_file():
            raise UsageError(f"there is no backup {str(path)!r}", remedy="name a file")
    folder = folder.resolve()
    _check_target(folder, store)
    receipts = None if erasures is None else ledger.read(erasures)
    if receipts == []:
        raise UsageError(f"{str(erasures)!r} has no receipts of erasures", remedy=ledger.WHERE)
    with output_lock(folder):
        sweep(folder)
        return _restored(
            file, folder, keys, passphrase, store, _Found(receipts, nobody_erased), progress
        )


def _restored(
    file: Path,
    folder: Path,
    keys: Path | None,
    passphrase: bytes,
    store: str | None,
    found: _Found,
    progress: Progress,
) -> Restored:
    with folder_aside(folder, private=True) as aside:
        if keys is not None:
            with keys.open("rb") as sealed:
                source = Unsealing(sealed, passphrase)
                _unpack(source, aside, found.check_keys, contents.in_keys, keys, progress)
        with file.open("rb") as plain:
            _unpack(plain, aside, found.check_workspace, contents.in_workspace, file, progress)
        workspace = Workspace.open(aside)
        workspace.secrets.chmod(0o700)
        if store is not None:
            _set_store(workspace, store)
        receipts = _all_receipts(workspace, found.receipts or [])
        erased = settle(workspace, receipts, found.manifest.holds)
        if keys is None:
            resign(workspace)
        hand_over(workspace, progress)
    made = found.manifest
    return Restored(str(folder), made.made, made.version, made.holds, keys is not None, erased)


class _Found:
    """What the manifests say, each looked at before anything else is read of its file."""

    manifest: Manifest

    def __init__(self, receipts: list[Receipt] | None, nobody_erased: bool) -> None:
        self.receipts, self._nobody_erased = receipts, nobody_erased
        self._keys_of = ""

    def check_keys(self, data: bytes) -> None:
        """Take the manifest of the keys."""
        self._keys_of = read(data, "keys").id

    def check_workspace(self, data: bytes) -> None:
        """Take the manifest of the workspace; see that nobody who was erased comes back."""
        self.manifest = made = read(data, "workspace")
        if self._keys_of not in ("", made.id):
            raise BackupError(
                "the keys are of another backup", remedy="give the file that was written with it"
            )
        if self.receipts is None and not self._nobody_erased:
            moment = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(made.made / 1000))
            raise UsageError(
                f"the backup is of {moment}: whoever was erased since would come back",
                remedy="give --erasures with reports/erasures as it was last, or --no-erasures",
            )
        old = [r for r in self.receipts or () if r.known and not r.subject and r.asked > made.made]
        if old:
            raise BackupError(
                f"the receipt {old[0].number} is of an older version, and names no subject",
                remedy="take it out of the ledger, and erase that person again after restoring",
            )


def _check_target(folder: Path, store: str | None) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            f"{folder} is not empty", remedy="name a folder that is empty, or not there yet"
        )
    if store is not None and store != SQLITE:
        parse_url(store, "--store")


def _unpack(
    source: Source,
    into: Path,
    check: Callable[[bytes], None],
    allowed: Callable[[str], bool],
    file: Path,
    progress: Progress,
) -> None:
    progress.start(f"Reading {file.name}", file.stat().st_size, "bytes")
    unpack(source, into, check, allowed, progress)
    progress.finish()


def _set_store(workspace: Workspace, store: str) -> None:
    """Let the settings of a workspace name another database; they are read after this."""
    had_keys = bool(Workspace(workspace.root).settings.store.keys_url)
    url = "" if store == SQLITE else store
    replace_value(workspace.toml, "store", "url", url)
    if had_keys:
        replace_value(workspace.toml, "store", "keys_url", url)
    if workspace.settings.store.url != url:
        raise UsageError(
            "BEHOLDER_STORE_URL names another store than --store",
            remedy="unset it, or set it to the same",
        )


def _all_receipts(workspace: Workspace, given: list[Receipt]) -> list[Receipt]:
    """Return the receipts in the backup and those given, which go into its ledger."""
    own = ledger.read(workspace.erasures) if workspace.erasures.is_dir() else []
    done = {receipt.number for receipt in own if receipt.done}
    for receipt in given:
        if receipt.number not in done:
            ledger.keep(workspace.erasures, receipt)
    return own + given
