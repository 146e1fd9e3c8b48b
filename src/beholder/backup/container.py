"""One tar of plain files with the SHA-256 of each at its end, written and read in one pass.

The first member says what it is; the last one, `SHA256SUMS`, is as `sha256sum -c` reads it.
Nothing else can be in it: no folders, links, devices, long headers or sparse files. Neither way
does it need more memory than a piece of a file.
"""

from __future__ import annotations

import hashlib
import io
import math
import os
import tarfile
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Protocol

from beholder.errors import BackupError
from beholder.progress import Progress

SUMS = "SHA256SUMS"
MANIFEST = "manifest.json"
LARGEST = 2**20  # bytes of the manifest
LONGEST = 4096  # bytes of a name
DEEPEST = 200  # folders in each other
PIECE = 2**20  # bytes read at once
AGAIN = "fetch it again from where it is kept, or use an older one"


class Sink(Protocol):
    """Takes bytes."""

    def write(self, data: bytes, /) -> object:
        """Take them all."""


class Source(Protocol):
    """Gives bytes."""

    def read(self, n: int, /) -> bytes:
        """Return so many bytes; fewer only at the end."""


class Packer:
    """Writes files into a tar.

    Parameters
    ----------
    manifest
        What the tar says that it is.
    """

    def __init__(self, sink: Sink, manifest: bytes, progress: Progress) -> None:
        self._progress = progress
        self._sums = tempfile.SpooledTemporaryFile(PIECE)  # noqa: SIM115  (closed by `close`)
        out: Any = sink
        self._tar = tarfile.open(  # noqa: SIM115
            fileobj=out, mode="w|", format=tarfile.GNU_FORMAT, encoding="utf-8"
        )
        self._add(_info(MANIFEST, len(manifest)), io.BytesIO(manifest))
        self.files = 0  # added since
        self.size = 0  # of their bytes

    def __enter__(self) -> Packer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if kind is None:
            self._finish()
        self._sums.close()

    def add_bytes(self, name: str, data: bytes) -> None:
        """Add a file that is to hold this."""
        info = _info(name, len(data))
        info.mode, info.mtime = 0o644, int(time.time())
        self._add_counted(info, io.BytesIO(data))

    def add(self, name: str, file: BinaryIO) -> None:
        """Add an open file as it is now.

        Raises
        ------
        BackupError
            If its name could not be restored, or it got shorter meanwhile.
        """
        why = why_not_name(name)
        if why:
            raise BackupError(f"{name!r} {why}", remedy="take it out of the workspace")
        state = os.fstat(file.fileno())
        info = _info(name, state.st_size)
        info.mode, info.mtime = state.st_mode & 0o777, math.ceil(state.st_mtime)
        self._add_counted(info, file)

    def _add_counted(self, info: tarfile.TarInfo, file: BinaryIO) -> None:
        self._add(info, file)
        self.files += 1
        self.size += info.size

    def _add(self, info: tarfile.TarInfo, file: BinaryIO) -> None:
        hashed: Any = _Hashing(file, self._progress)
        try:
            self._tar.addfile(info, hashed)
        except OSError as error:
            if error.errno is not None:
                raise
            raise BackupError(
                f"{info.name} was cut while it was read", remedy="try again"
            ) from None
        _forget_members(self._tar)
        self._sums.write(_line(hashed.digest, info.name))

    def _finish(self) -> None:
        size = self._sums.tell()
        self._sums.seek(0)
        self._tar.addfile(_info(SUMS, size), self._sums)
        self._tar.close()


