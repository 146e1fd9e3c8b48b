"""Killed at any moment, a publisher leaves `current` naming a whole bundle."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from beholder.bundle import parts
from beholder.bundle.manifest import read
from beholder.bundle.promote import current, folder_of, names
from beholder.errors import BundleError
from beholder.workspace import Workspace
from forked import Forked

SCRIPT = Path(__file__).with_name("publish_forever.py")
DELAYS = (0.0, 0.008, 0.03)  # seconds after it began to write


def kill_while_writing(workspace: Workspace, manner: str, delay: float) -> list[str]:
    """Start a publisher, kill it during its second bundle, return the names it promoted."""
    command = [sys.executable, str(SCRIPT), str(workspace.root), manner]
    with Forked(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        promoted, begun = [], 0
        while begun < (2 if manner == "careful" else 1):
            line = process.stdout.readline().strip()
            assert line, "the publisher ended by itself"
            begun += line == "writing"
            promoted += [line] if line != "writing" else []
        time.sleep(delay)
        process.kill()
        promoted += [line for line in process.stdout.read().split() if line != "writing"]
    return promoted


def serves(workspace: Workspace) -> str:
    """Return the served bundle after checking and opening it."""
    name = current(workspace)
    read(folder_of(workspace, name), workspace.secrets)
    parts.load(folder_of(workspace, name))
    return name


def test_a_kill_leaves_the_old_or_the_new_bundle_whole(workspace: Workspace) -> None:
    for delay in DELAYS:
        promoted = kill_while_writing(workspace, "careful", delay)
        served = serves(workspace)
        assert served == promoted[-1] or served not in promoted  # promoted, not yet said
        for name in names(workspace):  # what has a bundle's name is whole
            read(workspace.bundles / name, workspace.secrets)


def test_a_careless_publisher_loses(trained: Path, tmp_path: Path) -> None:
    """The control: were it never caught, the test above would prove nothing."""
    broken = 0
    for delay in DELAYS[:2]:
        copy = tmp_path / f"{delay}"
        shutil.copytree(trained, copy)
        kill_while_writing(Workspace.open(copy), "careless", delay)
        try:
            serves(Workspace.open(copy))
        except BundleError:
            broken += 1
    assert broken


@pytest.mark.parametrize("line", ["", "nonsense\n", "../../etc\n"])
def test_a_broken_pointer_is_an_error_with_a_remedy(workspace: Workspace, line: str) -> None:
    (workspace.root / "current").write_text(line)
    with pytest.raises(BundleError, match="bundle list"):
        folder_of(workspace, current(workspace))
