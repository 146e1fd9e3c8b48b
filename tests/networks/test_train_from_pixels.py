"""The notebook that trains from pixels runs as it is, from nothing, and its answer is right."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

pytestmark = pytest.mark.torch
NOTEBOOK = Path(__file__).parents[2] / "examples" / "train-from-pixels.ipynb"


def test_every_cell_runs_and_the_network_knows_a_red_bowl(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    names: dict[str, Any] = {"__name__": "__main__"}
    said = []
    for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == [], "nothing generated is kept"
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
            said.append(out.getvalue())
    assert "networks: the " in said[3]
    assert "nothing was trained or written" in said[3]
    assert "Epoch [1], Loss: " in said[4]
    losses = names["losses"]
    assert losses[-1] < losses[0]
    assert len(said[5].splitlines()) == len(losses)
    told = {colour: answer["prediction"] for colour, answer in names["answers"].items()}
    assert all(answer["by"] == "small-cnn" for answer in names["answers"].values())
    assert told["red"] > 0.5 > max(told["green"], told["blue"])
