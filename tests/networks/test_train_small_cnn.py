"""`beholder train --tune-encoder small-cnn` on a workspace, as it is typed."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

from beholder.bundle.parts import load
from beholder.bundle.promote import current, folder_of
from beholder.store import Store
from beholder.training.classic import checkpoint_of
from beholder.workspace import Workspace
from live_server import Server
from taste_workspace import FAN, picture, png, taste_workspace

pytestmark = pytest.mark.torch
COMMAND = [sys.executable, "-m", "beholder.cli.main"]
LINE = re.compile(r"Epoch \[\d+\], Loss: \d\.\d{4}, Accuracy: \d+\.\d\d%")


def train(workspace: Workspace, *words: str) -> subprocess.CompletedProcess[str]:
    told = [*COMMAND, "train", str(workspace.root), "--tune-encoder", "small-cnn", *words]
    return subprocess.run(told, capture_output=True, text=True)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return taste_workspace(tmp_path_factory.mktemp("taste") / "workspace")


@pytest.fixture(scope="module")
def trained(workspace: Workspace) -> subprocess.CompletedProcess[str]:
    return train(workspace, "--epochs", "2")


def test_it_prints_a_line_an_epoch_and_what_it_reached(
    trained: subprocess.CompletedProcess[str],
) -> None:
    assert trained.returncode == 0, trained.stderr
    lines = trained.stdout.splitlines()
    assert [bool(LINE.fullmatch(line)) for line in lines[:3]] == [True, True, False]
    assert lines[0].startswith("Epoch [1], ")
    assert "learned from 65 liked, 24 disliked or hidden, and 171 drawn" in trained.stdout
    assert "pictures left out (media-type): 1" in trained.stdout
    assert "items without a picture: 1" in trained.stdout
    assert "always saying no reaches" in trained.stdout
    assert "training small-cnn" in trained.stderr


def test_what_it_learned_is_in_the_bundle_that_is_served(
    workspace: Workspace, trained: subprocess.CompletedProcess[str]
) -> None:
    found = load(folder_of(workspace, current(workspace))).network
    assert found is not None
    assert found.record.auc is not None
    assert found.record.auc > 0.7
    assert checkpoint_of(workspace).exists()
    shown = subprocess.run(
        [*COMMAND, "bundle", "show", str(workspace.root)], capture_output=True, text=True
    )
    assert "small-cnn: trained on" in shown.stdout


def test_it_goes_on_where_it_stood_and_writes_event_files(
    workspace: Workspace, trained: subprocess.CompletedProcess[str], tmp_path: Path
) -> None:
    done = train(workspace, "--epochs", "3", "--resume", "--tensorboard", str(tmp_path / "events"))
    assert done.returncode == 0, done.stderr
    assert [line[:9] for line in done.stdout.splitlines() if "Epoch [" in line] == ["Epoch [3]"]
    assert list((tmp_path / "events").glob("events.out.tfevents.*"))


def test_what_is_no_better_than_chance_is_not_put_to_use_and_that_is_said(
    workspace: Workspace, trained: subprocess.CompletedProcess[str], tmp_path: Path
) -> None:
    root = tmp_path / "copy"
    shutil.copytree(workspace.root, root)
    copy = Workspace.open(root)
    before = current(copy)
    done = train(copy, "--epochs", "1", "--lr", "0.0000001")
    assert done.returncode == 0, done.stderr
    assert "not put to use: on the test part it is not surely better than chance" in done.stdout
    assert current(copy) == before


def test_one_person_gets_a_network_of_their_own_that_tells_their_taste(
    workspace: Workspace, trained: subprocess.CompletedProcess[str]
) -> None:
    before = current(workspace)
    done = train(workspace, "--user", FAN, "--epochs", "6", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["network"]["auc"] >= 0.95
    assert told["bundle"] is None
    assert current(workspace) == before
    with Server(workspace.root) as server, server.client() as client:
        images = {n: base64.b64encode(png(picture(n))).decode() for n in (999, 1000)}

        def ask(n: int, **more: Any) -> float:
            answer = client.post("/recommend", json={"image": images[n], **more}).json()
            assert answer["by"] == "small-cnn"
            return float(answer["prediction"])

        assert ask(999, user=FAN) > 0.5 > ask(1000, user=FAN)
        assert ask(999, user="ann") == ask(999) != ask(999, user=FAN)
        with Store.open(workspace) as store:
            assert store.erase(FAN).networks == 1
        assert ask(999, user=FAN) == ask(999)
    assert list(workspace.networks.iterdir()) == [], "the checkpoint knew them, too"


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["--user", "nobody"], 2, "nothing is known of 'nobody'"),
        (["--user", "ann", "--resume"], 2, "leave --resume and --tensorboard out"),
    ],
)
def test_what_cannot_be_trained_is_said(
    workspace: Workspace, words: list[str], status: int, said: str
) -> None:
    done = train(workspace, *words)
    assert done.returncode == status
    assert said in done.stderr


def test_too_little_to_learn_from_is_said(tmp_path: Path) -> None:
    few = taste_workspace(tmp_path / "workspace", 12)
    done = train(few, "--user", FAN)
    assert done.returncode == 1
    assert "too few to learn a taste from" in done.stderr
