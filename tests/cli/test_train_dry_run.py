"""`beholder train --dry-run`: what it says of models is what training then does."""

from __future__ import annotations

import hashlib
import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from beholder.cli.train import command
from beholder.errors import MissingExtraError
from beholder.models.itemknn import ItemKNN
from beholder.models.registry import MODELS
from beholder.training.dry_run_networks import NETWORKS
from beholder.workspace import Workspace
from command_line import beholder
from paired_workspace import paired_workspace
from planted import make_world, workspace_of
from taste_workspace import taste_workspace

NAMED = ("itemknn", "session", "ease", "variants")


class Needy(ItemKNN):
    """A new card, whose extra is nowhere installed."""

    card = ItemKNN.card._replace(name="needy", needs="nowhere_installed")


@pytest.fixture(autouse=True)
def needy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MODELS, "needy", Needy)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    world = make_world(n_items=80, n_users=40)
    return workspace_of(world, tmp_path_factory.mktemp("small") / "workspace")


@pytest.fixture(scope="module")
def liked(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return paired_workspace(tmp_path_factory.mktemp("liked") / "workspace", 80, 90)


def dry_run(workspace: Workspace, *words: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(
        beholder("train", workspace.root, "--dry-run", "--json", *words)[0]
    )
    return told


def files(root: Path) -> dict[str, str]:
    """What is on the disk, but for the working files of an open SQLite."""
    found = [path for path in root.rglob("*") if path.is_file()]
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in found
        if not path.name.endswith(("-wal", "-shm"))
    }


@pytest.mark.parametrize("budget", ["600s", "0.01s"], ids=["all fit", "one fits"])
def test_what_is_left_out_is_what_training_leaves_out(small: Workspace, budget: str) -> None:
    words = [word for name in NAMED for word in ("--model", name)]
    told = dry_run(small, *words, "--budget", budget)
    left_out = {line["left_out"] for line in told["lines"]} - {None}
    trained = json.loads(
        beholder("train", small.root, *words, "--budget", budget, "--promote", "--json")[0]
    )
    notes = {
        note for note in trained["notes"] if " is left out: " in note or " did not fit" in note
    }
    assert left_out == notes
    assert "variants is left out: there are no products" in notes
    assert any("did not fit into the budget" in note for note in notes) == (budget == "0.01s")


def test_nothing_is_written_and_every_card_has_a_line(small: Workspace) -> None:
    before = files(small.root)
    told = dry_run(small, "--budget", "600s")
    assert files(small.root) == before
    lines = {line["name"].split(":")[0]: line for line in told["lines"]}
    assert lines.keys() == MODELS.keys() | NETWORKS.keys()
    assert lines["variants"]["data"] == "there are no products"
    assert lines["needy"]["machine"] == "it needs pip install 'beholder[nowhere_installed]'"
    assert lines["needy"]["data"] is None
    assert lines["small-cnn"]["kind"] == "network"
    for name in ("itemknn", "ease", "visual-knn", "words", "popularity", "placement"):
        assert lines[name]["seconds"] > 0
        assert lines[name]["memory"] > 0
    # Two dense matrices over the 72 items that somebody has touched, and 80 entries a row of 80.
    assert lines["ease"]["memory"] == 2 * 4 * 72**2 + 8 * 80 * 80
    assert told["seconds"] >= sum(
        line["seconds"] or 0 for line in told["lines"] if line["kind"] == "member"
    )


def test_as_a_table_it_says_why_not_and_that_nothing_was_trained(small: Workspace) -> None:
    printed, legend = beholder("train", small.root, "--dry-run", "--model", "variants")
    (row,) = [line for line in printed.splitlines() if line.startswith("variants")]
    assert row.split()[:5] == ["variants", "no", "yes", "-", "-"]
    assert "training would end with an error" in printed
    assert "nothing was trained or written" in printed
    assert legend.startswith("data, machine, budget: ")


def test_a_model_whose_extra_is_missing_is_refused_as_training_refuses_it(
    small: Workspace,
) -> None:
    asked = ("train", small.root, "--model", "needy")
    status = MissingExtraError.exit_status
    refused = [beholder(*asked, *more, status=status) for more in ((), ("--dry-run",))]
    assert refused[0] == refused[1]
    assert "pip install 'beholder[nowhere_installed]'" in refused[0][1]


def test_every_network_is_foreseen_or_it_is_said_that_it_cannot_be(small: Workspace) -> None:
    (option,) = [one for one in command.params if one.name == "tune_encoder"]
    choices = set(option.type.choices)  # type: ignore[attr-defined]
    assert choices >= NETWORKS.keys()
    for name in choices - {*NETWORKS, "none"}:
        (line,) = dry_run(small, "--tune-encoder", name)["lines"]
        assert line["name"] == name
        assert (line["machine"] is None) == (find_spec("torch") is not None)
        assert (line["seconds"] is None) == (find_spec("torch") is None)
    _, told = beholder("train", small.root, "--dry-run", "--tune-encoder", "none", status=2)
    assert "trains a bundle with the frozen encoders" in told


def test_a_network_without_likes_does_not_suit(small: Workspace) -> None:
    (line,) = dry_run(small, "--tune-encoder", "small-cnn")["lines"]
    suits = line["machine"] is None
    assert suits == (find_spec("torch") is not None)


@pytest.mark.torch
def test_with_pytorch_a_network_says_how_long_it_would_learn(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    workspace = taste_workspace(tmp_path / "workspace")
    words = ("--tune-encoder", "small-cnn", "--epochs", "2")
    (line,) = dry_run(workspace, *words, "--budget", "0.001s")["lines"]
    assert (line["data"], line["machine"], line["left_out"]) == (None, None, None)
    assert line["seconds"] > 0
    assert line["budget"] == "0.0 s end it before its last epoch"
    few = taste_workspace(tmp_path / "few", 3)
    (line,) = dry_run(few, *words)["lines"]
    assert "too few to learn a taste from" in line["data"]


@pytest.mark.torch
@pytest.mark.parametrize("kind", ["projection", "last", "all", "mmcnn"])
def test_with_pytorch_an_encoder_says_how_long_it_would_be_tuned_and_writes_nothing(
    liked: Workspace, kind: str
) -> None:
    pytest.importorskip("torch")
    before = files(liked.root)
    words = ("--tune-encoder", kind, "--budget", "0.1s")
    words += () if kind == "projection" else ("--side", "32", "--batch-size", "16")
    one, two = (dry_run(liked, *words, "--epochs", n)["lines"][0] for n in ("1", "40"))
    assert (one["data"], one["machine"], one["left_out"]) == (None, None, None)
    assert one["budget"] == "half of 0.1 s ends it before its last epoch"
    assert 0 < one["seconds"] < two["seconds"]
    assert one["memory"] > 1_000_000
    assert files(liked.root) == before


def test_without_likes_it_says_that_behaviour_says_nothing(tmp_path: Path) -> None:
    beholder("init", tmp_path / "new")
    (tmp_path / "items.csv").write_text("item_id,title\na,Red bowl\nb,Blue bowl\n")
    beholder("import", tmp_path / "new", "--items", tmp_path / "items.csv")
    told = dry_run(Workspace.open(tmp_path / "new"))
    assert told["notes"] == [
        "nobody has liked anything yet: what learns from behaviour says nothing",
        "no outcomes are foreseen: nothing was in sight that could be learned from",
    ]
    (network,) = [line for line in told["lines"] if line["kind"] == "network"]
    assert "too few to learn a taste from" in network["data"]
    suits = {line["name"]: line["data"] for line in told["lines"] if line["kind"] == "member"}
    assert suits["itemknn"] == suits["ease"] == "nobody has liked anything yet"
    assert suits["words"] is None


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--promote"], "--promote"),
        (["--plan", "last"], "--plan"),
        (["--tune-encoder", "small-cnn", "--user", "ann"], "--user"),
        (["--tune-encoder", "small-cnn", "--epochs", "0"], "0 epochs"),
        (["--epochs", "3"], "--epochs"),
        (["--model", "eese"], "eese"),
        (["--model", "ease,itemknn"], "--model ease --model itemknn"),
        (["--budget", "soon"], "soon"),
    ],
)
def test_what_a_dry_run_does_not_follow_is_refused(
    small: Workspace, words: list[str], named: str
) -> None:
    assert named in beholder("train", small.root, "--dry-run", *words, status=2)[1]
