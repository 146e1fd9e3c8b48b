"""Where trainings of networks stand: in one folder, and only while it is there.

What stands there learned from everybody, and vectors of people are among it. Who may no longer be
learned from takes the folder away by one rename. Nobody who trains makes it again, so that a
training that is under way finds no place to write to, and what it wrote before is destroyed.
"""

from __future__ import annotations

from pathlib import Path

from beholder.store import person_networks
from beholder.store.taken_away import take_away
from beholder.workspace import Workspace


def make(workspace: Workspace) -> Path:
    """Return the folder, made if need be; to be asked for before the events are read."""
    workspace.checkpoints.mkdir(mode=0o700, parents=True, exist_ok=True)
    return workspace.checkpoints


def drop(workspace: Workspace) -> None:
    """Take all of them away, and write zeros over them."""
    take_away(workspace.checkpoints)
    for path in workspace.networks.glob("*.safetensors*"):  # where earlier versions had them
        person_networks.destroy(path)


def remove(folder: Path, beginning: str) -> None:
    """Take away the files whose names begin so, those that were left aside among them."""
    for pattern in (f"{beginning}*", f".{beginning}*"):
        for path in folder.glob(pattern):
            person_networks.destroy(path)
