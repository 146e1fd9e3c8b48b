"""The notebook of first steps runs as it is, from nothing, and shows what it says."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

NOTEBOOK = Path(__file__).parents[1] / "examples" / "first-steps.ipynb"


def test_every_cell_runs_and_a_like_changes_the_answer(
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
    assert "popular" in said[4]
    assert "like of Blue bowl 2" in said[5]
    assert names["answer"].level == "personal"
    liked = [int(name[-2:]) % 3 for name in names["answer"].ids]
    assert liked.count(2) >= 4, "blue ones, mostly"
    assert "bowl-00" in said[7].splitlines()[1], "a picture finds its own item"
    assert all(int(name[-2:]) % 3 == 1 for name in names["engine"].similar("bowl-01", k=3).ids)
