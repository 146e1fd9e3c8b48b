"""Training and evaluating from Python and from the command line: one way, the same refusals."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

import beholder
from beholder.errors import SettingsError, UsageError
from beholder.workspace import Workspace


def command(*words: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "beholder.cli.main", *words]
    return subprocess.run(line, capture_output=True, text=True, check=False)


def test_a_workspace_is_trained_from_python(workspace: Workspace) -> None:
    done = beholder.train(workspace.root, budget="2s", models="itemknn", seed=11)
    assert (workspace.bundles / done.bundle).is_dir()
    assert {one.model for one in done.members} == {"itemknn", "placement"}
    manifest = json.loads((workspace.bundles / done.bundle / "manifest.json").read_bytes())
    assert manifest["seed"] == 11


def test_python_and_the_command_follow_the_same_plan_to_the_same_blend(
    workspace: Workspace,
) -> None:
    first = beholder.train(workspace.root, budget=2, models=["itemknn"], promote_anyway=True)
    done = command(
        "train", str(workspace.root), "--model", "itemknn", "--plan", first.bundle,
        "--promote", "--json",
    )  # fmt: skip
    again = json.loads(done.stdout)
    assert again["members"] == msgspec.to_builtins(first.members)


def test_every_seed_is_an_evaluation_from_the_settings_seed_on(trained: Path) -> None:
    found = beholder.evaluate(trained, "leave-last-out", seeds=2, budget="1s", models="itemknn")
    assert [one.seed for one in found] == [7, 8]
    assert all(one.n_items == 240 for one in found)
    assert all(one.rows[0].model == "auto" for one in found)
    assert found[0].rows[0].per_user["ndcg@10"] != found[1].rows[0].per_user["ndcg@10"]


def test_the_command_measures_what_python_measures(trained: Path, tmp_path: Path) -> None:
    target = tmp_path / "all.json"
    done = command(
        "evaluate", str(trained), "--protocol", "leave-last-out", "--model", "itemknn",
        "--budget", "5s", "--json", str(target),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (written,) = json.loads(target.read_bytes())
    (found,) = beholder.evaluate(trained, "leave-last-out", budget="5s", models=["itemknn"])
    assert (written["cases"], written["targets"]) == (found.cases, found.targets)
    knn = next(row for row in found.rows if row.model == "itemknn")
    assert knn.ndcg10 == next(r["ndcg10"] for r in written["rows"] if r["model"] == "itemknn")
    assert f"full catalogue of {found.n_items} items" in done.stdout


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"seeds": 0}, "an evaluation of 0 seeds.*1 or more"),
        ({"models": "nosuch"}, "no model 'nosuch'.*one of .*itemknn"),
        ({"protocol": "guess"}, "no protocol 'guess'.*next-basket"),
        ({"budget": "soon"}, "budget of 'soon'"),
        ({"budget": 0}, "budget of '0s'"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_read(
    tmp_path: Path, asked: dict[str, object], words: str
) -> None:
    empty = Workspace.create(tmp_path / "empty", "")  # reading it would be another error
    with pytest.raises(UsageError, match=words):
        beholder.evaluate(empty.root, **asked)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--seeds", "0"), "ask for 1 or more"),
        (("--model", "nosuch"), "there is no model 'nosuch' (one of "),
        (("--budget", "soon"), "write 90s, 10m or 1h"),
        (("--json", "/nowhere/all.json"), "make /nowhere first"),
    ],
)
def test_the_command_says_what_to_do(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    empty = Workspace.create(tmp_path / "empty", "")
    done = command("evaluate", str(empty.root), *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_training_refuses_a_budget_of_nothing(trained: Path) -> None:
    with pytest.raises(SettingsError, match="write 90s"):
        beholder.train(trained, budget=-1)


def test_training_refuses_a_seed_that_nothing_can_be_drawn_from(trained: Path) -> None:
    with pytest.raises(SettingsError, match=r"a seed of -3.*0 or more"):
        beholder.train(trained, seed=-3)
    done = command("train", str(trained), "--seed", "-3")
    assert done.returncode == 2
    assert "choose 0 or more" in done.stderr


@pytest.mark.parametrize("words", [("evaluate",), ("train",)])
def test_a_misspelled_variable_stops_a_command_with_the_nearest_name(
    trained: Path, words: tuple[str, ...]
) -> None:
    line = [sys.executable, "-m", "beholder.cli.main", *words, str(trained)]
    environ = {**os.environ, "BEHOLDER_TRAIN_BUGET": "1s"}
    done = subprocess.run(line, capture_output=True, text=True, check=False, env=environ)
    assert done.returncode == 2
    assert "did you mean BEHOLDER_TRAIN_BUDGET?" in done.stderr


def test_every_command_calls_the_folder_dir() -> None:
    page = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text(encoding="utf-8")
    usages = re.findall(r"^Usage: beholder (.*)$", page, re.MULTILINE)
    assert len(usages) > 20
    assert not [line for line in usages if re.search(r"FOLDER|DIRECTORY|WORKSPACE", line)]
