"""A file that a user names is never replaced without a word, whichever command writes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from beholder.workspace import Workspace
from command_line import beholder

COMMANDS = {
    "export": ("export", "{root}", "--anonymous", "--out", "{file}"),
    "user export": ("user", "export", "{root}", "nobody", "--out", "{file}"),
    "recommend": ("recommend", "{root}", "--all", "--out", "{file}"),
    "evaluate": ("evaluate", "{root}", "--json", "{file}"),
    "backup": ("backup", "{root}", "{file}"),
}


def words(command: str, workspace: Workspace, file: Path) -> list[str]:
    return [word.format(root=workspace.root, file=file) for word in COMMANDS[command]]


@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_there_stays_and_the_remedy_is_named(
    command: str, workspace: Workspace, tmp_path: Path
) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_text("mine")
    _, said = beholder(*words(command, workspace, file), status=2)
    assert f"{file} is there already" in said
    assert "name another file, or add --force" in said
    assert file.read_text() == "mine"
    _, said = beholder(*words(command, workspace, tmp_path / "no" / "x.jsonl"), status=2)
    assert f"make {tmp_path / 'no'} first" in said
    assert list(tmp_path.glob("no*")) == []


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "evaluate"])
def test_what_is_there_is_replaced_where_that_is_said(
    command: str, workspace: Workspace, tmp_path: Path
) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_text("mine")
    beholder(*words(command, workspace, file), "--force")
    assert file.read_bytes() != b"mine"
