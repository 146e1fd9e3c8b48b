"""`beholder train --tune-encoder mmcnn` on a workspace, as it is typed; served without PyTorch."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")

from beholder.dataset.build import build
from beholder.demo.paired import CLOTHS, OTHERS, paired_gallery
from beholder.encoders import own_network
from beholder.encoders.registry import graphs
from beholder.engine.opening import open_engine
from beholder.evaluation.bootstrap import sign_flip
from beholder.settings_line import replace_value
from beholder.store import ItemRecord, Store
from beholder.training.lessons import FROZEN
from beholder.training.tuned import use
from beholder.workspace import Workspace
from paired_people import judged
from paired_workspace import paired_workspace

pytestmark = pytest.mark.torch
SAID = [*CLOTHS[0], *CLOTHS[1], *OTHERS]
COMMAND = [sys.executable, "-m", "beholder.cli.main"]
WITHOUT = (
    "import sys; sys.modules['torch'] = None; from beholder.cli.main import run; run(sys.argv[1:])"
)


def typed(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *words], capture_output=True, text=True)


def tuned(workspace: Workspace, *words: str) -> dict[str, Any]:
    done = typed("train", str(workspace.root), "--tune-encoder", "mmcnn", "--json", *words)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return paired_workspace(tmp_path_factory.mktemp("paired") / "workspace")


@pytest.fixture(scope="module")
def made(workspace: Workspace) -> str:
    """An encoder that is in the settings and in the bundle that is served, whatever it reached."""
    found = tuned(workspace, "--epochs", "1", "--side", "32", "--budget", "8s", "--augment", "flip")
    notes = " ".join(found["notes"])
    assert "couples of 110 items" in notes
    assert "22 words are known; 0 others" in notes
    assert found["against"] in ("frozen", "words")
    use(workspace, found["encoder"])
    done = typed("train", str(workspace.root), "--model", "visual-knn", "--budget", "3s")
    assert done.returncode == 0, done.stderr
    return str(found["encoder"])


def test_the_bundle_answers_where_pytorch_cannot_be_imported(
    workspace: Workspace, made: str
) -> None:
    words = ["recommend", str(workspace.root), "--user", "visitor-0003", "--json"]
    done = subprocess.run([sys.executable, "-c", WITHOUT, *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["items"]


def test_words_make_vectors_of_items_without_a_picture_and_change_those_with_one(
    workspace: Workspace, made: str, tmp_path: Path
) -> None:
    root = tmp_path / "copy"
    shutil.copytree(workspace.root, root)
    with open_engine(root) as engine, Store.open(Workspace.open(root)) as store:
        before = engine.vectors()
        row = before.ids.index("weave-0003")
        old = before.by_name[made][row]
        late = {"worded": "Leather kite", "mute": "", "weave-0003": "Linen suede frost"}
        store.put_items([ItemRecord(item, title) for item, title in late.items()])
        after = engine.vectors()
        vectors = dict(zip(after.ids, after.by_name[made], strict=True))
    assert before.present(made).all()
    assert vectors["worded"].any()
    assert not vectors["mute"].any()
    assert float(vectors["weave-0003"] @ old) < 0.9999
    assert float(vectors["weave-0004"] @ before.by_name[made][row + 1]) > 0.9999


def test_training_goes_on_without_one_whose_file_is_broken_and_says_so(
    workspace: Workspace, made: str, tmp_path: Path
) -> None:
    root = tmp_path / "copy"
    shutil.copytree(workspace.root, root)
    path = own_network.file_of(made, graphs(Workspace.open(root)))
    path.write_bytes(path.read_bytes()[:-1])
    done = typed("train", str(root), "--model", "visual-knn", "--budget", "2s")
    assert done.returncode == 0, done.stderr
    assert f"left out: the file of {made} was changed, or is not whole" in done.stdout


def test_a_catalogue_without_pictures_is_learned_by_its_words(tmp_path: Path) -> None:
    worded = paired_workspace(tmp_path / "workspace", pictures=False)
    found = tuned(worded, "--epochs", "1", "--budget", "4s")
    assert "109 items" in found["notes"][0], "two have the same title"
    use(worded, found["encoder"])
    with Store.open(worded) as store:
        vectors = build(Workspace.open(worded.root), store, 7).dataset.content
    assert vectors.spaces[found["encoder"]].present.all()


def test_smaller_forms_are_not_made_of_it_and_that_is_said(
    workspace: Workspace, made: str, tmp_path: Path
) -> None:
    root = tmp_path / "copy"
    shutil.copytree(workspace.root, root)
    replace_value(Workspace.open(root).toml, "encode", "encoders", [made])
    done = typed("encoders", "compare", str(root))
    assert done.returncode == 2
    assert f"{made} reads words, too: it is small, and stays as it is" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["mmcnn", "--augment", "mix"], "no words that fit them"),
        (["mmcnn", "--side", "128"], "32 to 96 pixels"),
        (["mmcnn", "--loss", "mse"], "--loss says nothing"),
        (["last", "--words", "gru"], "--words says nothing"),
        (["small-cnn", "--words", "gru"], "--words says nothing"),
    ],
)
def test_what_cannot_be_tuned_is_said(workspace: Workspace, words: list[str], said: str) -> None:
    done = typed("train", str(workspace.root), "--tune-encoder", *words)
    assert done.returncode == 2
    assert said in done.stderr


@pytest.mark.long
@pytest.mark.parametrize("words", ["conv", "gru"])
def test_it_beats_the_frozen_encoder_and_words_where_a_taste_is_of_both(
    tmp_path: Path, words: str
) -> None:
    workspace = paired_workspace(tmp_path / "workspace", 360, 300)
    found = tuned(workspace, "--words", words, "--budget", "5m")
    assert found["used"]
    gallery, titles = paired_gallery(360, 300)
    with open_engine(workspace.root) as engine:
        kept = engine.vectors()
    order = np.argsort(kept.ids)
    by_name = {name: rows[order] for name, rows in kept.by_name.items()}
    both = judged(gallery, by_name[found["encoder"]])
    said = np.array([[word in title.lower() for word in SAID] for title in titles], np.float32)
    for alone in (by_name[FROZEN], said):
        difference = both - judged(gallery, alone)
        assert difference.mean() > 0
        assert sign_flip(difference) < 0.05
    assert own_network.names(graphs(workspace)) == [found["encoder"]]
