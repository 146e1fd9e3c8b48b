"""The examples of docs/python.md: what is shown there runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from frame import columns

from beholder.workspace import Workspace
from planted import World

PAGE = (Path(__file__).parents[2] / "docs" / "python.md").read_text(encoding="utf-8")


def example(heading: str) -> str:
    section = PAGE.split(f"## {heading}\n")[1]
    return re.findall(r"```python\n(.*?)```", section, re.DOTALL)[0]


def test_the_example_without_a_workspace_runs(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ids = ["a", "b", *map(world.item_id, range(2, 240))]
    events = columns(world)
    events["item"] = [ids[place] for place in world.items.tolist()]
    given = {"events": events, "items": {"id": ids, "title": world.texts}}
    exec("import beholder\n" + example("Without a workspace").replace("1m", "2s"), given)
    assert len(given["found"].ids) == 10  # type: ignore[attr-defined]
    assert (tmp_path / "kept" / "manifest.json").exists()


def test_the_example_of_training_and_evaluating_runs(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    code = example("Training and evaluating")
    code = code.replace("my-workspace", str(workspace.root)).replace("5m", "2s")
    code = code.replace("seeds=3", "seeds=1").replace('"next-basket"', '"leave-last-out"')
    exec("import beholder\n" + code, {})
    assert "auto" in capsys.readouterr().out
