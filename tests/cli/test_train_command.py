"""`beholder train` says what is wrong with the standing rules in the catalogue that it saw."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from beholder.cli.main import beholder
from beholder.engine.opening import open_engine
from beholder.workspace import Workspace
from planted import make_world, workspace_of

WRONG = '\n[[rules]]\nrule = "ban"\nname = "dear"\nwhere = "prize > 3"\n'
GONE = '\n[[rules]]\nrule = "pin"\nname = "ours"\nitems = ["item-0003", "nowhere"]\nplace = 1\n'
RIGHT = '\n[[rules]]\nrule = "ban"\nname = "cheap"\nwhere = "price < 3"\n'


@pytest.fixture(scope="module")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    small = make_world(n_items=80, n_users=40)
    return workspace_of(small, tmp_path_factory.mktemp("small") / "workspace")


def train(workspace: Workspace, rules: str, *words: str) -> Result:
    toml: Path = workspace.toml
    own = toml.read_text()
    toml.write_text(own + rules)
    try:
        command = ["train", str(workspace.root), "--model", "popularity", *words]
        done = CliRunner().invoke(beholder, command)
    finally:
        toml.write_text(own)
    assert done.exit_code == 0, done.output
    return done


def told(done: Result) -> list[str]:
    return [line for line in done.stderr.splitlines() if line.startswith("rules: ")]


@pytest.mark.parametrize("words", [(), ("--json",)], ids=["plain", "json"])
def test_each_rule_that_does_nothing_is_told_after_training(
    untrained: Workspace, words: tuple[str, ...]
) -> None:
    done = train(untrained, WRONG + GONE, *words)
    dear, ours = told(done)
    assert dear.startswith("rules: dear does nothing")
    assert "prize" in dear
    assert "nowhere" in ours
    assert "rules: " not in done.stdout
    if words:
        assert json.loads(done.stdout)["bundle"]


@pytest.mark.parametrize("words", [(), ("--json",)], ids=["plain", "json"])
def test_popularity_alone_is_said_last_and_no_answer_is_called_personal(
    untrained: Workspace, words: tuple[str, ...]
) -> None:
    done = train(untrained, "", "--promote", *words)
    assert done.stderr.splitlines()[-1].startswith("WARNING: popularity alone: ")
    with open_engine(untrained.root) as engine:
        answer = engine.recommend(user="person-0003", k=5)
        assert (answer.level, len(answer.items)) == ("popular", 5)
        assert engine.recommend(history=["item-0001"], k=5).level == "popular"


def test_with_members_nobody_is_warned(untrained: Workspace) -> None:
    command = ["train", str(untrained.root), "--model", "itemknn", "--promote"]
    done = CliRunner().invoke(beholder, command)
    assert "WARNING" not in done.stderr
    with open_engine(untrained.root) as engine:
        assert engine.recommend(user="person-0003", k=5).level == "personal"


def test_of_rules_that_are_right_nothing_is_told(untrained: Workspace) -> None:
    assert told(train(untrained, RIGHT)) == []
    assert told(train(untrained, "")) == []


def test_what_is_printed_explains_its_own_words(untrained: Workspace) -> None:
    done = train(untrained, "")
    head = done.stdout.splitlines()[0].split()
    assert head == ["member", "NDCG@10", "warm", "cold", "tried"]
    (legend,) = [line for line in done.stderr.splitlines() if line.startswith("NDCG@10: ")]
    for word in head[2:]:
        assert word in legend
