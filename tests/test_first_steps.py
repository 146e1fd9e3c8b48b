"""The notebook of first steps runs as it is, from nothing, and shows what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from notebook import run_notebook


def test_every_cell_runs_and_a_like_changes_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names, said = run_notebook("first-steps.ipynb", tmp_path, monkeypatch)
    assert "popular" in said[4]
    assert "like of Blue bowl 2" in said[5]
    assert names["answer"].level == "personal"
    liked = [int(name[-2:]) % 3 for name in names["answer"].ids]
    assert liked.count(2) >= 4, "blue ones, mostly"
    assert "bowl-00" in said[7].splitlines()[1], "a picture finds its own item"
    assert all(int(name[-2:]) % 3 == 1 for name in names["engine"].similar("bowl-01", k=3).ids)