def unpack(
    source: Source,
    into: Path,
    check: Callable[[bytes], None],
    allowed: Callable[[str], bool],
    progress: Progress,
) -> None:
    """Write the files of a tar below a new folder, and compare each with its SHA-256.

    Parameters
    ----------
    check
        Called with the manifest before anything is written; raises where it does not fit.
    allowed
        Whether a name may be in it.

    Raises
    ------
    BackupError
        If it is cut or changed, or holds what may not be in it. What was written by then is not
        to be used.
    """
    sums = hashlib.sha256()
    wanted = b""
    opened: Any = source
    try:
        with tarfile.open(
            fileobj=opened, mode="r|", tarinfo=_Plain, encoding="utf-8", bufsize=PIECE
        ) as tar:
            check(_manifest(tar, sums))
            while not wanted and (member := tar.next()) is not None:
                _forget_members(tar)
                if member.name == SUMS:
                    wanted = _whole_digest(tar, member)
                else:
                    _check_name(member.name, allowed)
                    digest = _write(tar, member, into, progress)
                    sums.update(_line(digest, member.name))
            if wanted and tar.next() is not None:
                raise BackupError("the backup goes on behind its end", remedy=AGAIN)
    except tarfile.TarError as error:
        raise BackupError(f"the backup cannot be read: {error}", remedy=AGAIN) from error
    if not wanted:
        raise BackupError("the backup is cut: its end is missing", remedy=AGAIN)
    if wanted != sums.digest():
        raise BackupError("the backup was changed: a checksum is wrong", remedy=AGAIN)


def why_not_name(name: str) -> str:
    """Return why a name may not be that of a file below a folder; empty: it may."""
    parts = name.split("/")
    if any(part in ("", ".", "..") for part in parts):
        return "leads out of its folder"
    if not name.isprintable() or "\\" in name:
        return "has characters that no name of ours has"
    if any(len(part.encode()) > 255 for part in parts) or len(name.encode()) >= LONGEST:
        return "is too long"
    if len(parts) > DEEPEST:
        return "lies too deep"
    return ""


class _Plain(tarfile.TarInfo):
    """A member that is a plain file: whatever else is refused before it is read."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _Plain:
        found = super().frombuf(buf, encoding, errors)
        long_name = found.type == tarfile.GNUTYPE_LONGNAME and found.size <= LONGEST
        if not long_name and found.type not in (tarfile.REGTYPE, tarfile.AREGTYPE):
            raise BackupError(
                f"the backup has a member that is no plain file: {found.name!r}", remedy=AGAIN
            )
        return found


class _Hashing:
    """A file whose bytes are hashed as they are read."""

    def __init__(self, file: BinaryIO, progress: Progress) -> None:
        self._file, self._progress = file, progress
        self._sum = hashlib.sha256()

    def read(self, n: int) -> bytes:
        data = self._file.read(n)
        self._sum.update(data)
        self._progress.advance(len(data))
        return data

    @property
    def digest(self) -> str:
        return self._sum.hexdigest()


def _info(name: str, size: int) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.size, made.mode = size, 0o600
    return made


def _forget_members(tar: Any) -> None:
    tar.members = []  # it would keep them all, which are a kilobyte each


def _line(digest: str, name: str) -> bytes:
    return f"{digest}  {name}\n".encode()


def _manifest(tar: tarfile.TarFile, sums: Any) -> bytes:
    member = tar.next()
    if member is None or member.name != MANIFEST or member.size > LARGEST:
        raise BackupError("this is no backup of a workspace", remedy="name one")
    data: bytes = _opened(tar, member).read()
    sums.update(_line(hashlib.sha256(data).hexdigest(), MANIFEST))
    return data


def _whole_digest(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    return hashlib.file_digest(_opened(tar, member), "sha256").digest()


def _opened(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Any:
    file = tar.extractfile(member)
    assert file is not None  # it is a plain file: see `_Plain`
    return file


def _check_name(name: str, allowed: Callable[[str], bool]) -> None:
    why = why_not_name(name) or ("" if allowed(name) else "is no file of a workspace")
    if why:
        raise BackupError(f"the backup holds {name!r}, which {why}", remedy=AGAIN)


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, into: Path, progress: Progress) -> str:
    """Write a member, and return its SHA-256 in hexadecimal. No file is written twice."""
    path = into / member.name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except (FileExistsError, NotADirectoryError) as error:
        raise BackupError(f"the backup holds {member.name} twice", remedy=AGAIN) from error
    source = _Hashing(_opened(tar, member), progress)
    with os.fdopen(handle, "wb") as file:
        while data := source.read(PIECE):
            file.write(data)
        file.flush()
        os.fchmod(file.fileno(), _mode(member))
        os.utime(file.fileno(), (member.mtime, member.mtime))
    return source.digest


def _mode(member: tarfile.TarInfo) -> int:
    """Return the rights of a restored file: as they were, and secrets are their owner's alone."""
    secret = member.name.startswith(("store/", "secrets/"))
    return 0o600 if secret else (member.mode & 0o644) | 0o600
