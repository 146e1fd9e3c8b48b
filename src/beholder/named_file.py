"""A file that a user names to be written: never in the place of one that is there, unless said."""

from __future__ import annotations

from pathlib import Path

from beholder.errors import UsageError


def check(file: Path, force: bool) -> None:
    """See whether a file may be written, before the work for it begins.

    Parameters
    ----------
    force
        Whether one that is there may be replaced.

    Raises
    ------
    UsageError
        If it is there already, is a folder, or has no folder.
    """
    if file.is_dir():
        raise UsageError(f"{file} is a folder", remedy="name a file in it")
    folder = file.resolve().parent
    if not folder.is_dir():
        raise UsageError(
            f"{file} cannot be written: there is no folder {folder}",
            remedy=f"make {folder} first, or see whether its disk is there",
        )
    if file.is_file() and not force:
        raise UsageError(f"{file} is there already", remedy="name another file, or add --force")
