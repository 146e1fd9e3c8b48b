"""Folders that are taken away by one rename, and what is in them destroyed.

Who writes into such a folder makes it before the store is read, and never again: once it was taken
away there is no place to write to, so that nothing of it appears afterwards. Where several write
at once, any of whom may make the folder anew, each has a folder of its own in it.
"""

from __future__ import annotations

import os
import uuid
from contextlib import suppress
from pathlib import Path

from beholder.store import person_networks

TAKEN = ".taken-"  # how the name of a folder begins that is being destroyed


def take_away(folder: Path) -> None:
    """Take a folder of files away, and write zeros over them; it may be gone already."""
    with suppress(FileNotFoundError):
        os.rename(folder, folder.with_name(f"{TAKEN}{uuid.uuid4().hex}"))
    for taken in folder.parent.glob(f"{TAKEN}*"):  # of a call that was interrupted, too
        with suppress(FileNotFoundError):  # another call is at the same one
            _destroy(taken)


def _destroy(folder: Path) -> None:
    """Take a folder away, and all that is below it."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            _destroy(path)
        else:
            person_networks.destroy(path)
    folder.rmdir()
