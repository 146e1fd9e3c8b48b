"""`beholder encoders`: what there is, and what smaller forms cost."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import forked
from beholder.demo.hidden import hidden_gallery
from beholder.encoders import own_graph, own_network
from beholder.encoders.lite0_graph import folded
from beholder.encoders.lite0_weights import read_weights, weights_file
from beholder.encoders.registry import graphs
from beholder.settings_line import replace_value
from beholder.workspace import Workspace
from hidden_workspace import hidden_workspace

COMMAND = [sys.executable, "-m", "beholder.cli.main"]


def typed(*words: str) -> subprocess.CompletedProcess[str]:
    return forked.run([*COMMAND, *words])


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Encoded by the frozen network, and an own one that looks at 32 pixels in the settings."""
    root = tmp_path_factory.mktemp("hidden") / "workspace"
    made = hidden_workspace(root, hidden_gallery(62, 70))
    done = typed("encode", str(root))
    assert done.returncode == 0, done.stderr
    weights = folded(read_weights(weights_file()))
    own = own_network.keep(graphs(made), "lite0", own_graph.write(weights, None, 32))
    replace_value(made.toml, "encode", "encoders", [own])
    return Workspace.open(root)


def test_smaller_forms_are_measured_beside_the_whole_network(workspace: Workspace) -> None:
    done = typed("encoders", "compare", str(workspace.root), "--json")
    assert done.returncode == 0, done.stderr
    whole, half, int8 = json.loads(done.stdout)["forms"]
    assert [form["form"] for form in (whole, half, int8)] == ["whole", "half", "int8"]
    assert [whole["encoder"]] == workspace.settings.encode.encoders
    assert (whole["loss"], whole["error"], round(whole["cosine"], 4)) == (0, 0, 1)
    assert int8["bytes"] < 0.35 * whole["bytes"] < half["bytes"] < 0.55 * whole["bytes"]
    assert half["cosine"] > 0.999
    assert 0.5 < int8["cosine"] < half["cosine"]
    for form in (half, int8):
        assert form["loss"] == pytest.approx(whole["ndcg"] - form["ndcg"], abs=1e-6)
        assert form["per_second"] > 0
        assert set(form["invariance"]) == {"flip", "crop", "colour", "erase", "mix"}
    listed = json.loads(typed("encoders", "list", str(workspace.root), "--json").stdout)
    states = {row["encoder"]: (row["state"], row["vectors"]) for row in listed}
    sizes = {row["encoder"]: row["bytes"] for row in listed}
    assert sizes[int8["encoder"]] == int8["bytes"]
    assert states[whole["encoder"]] == ("used", 62)
    assert states[half["encoder"]] == states[int8["encoder"]] == ("", 62)


def test_a_broken_encoder_of_its_own_is_left_out_and_the_others_encode(
    workspace: Workspace, tmp_path: Path
) -> None:
    root = tmp_path / "copy"
    shutil.copytree(workspace.root, root)
    (own,) = workspace.settings.encode.encoders
    path = own_network.file_of(own, graphs(Workspace.open(root)))
    path.write_bytes(path.read_bytes()[:-1])
    done = typed("encode", str(root), "--encoder", own, "--encoder", "colour", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["encoders"], told["encoded"]) == (["colour"], 62)
    assert list(told["left_out"]) == [own]
    assert f"left out: the file of {own} was changed, or is not whole; restore it" in done.stderr
    done = typed("encode", str(root))
    assert done.returncode == 1
    assert f"the file of {own} was changed, or is not whole" in done.stderr


def test_what_learned_from_nobody_is_not_marked_when_somebody_is_erased(
    workspace: Workspace,
) -> None:
    assert typed("user", "erase", str(workspace.root), "visitor-0001", "--yes").returncode == 0
    assert "marked" not in typed("encoders", "list", str(workspace.root)).stdout


def test_without_a_network_in_the_settings_there_is_nothing_to_compare(tmp_path: Path) -> None:
    made = Workspace.create(tmp_path / "workspace", '[encode]\nencoders = ["colour"]\n')
    done = typed("encoders", "compare", str(made.root))
    assert done.returncode == 2
    assert "names no network that could be compared" in done.stderr
