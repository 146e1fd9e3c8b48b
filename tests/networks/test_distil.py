"""A student that looks at smaller pictures learns to say what its teacher says of new ones."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from PIL import Image  # noqa: E402

from beholder.demo.hidden import hidden_gallery  # noqa: E402
from beholder.demo.paired import paired_gallery  # noqa: E402
from beholder.encoders import own_graph, own_network  # noqa: E402
from beholder.encoders.lite0_graph import folded  # noqa: E402
from beholder.encoders.lite0_weights import DIM, read_weights, weights_file  # noqa: E402
from beholder.encoders.own_graph import Linear  # noqa: E402
from beholder.encoders.own_network import OwnNetwork, square  # noqa: E402
from beholder.encoders.registry import graphs  # noqa: E402
from beholder.networks.distil import Shown, distil  # noqa: E402
from beholder.networks.task import Options  # noqa: E402
from beholder.settings_line import replace_value  # noqa: E402
from hidden_workspace import hidden_workspace  # noqa: E402

pytestmark = pytest.mark.torch
COMMAND = [sys.executable, "-m", "beholder.cli.main"]


@pytest.fixture(scope="module")
def teacher() -> bytes:
    rng = np.random.default_rng(1)
    linear = Linear(rng.normal(0, 0.05, (6, DIM)).astype(np.float32), np.ones(6, np.float32))
    return own_graph.write(folded(read_weights(weights_file())), linear, 64)


def test_a_student_says_of_new_pictures_what_its_teacher_says(
    teacher: bytes, tmp_path: Path
) -> None:
    gallery, _ = paired_gallery(90, 6)
    pictures = [Image.fromarray(each) for each in gallery.pixels]
    theirs = OwnNetwork(own_network.keep(tmp_path, "last", teacher), tmp_path).encode(pictures)
    small = np.stack([square(each, 32) for each in pictures])
    shown = Shown(small, theirs, ~gallery.new)
    weights = folded(read_weights(weights_file()))
    onnx, trained = distil(weights, shown, Options(epochs=3, rate=3e-4))
    ours = OwnNetwork(own_network.keep(tmp_path, "last-student", onnx), tmp_path)
    assert (ours.side, ours.dim) == (32, 6)
    mean = theirs[~gallery.new].mean(axis=0)
    one, other = ours.encode(pictures)[gallery.new] - mean, theirs[gallery.new] - mean
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    cosine = ((one * other).sum(axis=1) / lengths).mean()
    assert cosine == pytest.approx(trained.best.measures["cosine"], abs=1e-3)
    assert cosine > 0.3


def test_the_command_trains_one_and_keeps_it(teacher: bytes, tmp_path: Path) -> None:
    made = hidden_workspace(tmp_path / "workspace", hidden_gallery(62, 70))
    own = own_network.keep(graphs(made), "last", teacher)
    for words in (["encode"], ["encoders", "compare", "--distil", "--json"]):
        done = subprocess.run(
            [*COMMAND, *words[:2], str(made.root), *words[2:]], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        replace_value(made.toml, "encode", "encoders", [own])
    *_, student = json.loads(done.stdout)["forms"]
    assert (student["form"], student["of"]) == ("student", own)
    assert student["encoder"].startswith("own:last-student-")
    assert student["encoder"] in own_network.names(graphs(made))
    assert student["per_second"] > 0
    assert own_network.tuned(student["encoder"])
