"""What a disk that refuses a file says, as an error with a remedy."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from beholder.errors import DiskError

ROOM = 65_536  # bytes: with less left a database cannot be opened
FULL = "make room there, or let its owner allow you more"
CLOSED = "run this as the user whose it is, or give this user the right"
REMEDIES = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EFBIG: FULL,
    errno.EROFS: "mount it so that it can be written, or work on a copy",
    errno.EACCES: CLOSED,
    errno.EPERM: CLOSED,
    errno.EIO: "see whether the disk is failing, and keep a copy of what can be read",
    errno.ENOMEM: "end other programs, or work with less at once",
    errno.EMFILE: "let this user open more files (ulimit -n)",
    errno.ENFILE: "end other programs: the system has no more files to open",
}


def of_disk(error: OSError) -> DiskError | None:
    """Return an error of files as one of ours; None: it is none that a person could mend."""
    remedy = REMEDIES.get(error.errno or 0)
    if remedy is None:
        return None
    where = f"{str(error.filename)!r}: " if error.filename is not None else ""
    return DiskError(f"{where}{error.strerror or error}", remedy=remedy)


def state_of(folder: Path) -> str:
    """Return `full`, `read-only`, or nothing: what keeps this disk from being written."""
    try:
        disk = os.statvfs(folder)
    except OSError:
        return ""
    if disk.f_flag & os.ST_RDONLY:
        return "read-only"
    no_more_files = disk.f_files > 0 and not disk.f_favail
    return "full" if no_more_files or disk.f_bavail * disk.f_frsize < ROOM else ""
