"""Files that are whole or absent, whatever happens to the power.

Everything is written aside on the same disk, synced, renamed, and the folder is synced.
"""

from __future__ import annotations

import glob
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


def sync_folder(folder: Path) -> None:
    """Make renames inside `folder` durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(path: Path) -> None:
    """Make the content of one file durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_file(path: Path, *data: bytes | memoryview, mode: int = 0o644) -> None:
    """Replace `path` by `data`, one after the other, at once: readers see the old or the new."""
    with file_aside(path, mode) as file:
        file.writelines(data)


def overwrite_file(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Replace a file as `write_file` does, and then write zeros over what stood there before.

    That reaches the old bytes where a file system writes in place. A disk that moves what it
    writes (SSD), a file system that copies on write and a snapshot may keep them.
    """
    path = path.resolve()  # of a link: what it leads to
    with ExitStack() as stack:
        old = None
        with suppress(FileNotFoundError):
            old = stack.enter_context(path.open("r+b"))
        write_file(path, data, mode=mode)
        if old is not None:
            _zero(old)


def unlink_overwritten(path: Path) -> None:
    """Take a file away, and write zeros over what stood in it, as `overwrite_file` does."""
    with path.open("r+b") as old:
        _zero(old)
        path.unlink()
    sync_folder(path.parent)


def _zero(file: BinaryIO) -> None:
    file.write(bytes(os.fstat(file.fileno()).st_size))
    file.flush()
    os.fsync(file.fileno())


def beside(target: Path) -> str:
    """Return how names of ours beside a file or folder begin, as no file of a user's does."""
    return f".{target.name}.beholder-"


def _aside(target: Path) -> Path:
    return target.with_name(f"{beside(target)}{uuid.uuid4().hex[:8]}.part")


@contextmanager
def file_aside(target: Path, mode: int = 0o644) -> Iterator[BinaryIO]:
    """Yield an empty file that replaces `target` when the block ends well.

    If the block fails, `target` is as it was.
    """
    aside = _aside(target)
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, target)
    except BaseException as error:
        aside.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename in (None, str(aside)):
            error.filename = str(target)  # a write does not say to where, and nobody knows `aside`
        raise
    sync_folder(target.parent)


def left_aside(target: Path) -> list[Path]:
    """Return what was written aside for a file or folder, and is not in its place."""
    return sorted(target.parent.glob(f"{glob.escape(beside(target))}*.part"))


def sweep(target: Path) -> None:
    """Take away what was written aside for a file or folder, and left by who was killed.

    Only for whoever holds a lock on the target: what others write aside now goes, too.
    """
    for path in left_aside(target):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


@contextmanager
def folder_aside(target: Path, private: bool = False) -> Iterator[Path]:
    """Yield an empty folder that becomes `target` when the block ends well.

    `target` must not exist yet. If the block fails, nothing is left behind.

    Parameters
    ----------
    private
        Whether nobody else may look into it until then.
    """
    aside = _aside(target)
    aside.mkdir(parents=True)
    usual = aside.stat().st_mode & 0o777
    if private:
        aside.chmod(0o700)
    try:
        yield aside
        aside.chmod(usual)
        for path in sorted(aside.rglob("*")):
            sync_folder(path) if path.is_dir() else sync_file(path)
        sync_folder(aside)
        os.rename(aside, target)
    except BaseException as error:
        shutil.rmtree(aside, ignore_errors=True)
        if isinstance(error, OSError) and error.errno is not None:
            error.filename = str(target)
        raise
    sync_folder(target.parent)
