"""`beholder demo --data cifar10`, from the owners' files to an answer of `POST /recommend`."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")

from beholder.demo.classic import built
from beholder.store import Store
from beholder.workspace import Workspace
from small_cifar import archive, binaries, pickles

pytestmark = pytest.mark.torch
COMMAND = [sys.executable, "-m", "beholder.cli.main", "demo"]


def demo(folder: Path, place: Path, *words: str) -> str:
    told = [*COMMAND, str(folder), "--data", "cifar10", str(place), "--check", *words]
    done = subprocess.run(told, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace that compares pictures quickly."""
    workspace = Workspace.create(tmp_path / "demo", '[encode]\nencoders = ["colour"]\n')
    Store.open(workspace, create=True).close()
    return workspace.root


def test_ten_classes_are_told_apart_and_one_is_answered(folder: Path, tmp_path: Path) -> None:
    file = archive(binaries(tmp_path / "made", 40), tmp_path / "cifar-10-binary.tar.gz")
    said = demo(folder, file, "--items", "40", "--epochs", "3", "--budget", "1s")
    assert re.search(r"accuracy 9\d|accuracy 100", said)
    assert "always saying the commonest class reaches 10.00%" in said
    assert re.search(r"small-cnn says [01]\.\d\d of 'Frog 6', a frog", said)
    assert built(Workspace.open(folder)), "so that it is served at once"


def test_one_class_is_liked_against_the_rest(folder: Path, tmp_path: Path) -> None:
    pickles(tmp_path / "held", 60)
    words = ("--like", "cat", "--items", "40", "--epochs", "3", "--budget", "1s")
    said = demo(folder, tmp_path / "held", *words)
    assert re.search(r"test part of 60: AUC (0\.9[5-9]|1\.0)", said)
    assert "always saying no reaches 90.00%" in said
    assert re.search(r"small-cnn says 0\.\d\d of 'Frog 6'\n", said)
