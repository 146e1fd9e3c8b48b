"""Making a backup: one file of a workspace, and one of its keys, while everything goes on."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import msgspec

import beholder
from beholder import named_file
from beholder.backup import contents
from beholder.backup.container import Packer, Sink
from beholder.backup.copied_keys import copy_keys
from beholder.backup.manifest import FORMAT, Kind, Manifest, encode
from beholder.backup.sealed import Sealing
from beholder.durable import beside, file_aside, sweep
from beholder.errors import StoreError, UsageError
from beholder.progress import SILENT, Progress
from beholder.secret_files import read_secret
from beholder.store.bucket_file import NAME, BucketFile, Ring
from beholder.store.copying import Copied, copy_out
from beholder.store.database import Database, address
from beholder.store.ids import now
from beholder.store.locks import output_lock
from beholder.store.opening_keys import LOST
from beholder.workspace import Workspace


class Taken(msgspec.Struct, frozen=True):
    """What a backup holds.

    Attributes
    ----------
    made
        Milliseconds since 1970: everything that was stored by then is in it.
    files, size
        How many files of the workspace, and their bytes.
    holds
        Rows by table.
    keys
        The file of keys; None: it was not asked for.
    """

    file: str
    made: int
    files: int
    size: int
    holds: dict[str, int]
    keys: str | None


def back_up(
    workspace: Workspace,
    file: Path,
    *,
    keys: Path | None = None,
    passphrase: bytes = b"",
    force: bool = False,
    progress: Progress = SILENT,
) -> Taken:
    """Write a workspace into one file, and its keys, sealed, into another one.

    Servers, imports and training go on. The keys are copied after the store: whose rows are in
    the one is in the other. On the disk of `file` the databases need their room twice meanwhile.

    Parameters
    ----------
    keys, passphrase
        Where the keys go and what opens them; None: they are left out.
    force
        Replace files that are there.

    Raises
    ------
    UsageError
        If a file is there already, or lies inside of the workspace.
    StoreError
        If a database does not answer or is damaged, or a key of the keys is missing.
    """
    for path in filter(None, (file, keys)):
        _check(workspace, path, force)
    if keys is not None and keys.resolve() == file.resolve():
        raise UsageError("the keys need a file of their own", remedy="name another one with --keys")
    if keys is not None:
        read_secret(workspace.secrets / "root.key", LOST, StoreError)
    with ExitStack() as stack:
        for path in filter(None, (file, keys)):
            stack.enter_context(output_lock(path))
            sweep(path)
        place, made, name = _beside(stack, file), now(), secrets.token_hex(8)
        store = _copy_store(workspace, place / "events.db", progress)
        if keys is not None:  # never on the disk of the other file
            place_of_keys = _beside(stack, keys)
            links, ring = _copy_keys(workspace, place_of_keys / "keys.db", progress)
        out = stack.enter_context(file_aside(file, 0o600))
        packer = _pack(
            out,
            _manifest("workspace", name, made, store),
            (contents.EVENTS, place / "events.db"),
            lambda packer: contents.add_workspace(packer, workspace),
            progress,
            contents.size_of(workspace),
        )
        if keys is not None:
            sealing = Sealing(stack.enter_context(file_aside(keys, 0o600)), passphrase)
            _pack(
                sealing,
                _manifest("keys", name, made, links),
                (contents.KEYS, place_of_keys / "keys.db"),
                lambda packer: contents.add_secrets(packer, workspace, ring),
                progress,
            )
            sealing.close()
    held = None if keys is None else str(keys)
    return Taken(str(file), made, packer.files, packer.size, store.holds, held)


def _beside(stack: ExitStack, file: Path) -> Path:
    """Return a folder for copies beside a file, which goes with the block."""
    aside = tempfile.TemporaryDirectory(prefix=beside(file), suffix=".part", dir=file.parent)
    return Path(stack.enter_context(aside))


def _check(workspace: Workspace, file: Path, force: bool) -> None:
    named_file.check(file, force)
    if file.resolve().is_relative_to(workspace.root.resolve()):
        raise UsageError(
            f"{file} lies inside of the workspace, and would be lost with it",
            remedy="name a file on another disk",
        )


def _copy_store(workspace: Workspace, file: Path, progress: Progress) -> Copied:
    with _opened(workspace, "store") as database:
        return copy_out(database, "store", file, progress)


def _copy_keys(workspace: Workspace, file: Path, progress: Progress) -> tuple[Copied, Ring | None]:
    with _opened(workspace, "keys") as database:
        return copy_keys(database, BucketFile(workspace.secrets / NAME), file, progress)


@contextmanager
def _opened(workspace: Workspace, which: str) -> Iterator[Database]:
    url = address(workspace, which)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        raise StoreError(
            f"{url.database} is missing", remedy="there is nothing to back up without it"
        )
    with closing(Database(url)) as database:
        yield database


def _manifest(kind: Kind, name: str, made: int, copied: Copied) -> Manifest:
    version = beholder.__version__
    return Manifest(FORMAT, kind, name, made, version, copied.version, copied.holds)


def _pack(
    sink: Sink,
    manifest: Manifest,
    database: tuple[str, Path],
    add_rest: Callable[[Packer], None],
    progress: Progress,
    size: int = 0,
) -> Packer:
    """Write a database, whose copy is deleted then, and the rest."""
    name, copy = database
    progress.start(f"Writing the {manifest.kind}", size + copy.stat().st_size, "bytes")
    with Packer(sink, encode(manifest), progress) as packer:
        with copy.open("rb") as file:
            packer.add(name, file)
        copy.unlink()
        add_rest(packer)
    progress.finish()
    return packer
