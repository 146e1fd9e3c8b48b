"""A file that a user names to be written: never in the place of one that is there, unless said."""

from __future__ import annotations

import stat
from pathlib import Path

from beholder.errors import UsageError

KINDS = {
    stat.S_IFLNK: "a link",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
SETTINGS = "beholder.toml"  # what a workspace is known by
OURS = ("store", "secrets", "bundles", "media", "vectors", "networks", SETTINGS, "current")


def check(file: Path, force: bool, otherwise: str = "") -> None:
    """See whether a file may be written, before the work for it begins.

    Parameters
    ----------
    force
        Whether a file that is there may be replaced. Links, pipes, sockets and devices never are.
    otherwise
        What may be done instead of writing a file.

    Raises
    ------
    UsageError
        If it is there already, is no file, has no folder, or is one of a workspace's own.
    """
    if file.is_dir():
        raise UsageError(f"{file} is a folder", remedy="name a file in it")
    folder = file.parent.absolute()
    whole = folder.resolve() / file.name
    for root in whole.parents:
        if (root / SETTINGS).is_file() and whole.relative_to(root).parts[0] in OURS:
            raise UsageError(
                f"{file} would lie among what {root} is made of",
                remedy="name a file elsewhere, such as in its folder reports",
            )
    if not folder.is_dir():
        raise UsageError(
            f"{file} cannot be written: there is no folder {folder}",
            remedy=f"make {folder} first, or see whether its disk is there",
        )
    try:
        kind = stat.S_IFMT(file.lstat().st_mode)
    except FileNotFoundError:
        return
    if kind != stat.S_IFREG:
        link = "name the file that it leads to" if kind == stat.S_IFLNK else ""
        remedies = ("name another file", link, otherwise)
        raise UsageError(
            f"{file} is {KINDS.get(kind, 'no file')}, and a file would take its place",
            remedy=", or ".join(filter(None, remedies)),
        )
    if not force:
        raise UsageError(f"{file} is there already", remedy="name another file, or add --force")
