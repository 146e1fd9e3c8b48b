"""`beholder train --tune-encoder` on a workspace, as it is typed; served without PyTorch."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")

from beholder.blending.validation import FEWEST, validation
from beholder.bundle.parts import load
from beholder.bundle.promote import current, folder_of
from beholder.dataset.build import build
from beholder.demo.hidden import hidden_gallery, paint
from beholder.encoders import own_network
from beholder.encoders.registry import graphs, vector_cache
from beholder.errors import DataError
from beholder.store import Store
from beholder.training.lessons import taught
from beholder.training.tuned import use
from beholder.workspace import Workspace
from hidden_workspace import hidden_workspace
from live_server import Server
from taste_workspace import png

pytestmark = pytest.mark.torch
COMMAND = [sys.executable, "-m", "beholder.cli.main"]
WITHOUT = (
    "import sys; sys.modules['torch'] = None; sys.modules['tensorboardX'] = None; "
    "from beholder.cli.main import run; run(sys.argv[1:])"
)


def typed(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *words], capture_output=True, text=True)


def tuned(workspace: Workspace, kind: str, *words: str) -> dict[str, Any]:
    done = typed("train", str(workspace.root), "--tune-encoder", kind, "--json", *words)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return hidden_workspace(tmp_path_factory.mktemp("hidden") / "workspace")


@pytest.fixture(scope="module")
def last(workspace: Workspace) -> dict[str, Any]:
    return tuned(workspace, "last", "--epochs", "1", "--side", "32", "--budget", "10s")


@pytest.fixture(scope="module")
def served(workspace: Workspace, last: dict[str, Any]) -> str:
    """An encoder that is in the settings and in the bundle that is served, whatever it reached."""
    use(workspace, last["encoder"])
    done = typed("train", str(workspace.root), "--model", "visual-knn", "--budget", "5s")
    assert done.returncode == 0, done.stderr
    return str(last["encoder"])


def test_what_was_tuned_is_an_encoder_of_the_workspace_with_vectors_of_all_pictures(
    workspace: Workspace, last: dict[str, Any]
) -> None:
    name = last["encoder"]
    assert own_network.names(graphs(workspace)) == [name]
    assert vector_cache(workspace, name).shards.count() == 84
    assert last["used"] == (last["gain"] > 2 * last["error"])
    assert last["gain"] == pytest.approx(last["ndcg"] - last["frozen"], abs=1e-6)
    assert "pictures that were left out" in " ".join(last["notes"])
    listed = json.loads(typed("encoders", "list", str(workspace.root), "--json").stdout)
    assert [row["vectors"] for row in listed if row["encoder"] == name] == [84]


def test_the_bundle_answers_where_pytorch_cannot_be_imported(
    workspace: Workspace, served: str
) -> None:
    assert served in load(folder_of(workspace, current(workspace))).content.spaces
    words = ["recommend", str(workspace.root), "--user", "visitor-0003", "--json"]
    done = subprocess.run([sys.executable, "-c", WITHOUT, *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["items"]


def test_a_late_item_is_encoded_with_it_also_once_the_settings_name_another(
    workspace: Workspace, served: str, tmp_path: Path
) -> None:
    root = tmp_path / "copy"
    shutil.copytree(workspace.root, root)
    copy = Workspace.open(root)
    use(copy, None)
    with Server(root) as server, server.client() as client:
        picture = png(paint(0, 99, 1))
        files = {"picture": ("new.png", picture, "image/png")}
        item = {"item": '{"title": "Late"}'}
        told = client.put("/v1/items/late", files=files, data=item, headers=server.operator)
        assert told.status_code in (200, 201), told.text
        alike = client.get("/v1/items/late/similar?k=5").json()["items"]
    digest = hashlib.sha256(picture).hexdigest()
    (vector,), present = vector_cache(copy, served).load([digest])
    assert present.all()
    assert np.abs(vector).sum() > 0
    assert len(alike) == 5


def test_a_map_is_learned_quickly_and_none_takes_it_out_again(workspace: Workspace) -> None:
    found = tuned(workspace, "projection", "--epochs", "1", "--budget", "8s")
    assert found["encoder"].startswith("own:projection-")
    use(workspace, found["encoder"])
    done = typed("train", str(workspace.root), "--tune-encoder", "none", "--budget", "3s")
    assert done.returncode == 0, done.stderr
    assert Workspace.open(workspace.root).settings.encode.encoders == ["efficientnet-lite0"]
    spaces = load(folder_of(workspace, current(workspace))).content.spaces
    assert found["encoder"] not in spaces
    assert found["encoder"] in own_network.names(graphs(workspace)), "it is kept"


def test_who_chooses_the_epoch_is_not_who_judges_it(workspace: Workspace) -> None:
    with Store.open(workspace) as store:
        found = taught(workspace, build(workspace, store, 7), 7, assumed=True)
    choose, judge = (set(one.cases.users.tolist()) for one in (found.chooser, found.judge))
    assert not choose & judge
    assert abs(len(choose) - len(judge)) <= 1
    assert len(choose) > 10
    assert f"{len(choose)} people choose the epoch, {len(judge)} others judge" in found.notes[0]
    assert (found.chooser.cold == found.judge.cold).all(), "they are asked for the same items"


def test_who_is_erased_marks_what_may_have_learned_from_them(
    workspace: Workspace, served: str, tmp_path: Path
) -> None:
    root = tmp_path / "copy"
    shutil.copytree(workspace.root, root)
    copy = Workspace.open(root)
    use(copy, served)
    with Store.open(copy) as store:
        store.erase("visitor-0001")
    assert own_network.mark_of(served, graphs(copy)).exists()
    done = typed("train", str(root), "--model", "visual-knn", "--budget", "3s")
    assert "learned from somebody who was erased since: tune again" in done.stdout
    assert "marked" in typed("encoders", "list", str(root)).stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["projection", "--side", "64"], "--side says nothing"),
        (["last", "--side", "128"], "32 to 96 pixels"),
        (["all", "--views", "3"], "1 or 2 views"),
        (["last", "--loss", "mse"], "--loss says nothing"),
        (["last", "--user", "visitor-0001"], "--user says nothing"),
        (["none", "--epochs", "3"], "--epochs says nothing"),
        (["small-cnn", "--views", "2"], "--views says nothing"),
        (["last", "--lr", "2"], "a step between 0 and 1"),
    ],
)
def test_what_cannot_be_tuned_is_said(workspace: Workspace, words: list[str], said: str) -> None:
    done = typed("train", str(workspace.root), "--tune-encoder", *words)
    assert done.returncode == 2
    assert said in done.stderr


def test_too_little_to_learn_from_is_said(tmp_path: Path) -> None:
    few = hidden_workspace(tmp_path / "workspace", hidden_gallery(30, 8, likes=4))
    done = typed("train", str(few.root), "--tune-encoder", "projection")
    assert done.returncode == 1
    assert "too few to tune an encoder" in done.stderr


def test_who_judges_is_never_fewer_than_chance_would_choose_by(tmp_path: Path) -> None:
    few = hidden_workspace(tmp_path / "workspace", hidden_gallery(84, 40))
    with Store.open(few) as store:
        made = build(few, store, 7)
    n = len(validation(made.dataset, 7).fresh)
    assert FEWEST < n < 2 * FEWEST
    with pytest.raises(DataError, match=f"{n} people, of whom half .* judge: too few") as error:
        taught(few, made, 7, assumed=True)
    assert "100 and 40 are the least" in (error.value.remedy or "")
