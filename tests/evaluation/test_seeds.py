"""Training and evaluating from Python and from the command line: one way, the same refusals."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import pytest

import beholder
import forked
from beholder.errors import SettingsError, UsageError
from beholder.workspace import Workspace
from forked import Forked
from planted import make_world, workspace_of


def command(*words: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "beholder.cli.main", *words]
    return forked.run(line)


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
    first, second = (one.rows[0].per_user["ndcg@10"].tolist() for one in found)
    assert first != second


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
    assert f"ranked among all {found.n_items} items" in done.stdout


def test_the_command_says_what_did_not_fit_into_the_budget(trained: Path) -> None:
    line = ["evaluate", str(trained), "--protocol", "leave-last-out", "--budget", "0.001s"]
    done = command(*line, "--model", "itemknn", "--model", "ease")
    assert done.returncode == 0, done.stderr
    assert "- ease did not fit into the budget" in done.stdout.splitlines()


def test_the_command_shows_how_it_goes_as_strangers_become_known(tmp_path: Path) -> None:
    root, target = tmp_path / "many", tmp_path / "all.json"
    workspace_of(make_world(n_users=220), root)
    done = command(
        "evaluate", str(root), "--protocol", "cold-users", "--model", "itemknn",
        "--budget", "5s", "--seeds", "2", "--json", str(target),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    written = json.loads(target.read_bytes())
    assert [one["seed"] for one in written] == [7, 8]
    assert list(written[0]["rows"][0]["after"]) == ["0", "1", "2", "5"]
    assert "NDCG@10, 0  NDCG@10, 1  NDCG@10, 2  NDCG@10, 5  HR@20, 0" in done.stdout
    reached = written[0]["rows"][0]["after"]["5"]["ndcg10"]
    line = next(x for x in done.stdout.split("after so many")[1].splitlines() if "auto " in x)
    assert f"{reached:.4f}" in line


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
    done = forked.run(line, env=environ)
    assert done.returncode == 2
    assert "did you mean BEHOLDER_TRAIN_BUDGET?" in done.stderr


def test_every_command_calls_the_folder_dir() -> None:
    page = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text(encoding="utf-8")
    usages = re.findall(r"^Usage: beholder (.*)$", page, re.MULTILINE)
    assert len(usages) > 20
    assert not [line for line in usages if re.search(r"FOLDER|DIRECTORY|WORKSPACE", line)]


def test_results_are_on_standard_output_where_bars_are_on_a_terminal(trained: Path) -> None:
    ours, theirs = pty.openpty()
    line = [
        sys.executable, "-m", "beholder.cli.main", "evaluate", str(trained), "--model", "itemknn",
        "--protocol", "leave-last-out", "--budget", "1s",
    ]  # fmt: skip
    with Forked(line, stdout=subprocess.PIPE, stderr=theirs, text=True) as running:
        os.close(theirs)
        drawn = threading.Thread(target=_read, args=(ours,))
        drawn.start()
        assert running.stdout is not None
        shown = running.stdout.read()
        drawn.join()
    assert running.returncode == 0
    assert "NDCG@10" in shown
    assert "ranked among all 240 items" in shown


def _read(terminal: int) -> None:
    """Take what is drawn, so that nobody waits."""
    with contextlib.suppress(OSError):  # the other end is closed
        while os.read(terminal, 4096):
            pass
    os.close(terminal)


def test_what_a_workspace_serves_with_is_measured(trained: Path, tmp_path: Path) -> None:
    """A rule that bans everything leaves nothing; what no setting asks for has no row."""
    asked = {"protocol": "leave-last-out", "budget": "2s", "models": "itemknn"}
    (plain,) = beholder.evaluate(trained, **asked)
    names = {row.model for row in plain.rows}
    assert not any("served" in name for name in names)
    assert {"auto, diversity 0.3", "auto, near 0.95", "auto without dislikes"} <= names
    assert "auto, one variant" not in names, "no product has variants"
    own = tmp_path / "own"
    shutil.copytree(trained, own)
    settings = own / "beholder.toml"
    rule = '\n[[rules]]\nrule = "ban"\nwhere = "price >= 0"\n[serve]\ndiversity = 0.3\n'
    rule = '\n[[rules]]\nrule = "ban"\nwhere = "prise >= 0"\n' + rule
    settings.write_text(settings.read_text().replace("[serve]", "", 1) + rule)
    (found,) = beholder.evaluate(own, **asked)
    rows = {row.model: row for row in found.rows}
    assert rows["auto as served"].ndcg10 == 0
    assert rows["auto as served, without rules"].ndcg10 == rows["auto, diversity 0.3"].ndcg10 > 0
    assert rows["auto"].ndcg10 > 0
    assert not any("exploration" in name for name in rows)
    (said,) = (note for note in found.notes if note.startswith("rules: "))
    assert "does nothing" in said
    assert "prise" in said


def test_what_exploration_costs_stands_in_the_table(trained: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    shutil.copytree(trained, own)
    settings = own / "beholder.toml"
    text = settings.read_text().replace("[serve]", "", 1)
    settings.write_text(text + "\n[serve]\nexplore = 1.0\ndiversity = 0.3\n")
    (found,) = beholder.evaluate(own, protocol="leave-last-out", budget="2s", models="itemknn")
    rows = {row.model: row.ndcg10 for row in found.rows}
    assert rows["auto as served, without exploration"] == rows["auto, diversity 0.3"]
    assert rows["auto as served"] < rows["auto as served, without exploration"]
