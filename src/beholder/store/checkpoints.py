"""Where trainings of networks stand: in one folder, and only while it is there.

What stands there learned from everybody, and vectors of people are among it. Who may no longer be
learned from takes the folder away by one rename. Nobody who trains makes it again, so that a
training that is under way finds no place to write to, and what it wrote before is destroyed.
"""

from __future__ import annotations

import os
import uuid
from contextlib import suppress
from pathlib import Path

from beholder.store import person_networks
from beholder.workspace import Workspace

TAKEN = ".taken-"  # how the name of a folder begins that is being destroyed


def make(workspace: Workspace) -> Path:
    """Return the folder, made if need be; to be asked for before the events are read."""
    workspace.checkpoints.mkdir(mode=0o700, parents=True, exist_ok=True)
    return workspace.checkpoints


def drop(workspace: Workspace) -> None:
    """Take all of them away, and write zeros over them."""
    networks = workspace.networks
    with suppress(FileNotFoundError):
        os.rename(workspace.checkpoints, networks / f"{TAKEN}{uuid.uuid4().hex}")
    for taken in networks.glob(f"{TAKEN}*"):  # of a call that was interrupted, too
        with suppress(FileNotFoundError):  # another call is at the same one
            for path in taken.iterdir():
                person_networks.destroy(path)
            taken.rmdir()
    for path in networks.glob("*.safetensors*"):  # where earlier versions had them
        person_networks.destroy(path)


def remove(folder: Path, beginning: str) -> None:
    """Take away the files whose names begin so, those that were left aside among them."""
    for pattern in (f"{beginning}*", f".{beginning}*"):
        for path in folder.glob(pattern):
            person_networks.destroy(path)
